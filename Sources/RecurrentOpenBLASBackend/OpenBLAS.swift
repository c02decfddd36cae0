// OpenBLAS: the loaded library, its configuration and its self-test.

#if OpenBLAS

  import CRecurrentBLAS
  import Foundation
  import RecurrentCore

  /// The OpenBLAS library that was loaded when the program started, if it is installed.
  package enum OpenBLAS {
    /// Why OpenBLAS is missing, and what to install; nil if it is loaded.
    package static var missing: String? { recurrent_blas_missing().map { String(cString: $0) } }

    /// The version, for example "0.3.21".
    package static var version: String {
      let words = configuration.split(separator: " ")
      return words.count > 1 && words[0] == "OpenBLAS" ? String(words[1]) : "unknown"
    }

    /// The build configuration, for example "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY
    /// Haswell MAX_THREADS=64".
    package static var configuration: String { String(cString: openblas_get_config()) }

    /// The name of the kernels in use, for example "SkylakeX".
    package static var core: String { String(cString: openblas_get_corename()) }

    /// Whether it has kernels for small matrices, as those for AVX-512 have (interface/gemm.c, up
    /// to M N K = 10^6).
    static let hasSmallKernels = ["SkylakeX", "Cooperlake", "SapphireRapids"].contains(core)

    /// The number of threads that it would use by default.
    package static var threads: Int { Int(openblas_get_num_threads()) }

    /// The size of its integers in bits: 32 (LP64) or 64 (ILP64).
    package static var integerBits: Int { blasint.bitWidth }

    /// How the library was built to run threads.
    package enum ThreadModel: String, Sendable { case serial, pthreads, openmp }

    /// The library's thread model.
    package static var threadModel: ThreadModel {
      switch openblas_get_parallel() {
      case 0: .serial
      case 1: .pthreads
      default: .openmp
      }
    }

    /// Whether setting the number of threads has an effect. Some OpenMP builds ignore the call.
    package static var obeysThreadCalls: Bool {
      limit.begin()
      defer { limit.end() }
      return openblas_get_num_threads() == 1
    }

    /// What a small sgemm and sgemv compute wrongly, compared with plain loops; nil if nothing.
    /// Found once.
    static let selfTest: String? = {
      limit.begin()
      defer { limit.end() }
      let (m, n, k) = (7, 19, 23)
      var stream = RandomStream(seed: 1)
      let a = (0..<m * k).map { _ in stream.uniform(in: -1...1) }
      let b = (0..<n * k).map { _ in stream.uniform(in: -1...1) }
      var gemm = [Float](repeating: .nan, count: m * n)
      var gemv = [Float](repeating: 0, count: n)
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, blasint(m), blasint(n), blasint(k), 1, a, blasint(k), b, blasint(k), 0,
        &gemm,
        blasint(n))
      cblas_sgemv(CblasRowMajor, CblasNoTrans, blasint(n), blasint(k), 1, b, blasint(k), a, 1, 0, &gemv, 1)
      for row in 0..<m {
        for column in 0..<n {
          let expected = (0..<k).reduce(Float(0)) { $0 + a[row * k + $1] * b[column * k + $1] }
          if !(abs(gemm[row * n + column] - expected) < 1e-4) {
            return "its sgemm gives wrong results with \(core) kernels"
          }
          if row == 0, !(abs(gemv[column] - expected) < 1e-4) {
            return "its sgemv gives wrong results with \(core) kernels"
          }
        }
      }
      return nil
    }()

    /// Limits OpenBLAS to one thread while calls are in progress, and restores its number of
    /// threads after the last.
    static let limit = OpenBLASThreadLimit()

  }

#endif
