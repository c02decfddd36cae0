// AlignedBuffer: memory for floats, aligned for vectors.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Floats at a 64-byte boundary: a cache line, and the widest vector. Whoever shares one between
/// threads sees to it that nobody writes meanwhile.
package final class AlignedBuffer: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Float>
  package let count: Int
  private let bytes: Int
  private let bufferPool: BufferPool?

  /// Room for `count` floats, not initialised: from `bufferPool` and, in the end, back to it; else
  /// from the system.
  package init(count: Int, bufferPool: BufferPool? = nil) {
    // A whole number of cache lines, one at least, so that two buffers never share one.
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
