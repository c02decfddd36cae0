// Aligned float storage: 64-byte aligned, from the system or from a buffer pool.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Float storage aligned to 64 bytes: a cache line, and the widest vector.
///
/// Threads may share a buffer as long as none of them writes to it.
package final class AlignedBuffer: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Float>
  package let count: Int
  private let bytes: Int
  private let bufferPool: BufferPool?

  /// Allocates `count` floats, not initialised. They come from `bufferPool` and are returned to it
  /// when the buffer is released; without a pool, or if small, they come from the system.
  package init(count: Int, bufferPool: BufferPool? = nil) {
    // Whole cache lines, at least one, so that no two buffers share a line.
    let needed = Arena.rounded(count) * MemoryLayout<Float>.stride
    self.bufferPool = needed >= BufferPool.least ? bufferPool : nil
    let memory: UnsafeMutableRawPointer
    if let bufferPool = self.bufferPool {
      (memory, bytes) = bufferPool.take(needed)
    } else {
      (memory, bytes) = (memoryOrEnd(needed), needed)
    }
    base = memory.bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
    self.count = count
  }

  deinit {
    if let bufferPool { bufferPool.give(base, bytes) } else { free(base) }
  }
}
