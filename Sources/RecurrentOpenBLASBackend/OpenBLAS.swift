// The library itself: what it is, whether it computes correctly, and its threads.

#if OpenBLAS

  import CRecurrentBLAS
  import Foundation
  import RecurrentCore

  /// The OpenBLAS that was loaded when the program started, if there is one.
  public enum OpenBLAS {
    /// Why there is none in this process, and what to install; nil when there is one.
    public static var missing: String? { recurrent_blas_missing().map { String(cString: $0) } }

    /// For example "0.3.21".
    public static var version: String {
      let words = configuration.split(separator: " ")
      return words.count > 1 && words[0] == "OpenBLAS" ? String(words[1]) : "unknown"
    }

    /// What it says about its build, for example "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH
    /// NO_AFFINITY Haswell MAX_THREADS=64".
    public static var configuration: String { String(cString: openblas_get_config()) }

    /// The kernels in use, for example "SkylakeX".
    public static var core: String { String(cString: openblas_get_corename()) }

    /// Whether it has kernels for small matrices, as those for AVX-512 have (interface/gemm.c, up
    /// to M N K = 10^6).
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

    /// The address space of the block that OpenBLAS reserves for each product under way, and for
    /// each thread of its own when it is loaded. Where the system refuses one, it asks again for
    /// ever (0.3.21, driver/others/memory.c, `blas_memory_alloc`).
    private static let blockSize = 128 << 20
    private static let threadSize = 144 << 20

    /// The address space that OpenBLAS's own threads, which start when it is loaded, have not
    /// reserved yet.
    package static var outstandingBytes: Int { max(0, threads - 1 - reservedBlocks) * blockSize }

    /// Why there is no room for the blocks of so many products at once as `pool` has threads; nil
    /// when there is.
    static func lackOfMemory(for pool: ThreadPool) -> String? {
      guard let limits = MemoryLimits.ofAddressSpace() else { return nil }
      let missing = max(0, threads - 1 + pool.threads - reservedBlocks)
      // Beside a block, a thread takes a stack, and glibc's malloc 64 MiB for it, of which it gives
      // back what lies before a boundary.
      let needed = missing * (blockSize + threadSize)
      guard needed > limits.free else { return nil }
      return
        "it reserves \(MemoryLimits.text(ofBytes: needed)) of address space, and \(MemoryLimits.text(ofBytes: limits.free)) are left (\(limits.limit))"
    }

    /// The blocks that this process has mapped.
    private static var reservedBlocks: Int {
      guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8) else { return 0 }
      // "7f0e15600000-7f0e1d600000 rw-p 00000000 00:00 0"; neighbours are one.
      return maps.split(separator: "\n").reduce(0) { count, line in
        let fields = line.split(separator: " ")
        let ends = fields[0].split(separator: "-").compactMap { Int($0, radix: 16) }
        return fields.count == 5 && fields[1] == "rw-p" && ends.count == 2
          ? count + (ends[1] - ends[0]) / blockSize : count
      }
    }

    /// Makes the memory that OpenBLAS packs matrices in ready, for so many products at once as
    /// `pool` has threads; takes 5 ms, once.
    ///
    /// It reserves a block for each product under way, and its kernels for AVX2 fetch ahead of what
    /// has been packed there. Where no page has been written yet that takes long, again and again:
    /// products were 2 to 3 times slower until a larger one had come by (0.3.21, Haswell and Zen
    /// kernels, M x N x K of 16 x 128 x 128 to 96 x 256 x 512). So a product comes by that is as
    /// large as its blocks are deep and wide.
    package static func prepareMemory(for pool: ThreadPool) {
      ready.withLock { threads in
        if threads >= pool.threads { return }
        limit.begin()
        let team = pool.enter()
        pool.run(LargeProduct(), team)
        pool.leave(team)
        limit.end()
        threads = max(threads, team.isAlone ? 1 : team.members)
      }
    }

    /// The threads that have memory.
    private static let ready = Locked(0)

    private final class LargeProduct: ParallelWork {
      private let barrier = SpinBarrier()

      /// Only products at the same time take more than one block.
      func runAlone(as members: Int) { run(member: 0, of: 1) }

      func run(member: Int, of members: Int) {
        let (m, n, k) = (192, 768, 384)
        let (a, b) = ([Float](repeating: 0, count: m * k), [Float](repeating: 0, count: k * n))
        var c = [Float](repeating: 0, count: m * n)
        // All at once, so that each takes another block.
        barrier.wait(members)
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(m), blasint(n), blasint(k), 1, a, blasint(k), b,
          blasint(n), 0, &c, blasint(n))
      }
    }

    /// Holds OpenBLAS to one thread while calls are under way, and gives it back its number of
    /// threads after the last.
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
