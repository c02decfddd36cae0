// OpenBLAS memory: the address space that the library reserves, and its packing memory.

#if OpenBLAS

  import CRecurrentBLAS
  import Foundation
  import RecurrentCore

  extension OpenBLAS {
    /// The address space that OpenBLAS reserves: a block for each product in progress, and for each
    /// of its own threads when it is loaded. If the system refuses a block, OpenBLAS retries
    /// forever (0.3.21, driver/others/memory.c, `blas_memory_alloc`).
    private static let blockSize = 128 << 20
    private static let threadSize = 144 << 20

    /// The address space that OpenBLAS's own threads have not yet reserved. They start when the
    /// library is loaded.
    package static var outstandingBytes: Int { max(0, threads - 1 - reservedBlocks) * blockSize }

    /// Why there is not enough address space for as many products at once as `pool` has threads;
    /// nil if there is enough.
    static func lackOfMemory(for pool: ThreadPool) -> String? {
      guard let limits = MemoryLimits.ofAddressSpace() else { return nil }
      let missing = max(0, threads - 1 + pool.threads - reservedBlocks)
      // Beside a block, each thread has a stack, and 64 MiB that glibc's malloc reserves for it, of
      // which it gives back the part before a boundary.
      let needed = missing * (blockSize + threadSize)
      guard needed > limits.free else { return nil }
      return
        "it reserves \(MemoryLimits.text(ofBytes: needed)) of address space, "
        + "and \(MemoryLimits.text(ofBytes: limits.free)) are left (\(limits.limit))"
    }

    /// The number of blocks that this process has mapped.
    private static var reservedBlocks: Int {
      guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8) else { return 0 }
      // A line is "7f0e15600000-7f0e1d600000 rw-p 00000000 00:00 0". Adjacent blocks share one.
      return maps.split(separator: "\n").reduce(0) { count, line in
        let fields = line.split(separator: " ")
        let ends = fields[0].split(separator: "-").compactMap { Int($0, radix: 16) }
        return fields.count == 5 && fields[1] == "rw-p" && ends.count == 2
          ? count + (ends[1] - ends[0]) / blockSize : count
      }
    }

    /// Prepares the memory that OpenBLAS packs matrices in, for as many products at once as `pool`
    /// has threads. Takes 5 ms, once.
    ///
    /// OpenBLAS reserves a block for each product in progress, and its AVX2 kernels prefetch beyond
    /// what has been packed there. Prefetching from pages that have not been written is slow, again
    /// and again: products were 2 to 3 times slower until a larger product had run (0.3.21, Haswell
    /// and Zen kernels, M x N x K of 16 x 128 x 128 to 96 x 256 x 512). So this runs a product as
    /// large as the packing blocks are deep and wide.
    package static func prepareMemory(for pool: ThreadPool) {
      ready.withLock { threads in
        if threads >= pool.threads { return }
        limit.begin()
        let team = pool.enter()
        pool.run(LargeProduct(members: team.members), team)
        pool.leave(team)
        limit.end()
        threads = max(threads, team.isAlone ? 1 : team.members)
      }
    }

    /// The number of threads whose memory is prepared.
    private static let ready = Locked(0)

    private final class LargeProduct: ParallelWork {
      private let barrier: SpinBarrier

      init(members: Int) { barrier = SpinBarrier(capacity: members) }

      /// Runs one product, since only products at the same time use more than one block.
      func runAlone(as members: Int) { run(member: 0, of: 1) }

      func run(member: Int, of members: Int) {
        let (m, n, k) = (192, 768, 384)
        let (a, b) = ([Float](repeating: 0, count: m * k), [Float](repeating: 0, count: k * n))
        var c = [Float](repeating: 0, count: m * n)
        // The products start together, so that each uses a block of its own.
        barrier.wait(member, of: members)
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(m), blasint(n), blasint(k), 1, a, blasint(k), b,
          blasint(n), 0, &c, blasint(n))
      }
    }
  }

#endif
