// Phase runners: run the phases of a forward or backward pass on the thread pool.

/// A pass of one direction over its sequence, divided among the members of a partition.
protocol SequencePass {
  var sequence: PackedSequence { get }
  var partition: WorkPartition { get }
  /// Runs the whole sequence for the shares of a group.
  func run(_ group: ShareGroup)
}

/// The shares that one thread runs: one member's; or those of all members in lockstep, if the
/// caller alone does the work of members that meet at every step.
struct ShareGroup {
  let share: WorkPartition.Share
  /// The other members.
  let others: Range<Int>
  unowned(unsafe) let barrier: SpinBarrier

  /// Waits for the other threads. A thread that has all shares does not wait.
  @inline(__always)
  func meet() { if others.isEmpty { barrier.wait(share.meeting) } }
}

extension SequencePass {
  /// Calls `body` for each share of a group.
  @inline(__always)
  func forEachShare(_ group: ShareGroup, _ body: (WorkPartition.Share) -> Void) {
    body(group.share)
    for member in group.others { body(partition.share(member, sequence)) }
  }

  /// Runs one member's share.
  func run(member: Int, _ barrier: SpinBarrier) {
    run(ShareGroup(share: partition.share(member, sequence), others: 0..<0, barrier: barrier))
  }

  /// Runs all members' shares on one thread.
  func runAlone(_ barrier: SpinBarrier) {
    if partition.isByUnits {
      run(ShareGroup(share: partition.share(0, sequence), others: 1..<partition.sequenceMembers, barrier: barrier))
    } else {
      for member in 0..<partition.sequenceMembers { run(member: member, barrier) }
    }
  }
}

/// The work of a call's team, phase by phase. It belongs to the workspace, so that a call allocates
/// nothing.
final class PhaseRunner: ParallelWork {
  enum Phase {
    case idle
    /// W x of all steps, in training.
    case project(ForwardPass)
    /// The steps of one direction, or of both side by side, each on half of the members.
    case forward(ForwardPass, ForwardPass?)
    /// The backward steps, likewise.
    case backward(BackwardPass, BackwardPass?)
    /// The gradients of the parameters.
    case weightGradients(BackwardPass)
    /// The gradient of the inputs.
    case inputGradient(BackwardPass)
  }

  var phase = Phase.idle
  /// The barriers of the first and of the second pass.
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

  /// Members that meet at every step run in lockstep; others one after the other.
  func runAlone(as members: Int) {
    switch phase {
    case .forward(let first, let second): runAlone(first, second)
    case .backward(let first, let second): runAlone(first, second)
    default: for member in 0..<members { run(member: member, of: members) }
    }
  }

  /// Runs one member's share. The second pass, if any, has the second half of the members. Generic,
  /// so that no pass is boxed.
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
