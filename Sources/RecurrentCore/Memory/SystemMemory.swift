// System memory: aligned allocations, on huge pages if they are large.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The size in bytes of a huge page, and the least size of an allocation that asks for them.
private let hugePage = 2 << 20
private let hugeFrom = 4 << 20

/// Allocates `bytes` bytes, to be released with `free`. Returns nil if the system refuses.
func systemMemory(_ bytes: Int) -> UnsafeMutableRawPointer? {
  let isLarge = bytes >= hugeFrom
  var memory: UnsafeMutableRawPointer?
  guard posix_memalign(&memory, isLarge ? hugePage : 64, bytes) == 0 else { return nil }
  // Large weights are read from end to end at every step. Huge pages make that about a tenth
  // faster; a refusal is harmless.
  #if os(Linux)
    if isLarge { madvise(memory, bytes, Int32(MADV_HUGEPAGE)) }
  #endif
  return memory
}

/// Allocates `bytes` bytes, to be released with `free`. Reports exhaustion if the system refuses.
func memoryOrEnd(_ bytes: Int) -> UnsafeMutableRawPointer {
  guard let memory = systemMemory(bytes) else { MemoryExhaustion.report(bytes) }
  return memory
}
