// The buffer pool: which memory is kept from step to step.

import RecurrentCore
import Testing

@Suite struct BufferPoolTests {
  /// A step with buffers of these sizes, one after another: all but the first are never in use at
  /// once.
  private func step(_ sizes: [Int], _ pool: BufferPool) {
    for size in sizes { withExtendedLifetime(AlignedBuffer(count: size, bufferPool: pool)) {} }
    pool.trim()
  }

  /// A step's blocks are kept for the next step, although more of them are free than were in use at
  /// once.
  @Test func whatEachStepUsesIsKept() {
    let pool = BufferPool()
    let sizes = [100_000, 10_000, 5_000, 2_000]
    step(sizes, pool)
    let bytes = pool.bytes
    #expect(bytes >= sizes.reduce(0, +) * 4 && bytes > pool.greatestUse)
    for _ in 0..<3 {
      step(sizes, pool)
      #expect(pool.bytes == bytes)
      // A tape is emptied after a step and before the next one.
      pool.trim()
      #expect(pool.bytes == bytes)
    }
  }

  /// Sizes that are not needed again do not accumulate.
  @Test func whatIsNoLongerUsedReturnsToTheSystem() {
    let pool = BufferPool()
    for size in stride(from: 100_000, to: 10_000, by: -5_000) {
      step([size], pool)
      #expect(pool.bytes <= 2 * pool.greatestUse)
    }
    step([2_000], pool)
    step([2_000], pool)
    #expect(pool.bytes <= pool.greatestUse)
  }
}
