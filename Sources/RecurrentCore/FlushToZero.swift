// Denormal numbers cost a hundred cycles each, and vanishing states are full of them.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The mode of this thread's floating-point unit in which denormal results, and on x86 operands, count as zero.
package enum FlushToZero {
  /// Turns it on for this thread.
  package static func enable() { _ = begin() }

  /// Turns it on and returns what to hand to `end` to have the caller's mode back: nil when it was on already.
  package static func begin() -> fenv_t? {
    var environment = fenv_t()
    fegetenv(&environment)
    let saved = environment
    #if arch(x86_64)
      let bits: UInt32 = 0x8040  // FTZ and DAZ
      if environment.__mxcsr & bits == bits { return nil }
      environment.__mxcsr |= bits
    #elseif arch(arm64)
      let bits: UInt32 = 1 << 24  // FZ
      if environment.__fpcr & bits == bits { return nil }
      environment.__fpcr |= bits
    #endif
    fesetenv(&environment)
    return saved
  }

  package static func end(_ saved: fenv_t?) {
    guard var environment = saved else { return }
    fesetenv(&environment)
  }
}
