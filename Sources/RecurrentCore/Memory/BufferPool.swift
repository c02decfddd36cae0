// BufferPool: memory that is used again, and where it comes from.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Memory that buffers have given back, for the next ones of about their size: what every step of a
/// training run needs anew would else come from the system each time, page by page and filled with
/// zeros.
package final class BufferPool: Sendable {
  /// Smaller buffers are the allocator's.
  static let least = 4096

  private struct Store {
    var free: [Int: [UnsafeMutableRawPointer]] = [:]
    var freeBytes = 0
    var usedBytes = 0
    var greatestUse = 0
  }
  private let store = Locked(Store())

  package init() {}

  deinit { release() }

  /// The bytes it holds, in use or not.
  package var bytes: Int { store.withLock { $0.freeBytes + $0.usedBytes } }

  /// The most bytes that were in use at once.
  package var greatestUse: Int { store.withLock { $0.greatestUse } }

  /// Gives back to the system what is free if that is more than was ever in use at once: sizes that
  /// came once, and do not come again.
  package func trim() {
    if store.withLock({ $0.freeBytes > $0.greatestUse }) { release() }
  }

  func take(_ needed: Int) -> (UnsafeMutableRawPointer, Int) {
    var bytes = BufferPool.sizeClass(needed)
    let old = store.withLock { store -> UnsafeMutableRawPointer? in
      // The smallest that will do, if it is not twice as large.
      var found: UnsafeMutableRawPointer?
      var size = bytes
      while found == nil, size < 2 * bytes {
        found = store.free[size]?.popLast()
        if found == nil { size = BufferPool.sizeClass(size + 1) }
      }
      if found != nil { (bytes, store.freeBytes) = (size, store.freeBytes - size) }
      store.usedBytes += bytes
      store.greatestUse = max(store.greatestUse, store.usedBytes)
      return found
    }
    if let memory = old ?? systemMemory(bytes) { return (memory, bytes) }
    // What is kept for other sizes may be what is missing.
    release()
    return (memoryOrEnd(bytes), bytes)
  }

  func give(_ memory: UnsafeMutableRawPointer, _ bytes: Int) {
    store.withLock {
      $0.free[bytes, default: []].append(memory)
      $0.freeBytes += bytes
      $0.usedBytes -= bytes
    }
  }

  private func release() {
    let all = store.withLock { store in
      defer { (store.free, store.freeBytes) = ([:], 0) }
      return store.free.values.joined().map { $0 }
    }
    for memory in all { free(memory) }
  }

  /// The next of 4, 5, 6 and 7 times a power of two: at most a quarter more than needed.
  static func sizeClass(_ bytes: Int) -> Int {
    let unit = 1 << max(0, Int.bitWidth - 1 - bytes.leadingZeroBitCount - 2)
    return (bytes + unit - 1) / unit * unit
  }
}

private let hugePage = 2 << 20
private let hugeFrom = 4 << 20

/// To be given back with `free`; nil when the system refuses.
private func systemMemory(_ bytes: Int) -> UnsafeMutableRawPointer? {
  let isLarge = bytes >= hugeFrom
  var memory: UnsafeMutableRawPointer?
  guard posix_memalign(&memory, isLarge ? hugePage : 64, bytes) == 0 else { return nil }
  // Large weights are read from end to end at every step: on huge pages that is about a tenth
  // faster. A refusal does no harm.
  #if os(Linux)
    if isLarge { madvise(memory, bytes, Int32(MADV_HUGEPAGE)) }
  #endif
  return memory
}

func memoryOrEnd(_ bytes: Int) -> UnsafeMutableRawPointer {
  guard let memory = systemMemory(bytes) else { MemoryExhaustion.report(bytes) }
  return memory
}
