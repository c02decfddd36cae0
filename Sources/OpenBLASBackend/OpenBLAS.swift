// The library itself: what it is, whether it computes correctly, and its threads.

#if OpenBLAS

  import CBLAS
  import RecurrentCore

  /// The OpenBLAS that is linked.
  public enum OpenBLAS {
    /// For example "0.3.21".
    public static var version: String {
      let words = configuration.split(separator: " ")
      return words.count > 1 && words[0] == "OpenBLAS" ? String(words[1]) : "unknown"
    }

    /// What it says about its build, for example "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY Haswell MAX_THREADS=64".
    public static var configuration: String { String(cString: openblas_get_config()) }

    /// The kernels in use, for example "SkylakeX".
    public static var core: String { String(cString: openblas_get_corename()) }

    /// Whether it has kernels for small matrices, as those for AVX-512 have (interface/gemm.c, up to M N K = 10^6).
    static let hasSmallKernels = ["SkylakeX", "Cooperlake", "SapphireRapids"].contains(core)

    /// The threads that it would use by itself.
    public static var threads: Int { Int(openblas_get_num_threads()) }

    /// The bits of its integers: 32 (LP64) or 64 (ILP64).
    public static var integerBits: Int { blasint.bitWidth }

    public enum ThreadModel: String, Sendable { case serial, pthreads, openmp }

    public static var threadModel: ThreadModel {
      switch openblas_get_parallel() {
      case 0: .serial
      case 1: .pthreads
      default: .openmp
      }
    }

    /// Whether setting its number of threads has an effect: some OpenMP builds ignore the call.
    public static var obeysThreadCalls: Bool {
      limit.begin()
      defer { limit.end() }
      return openblas_get_num_threads() == 1
    }

    /// nil when a small sgemm and sgemv agree with plain loops; else what does not. Found once.
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
        CblasRowMajor, CblasNoTrans, CblasTrans, blasint(m), blasint(n), blasint(k), 1, a, blasint(k), b, blasint(k), 0, &gemm,
        blasint(n))
      cblas_sgemv(CblasRowMajor, CblasNoTrans, blasint(n), blasint(k), 1, b, blasint(k), a, 1, 0, &gemv, 1)
      for row in 0..<m {
        for column in 0..<n {
          let expected = (0..<k).reduce(Float(0)) { $0 + a[row * k + $1] * b[column * k + $1] }
          if !(abs(gemm[row * n + column] - expected) < 1e-4) { return "its sgemm gives wrong results with \(core) kernels" }
          if row == 0, !(abs(gemv[column] - expected) < 1e-4) { return "its sgemv gives wrong results with \(core) kernels" }
        }
      }
      return nil
    }()

    /// Holds OpenBLAS to one thread while calls are under way, and gives it back its number of threads after the last.
    static let limit = ThreadLimit()

    final class ThreadLimit: Sendable {
      private let state = Locked<(calls: Int, saved: Int32)>((0, 1))

      func begin() {
        state.withLock {
          if $0.calls == 0 {
            $0.saved = openblas_get_num_threads()
            if $0.saved != 1 { openblas_set_num_threads(1) }
          }
          $0.calls += 1
        }
      }

      func end() {
        state.withLock {
          $0.calls -= 1
          if $0.calls == 0, $0.saved != 1 { openblas_set_num_threads($0.saved) }
        }
      }
    }
  }

#endif
