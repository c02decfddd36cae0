// Barriers: points that all members of a team reach before any goes on.

/// A barrier for loops with phases too short to sleep in: no member leaves it before all have
/// arrived.
///
/// Up to `groupSize` members count on one word. More meet in a tree, in which no cache line has
/// more than `groupSize` writers: consecutive members, which share the nearest cache if they are
/// placed in order, count on a word of their own, and the last of each group at the root
/// (Mellor-Crummey & Scott 1991, combining trees).
package final class SpinBarrier: Sendable {
  /// The root, then the groups. round << 9 | whether a thread sleeps << 8 | the number that arrived
  private let words: [WaitWord]
  /// The greatest number of members that can meet.
  let capacity: Int

  /// The greatest number of members that count on one word.
  static let groupSize = 8

  /// Creates a barrier for at most `capacity` members.
  package init(capacity: Int = SpinBarrier.groupSize) {
    let groups = (capacity + SpinBarrier.groupSize - 1) / SpinBarrier.groupSize
    self.capacity = max(capacity, SpinBarrier.groupSize)
    words = (0...(groups > 1 ? groups : 0)).map { _ in WaitWord() }
  }

  deinit { for word in words { word.deallocate() } }

  /// Returns once members 0..<`members` have called it.
  @inline(__always)
  package func wait(_ member: Int, of members: Int) {
    if members == 1 { return }
    if members <= SpinBarrier.groupSize { meet(members) } else { meetInGroups(member, members) }
  }

  /// Meets all members on the root.
  private func meet(_ members: Int) {
    let root = words[0]
    let arrived = root.add(1)
    if arrived & 0xff == members {
      // A thread about to sleep sees from the word that all have arrived.
      root.set((arrived >> 9 &+ 1) << 9)
      if arrived & WaitWord.asleep != 0 { root.wake() }
    } else {
      root.wait(among: members, until: { $0 >> 9 != arrived >> 9 }, unless: { $0 & 0xff == members })
    }
  }

  private func meetInGroups(_ member: Int, _ members: Int) {
    let size = SpinBarrier.groupSize
    let group = member / size
    let arrived = words[1 + group].add(1)
    if arrived & 0xff == min(size, members - group * size) {
      meetAtRoot((members + size - 1) / size, of: members)
      release(words[1 + group], arrived)
    } else {
      words[1 + group].wait(among: members, until: { $0 >> 9 != arrived >> 9 }, unless: { _ in false })
    }
  }

  private func meetAtRoot(_ groups: Int, of members: Int) {
    let arrived = words[0].add(1)
    if arrived & 0xff == groups {
      release(words[0], arrived)
    } else {
      words[0].wait(among: members, until: { $0 >> 9 != arrived >> 9 }, unless: { _ in false })
    }
  }

  /// Begins the next round. Threads may fall asleep on a full word, which waits for other groups.
  private func release(_ word: WaitWord, _ arrived: UInt32) {
    if word.exchange((arrived >> 9 &+ 1) << 9) & WaitWord.asleep != 0 { word.wake() }
  }
}
