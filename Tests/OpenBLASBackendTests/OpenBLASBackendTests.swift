// The library, and the products through it.

#if OpenBLAS
  import CBLAS
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
        #expect(openblas_get_num_threads() == 1 || !OpenBLAS.obeysThreadCalls)
        OpenBLAS.limit.end()
        #expect(openblas_get_num_threads() == 1 || !OpenBLAS.obeysThreadCalls)
        OpenBLAS.limit.end()
        #expect(openblas_get_num_threads() == before)
      }
    }

    /// LAPACKE is there too: the Cholesky factor of [[4, 2], [2, 5]] is [[2, 0], [1, 2]].
    @Test func lapackeIsLinked() {
      var a: [Float] = [4, 2, 2, 5]
      #expect(LAPACKE_spotrf(LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "L")), 2, &a, 2) == 0)
      #expect([a[0], a[2], a[3]] == [2, 1, 2])
    }
  }
#endif
