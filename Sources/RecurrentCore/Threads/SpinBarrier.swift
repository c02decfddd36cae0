// Barriers: points that all members of a team reach before any goes on.

/// A barrier for loops with phases too short to sleep in: no member leaves it before all have
/// arrived.
package final class SpinBarrier: Sendable {
  /// round << 9 | whether a thread sleeps << 8 | the number that arrived
  private let word = WaitWord()

  package init() {}

  deinit { word.deallocate() }

  /// Returns once `members` threads have called it.
  package func wait(_ members: Int) {
    if members == 1 { return }
    let arrived = word.add(1)
    if arrived & 0xff == members {
      // A thread about to sleep sees from the word that all have arrived.
      word.set((arrived >> 9 &+ 1) << 9)
      if arrived & WaitWord.asleep != 0 { word.wake() }
    } else {
      word.wait(among: members, until: { $0 >> 9 != arrived >> 9 }, unless: { $0 & 0xff == members })
    }
  }
}
