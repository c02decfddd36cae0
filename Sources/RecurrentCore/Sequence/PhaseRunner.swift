// The phases of a call, each divided among its team.

/// One direction's way through its sequence, divided among the members of a partition.
protocol SequencePass {
  var sequence: PackedSequence { get }
  var partition: WorkPartition { get }
  /// The way of a group through the whole sequence.
  func run(_ group: ShareGroup)
}

/// Who goes through a sequence on one thread: a member with its share; or, where a caller does the
/// work of members that would meet at every step, all of them, in lockstep.
struct ShareGroup {
  let share: WorkPartition.Share
  /// The other members.
  let others: Range<Int>
  unowned(unsafe) let barrier: SpinBarrier

  /// Waits for the crews of the other threads.
  @inline(__always)
  func meet() { if others.isEmpty { barrier.wait(share.meeting) } }
}

extension SequencePass {
  /// `body` for each share of a group.
  @inline(__always)
  func forEachShare(_ group: ShareGroup, _ body: (WorkPartition.Share) -> Void) {
    body(group.share)
    for member in group.others { body(partition.share(member, sequence)) }
  }

  /// One member's way.
  func run(member: Int, _ barrier: SpinBarrier) {
    run(ShareGroup(share: partition.share(member, sequence), others: 0..<0, barrier: barrier))
  }

  /// All members' ways on one thread.
  func runAlone(_ barrier: SpinBarrier) {
    if partition.isByUnits {
      run(ShareGroup(share: partition.share(0, sequence), others: 1..<partition.sequenceMembers, barrier: barrier))
    } else {
      for member in 0..<partition.sequenceMembers { run(member: member, barrier) }
    }
  }
}

/// The work that a call gives to its team, phase by phase. Lives in the workspace, so that a call
/// allocates nothing.
final class PhaseRunner: ParallelWork {
  enum Phase {
    case idle
    case project(ForwardPass)
    /// One direction, or both side by side, each with half of the members.
    case forward(ForwardPass, ForwardPass?)
    case backward(BackwardPass, BackwardPass?)
    case weightGradients(BackwardPass)
    case inputGradient(BackwardPass)
  }

  var phase = Phase.idle
  /// For the first pass and for the second.
  private let barriers = (SpinBarrier(), SpinBarrier())

  func run(member: Int, of members: Int) {
    switch phase {
    case .idle: break
    case .project(let pass): pass.project(member, of: members)
    case .forward(let first, let second): run(first, second, member, of: members)
    case .backward(let first, let second): run(first, second, member, of: members)
    case .weightGradients(let pass): pass.weightGradients(member, of: members)
    case .inputGradient(let pass): pass.inputGradient(member, of: members)
    }
  }

  /// The members of a direction that meet at every step go through it in lockstep; all others, one
  /// after the other.
  func runAlone(as members: Int) {
    switch phase {
    case .forward(let first, let second): runAlone(first, second)
    case .backward(let first, let second): runAlone(first, second)
    default: for member in 0..<members { run(member: member, of: members) }
    }
  }

  /// The second pass, if there is one, has the second half of the members. Generic, so that no pass
  /// is put in a box.
  private func run<Pass: SequencePass>(_ first: Pass, _ second: Pass?, _ member: Int, of members: Int) {
    if let second, member >= members / 2 {
      second.run(member: member - members / 2, barriers.1)
    } else {
      first.run(member: member, barriers.0)
    }
  }

  private func runAlone<Pass: SequencePass>(_ first: Pass, _ second: Pass?) {
    first.runAlone(barriers.0)
    second?.runAlone(barriers.1)
  }
}
