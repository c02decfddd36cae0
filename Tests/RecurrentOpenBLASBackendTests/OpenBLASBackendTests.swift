// The OpenBLAS backend: the library, and products by it.

#if OpenBLAS
  import CRecurrentBLAS
  import RecurrentCore
  import Testing
  import _TestSupport

  @testable import RecurrentOpenBLASBackend

  @Suite struct OpenBLASBackendTests {
    @Test func productsAgreeWithPlainLoops() throws { checkProducts(try OpenBLASBackend(pool: ThreadPool(threads: 1))) }

    @Test func theLibraryTellsWhatItIs() {
      #expect(OpenBLAS.version.contains("."))
      #expect(!OpenBLAS.core.isEmpty && OpenBLAS.threads >= 1)
      #expect([32, 64].contains(OpenBLAS.integerBits))
    }

    /// OpenBLAS has one thread while any call is in progress, and the program's number afterwards.
    @Test func theNumberOfThreadsIsRestored() async {
      await #expect(processExitsWith: .success) {
        openblas_set_num_threads(3)
        let before = openblas_get_num_threads()
        OpenBLAS.limit.begin()
        OpenBLAS.limit.begin()
        #expect(openblas_get_num_threads() == 1 || !OpenBLAS.obeysThreadCalls)
        OpenBLAS.limit.end()
        #expect(openblas_get_num_threads() == 1 || !OpenBLAS.obeysThreadCalls)
        OpenBLAS.limit.end()
        #expect(openblas_get_num_threads() == before)
      }
    }

    /// LAPACKE is loaded: the singular value of the matrix [[3], [4]] is 5.
    @Test func lapackeIsFound() {
      var a: [Double] = [3, 4]
      var value = 0.0
      let noVectors = CChar(UInt8(ascii: "N"))
      #expect(LAPACKE_dgesdd(LAPACK_COL_MAJOR, noVectors, 2, 1, &a, 2, &value, nil, 1, nil, 1) == 0)
      #expect(abs(value - 5) < 1e-12)
    }
  }
#endif
