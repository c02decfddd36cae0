// The library, and the products through it.

#if OpenBLAS
  import CBLAS
  import CRecurrentKernels
  import RecurrentCore
  import Testing
  import _TestSupport

  @testable import OpenBLASBackend

  @Suite struct OpenBLASBackendTests {
    @Test func productsAgreeWithPlainLoops() throws { checkProducts(try OpenBLASBackend(pool: ThreadPool(threads: 1))) }

    @Test func theLibraryTellsWhatItIs() {
      #expect(OpenBLAS.version.contains("."))
      #expect(!OpenBLAS.core.isEmpty && OpenBLAS.threads >= 1)
      #expect([32, 64].contains(OpenBLAS.integerBits))
    }

    /// One thread during calls, however many there are at once, and the caller's number afterwards.
    @Test func theNumberOfThreadsIsRestored() async {
      await #expect(processExitsWith: .success) {
        openblas_set_num_threads(3)
        let before = openblas_get_num_threads()
        OpenBLAS.limit.begin()
        OpenBLAS.limit.begin()
        precondition(openblas_get_num_threads() == 1 || !OpenBLAS.obeysThreadCalls)
        OpenBLAS.limit.end()
        precondition(openblas_get_num_threads() == 1 || !OpenBLAS.obeysThreadCalls)
        OpenBLAS.limit.end()
        precondition(openblas_get_num_threads() == before)
      }
    }

    /// The kernels in C, for each instruction set of this processor.
    @Test func activationsAreAccurate() {
      for isa in [RECURRENT_BASELINE, RECURRENT_AVX2, RECURRENT_AVX512] where recurrent_isa_supported(isa) != 0 {
        let kernels = recurrent_gate_kernels(isa).pointee
        func eight(_ f: (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void, _ x: SIMD8<Float>) -> SIMD8<Float> {
          var (x, y) = (x, SIMD8<Float>())
          withUnsafeBytes(of: &x) { x in
            withUnsafeMutableBytes(of: &y) { y in
              f(x.assumingMemoryBound(to: Float.self).baseAddress, y.assumingMemoryBound(to: Float.self).baseAddress, 8)
            }
          }
          return y
        }
        let name = String(cString: recurrent_isa_name(isa))
        let sigmoid = worstError({ eight(kernels.sigmoid, $0) }, { 1 / (1 + Double.exponential(-$0)) })
        let tanh = worstError({ eight(kernels.tanh, $0) }, { Double.hyperbolicTangent($0) })
        #expect(sigmoid <= 4, "\(name): sigmoid is off by \(sigmoid) ulp")
        #expect(tanh <= 4, "\(name): tanh is off by \(tanh) ulp")
      }
    }

    /// Each gate kernel, for each instruction set, against those in Swift: all sizes of tails, and nothing else touched.
    @Test func gateKernelsAgreeWithSwift() {
      for isa in [RECURRENT_BASELINE, RECURRENT_AVX2, RECURRENT_AVX512] where recurrent_isa_supported(isa) != 0 {
        checkGates(NativeGateKernels(kernels: recurrent_gate_kernels(isa)), against: SwiftGateKernels())
      }
    }
  }
#endif
