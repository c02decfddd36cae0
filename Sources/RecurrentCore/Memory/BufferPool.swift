// The buffer pool: recycles released memory for later buffers of about the same size.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Memory that buffers have released, kept for later buffers of about the same size.
///
/// A training step allocates the same sizes again and again. Without the pool, each of them would
/// come from the system page by page and filled with zeros.
package final class BufferPool: Sendable {
  /// The size in bytes below which buffers do not use the pool.
  static let least = 4096

  private struct Store {
    /// Blocks by size, each with the period in which it was released. The last ones are taken first.
    var free: [Int: [(memory: UnsafeMutableRawPointer, period: Int)]] = [:]
    /// The number of periods that have ended, and whether a block was taken in this one.
    var period = 0
    var isUsed = false
    var freeBytes = 0
    var usedBytes = 0
    var greatestUse = 0

    /// Takes out the blocks that were released before a period.
    mutating func takeFree(before period: Int) -> [UnsafeMutableRawPointer] {
      var taken: [UnsafeMutableRawPointer] = []
      for (size, blocks) in free {
        // The oldest come first.
        let old = blocks.prefix { $0.period < period }
        if old.isEmpty { continue }
        taken += old.map(\.memory)
        freeBytes -= size * old.count
        free[size] = Array(blocks.dropFirst(old.count))
      }
      return taken
    }
  }
  private let store = Locked(Store())

  package init() {}

  deinit { release() }

  /// The bytes the pool holds, in use and free.
  package var bytes: Int { store.withLock { $0.freeBytes + $0.usedBytes } }

  /// The greatest number of bytes that were in use at once.
  package var greatestUse: Int { store.withLock { $0.greatestUse } }

  /// Ends a period, of a step, unless nothing was taken in it. If more memory is free than was ever
  /// in use at once, blocks that were not used in the period return to the system, so that sizes that
  /// are not needed again do not accumulate.
  package func trim() {
    let unused = store.withLock { store -> [UnsafeMutableRawPointer] in
      guard store.isUsed else { return [] }
      defer { (store.period, store.isUsed) = (store.period + 1, false) }
      return store.freeBytes > store.greatestUse ? store.takeFree(before: store.period) : []
    }
    for memory in unused { free(memory) }
  }

  /// Takes at least `needed` bytes. Returns the memory and its size in bytes.
  func take(_ needed: Int) -> (UnsafeMutableRawPointer, Int) {
    var bytes = BufferPool.sizeClass(needed)
    let old = store.withLock { store -> UnsafeMutableRawPointer? in
      // Take the smallest free block that is large enough, if it is less than twice the size.
      var found: UnsafeMutableRawPointer?
      var size = bytes
      while found == nil, size < 2 * bytes {
        found = store.free[size]?.popLast()?.memory
        if found == nil { size = BufferPool.sizeClass(size + 1) }
      }
      if found != nil { (bytes, store.freeBytes) = (size, store.freeBytes - size) }
      store.usedBytes += bytes
      store.isUsed = true
      store.greatestUse = max(store.greatestUse, store.usedBytes)
      return found
    }
    if let memory = old ?? systemMemory(bytes) { return (memory, bytes) }
    // The system refused. Release the blocks of other sizes and try again.
    release()
    return (memoryOrEnd(bytes), bytes)
  }

  /// Returns memory that `take` gave, of `bytes` bytes.
  func give(_ memory: UnsafeMutableRawPointer, _ bytes: Int) {
    store.withLock {
      $0.free[bytes, default: []].append((memory, $0.period))
      $0.freeBytes += bytes
      $0.usedBytes -= bytes
    }
  }

  private func release() {
    for memory in store.withLock({ $0.takeFree(before: .max) }) { free(memory) }
  }

  /// `bytes` rounded up to 4, 5, 6 or 7 times a power of two: at most a quarter more than needed.
  static func sizeClass(_ bytes: Int) -> Int {
    let unit = 1 << max(0, Int.bitWidth - 1 - bytes.leadingZeroBitCount - 2)
    return (bytes + unit - 1) / unit * unit
  }
}
