// Phase runners: run the phases of a forward or backward pass on the thread pool.

/// A pass of one direction over its sequence, divided among the members of a partition.
protocol SequencePass {
  var sequence: PackedSequence { get }
  var partition: WorkPartition { get }
  /// Runs the whole sequence for the shares of a group.
  func run(_ group: ShareGroup)
  /// The bytes that the members of a group write between two meetings, of which there are
  /// `meetingsPerStep` a step.
  var bytesPerMeeting: Int { get }
  var meetingsPerStep: Int { get }
}

/// The shares that one thread runs: one member's; or those of all members in lockstep, if the
/// caller alone does the work of members that meet at every step.
struct ShareGroup {
  let share: WorkPartition.Share
  /// The other members.
  let others: Range<Int>
  /// The barrier of the group of members. Unmanaged, since counting references takes a part of the
  /// time of a short step; the runner holds it.
  let barrier: Unmanaged<SpinBarrier>

  /// Waits for the other threads of the group. A thread that has all shares does not wait.
  @inline(__always)
  func meet() {
    if others.isEmpty { barrier._withUnsafeGuaranteedRef { $0.wait(share.memberOfGroup, of: share.meeting) } }
  }
}

extension SequencePass {
  /// Calls `body` for each share of a group.
  @inline(__always)
  func forEachShare(_ group: ShareGroup, _ body: (WorkPartition.Share) -> Void) {
    body(group.share)
    for member in group.others { body(partition.share(member, sequence)) }
  }

  /// Runs one member's share. Each group has a barrier of its own.
  func run(member: Int, _ barriers: UnsafePointer<Unmanaged<SpinBarrier>>, isApart: Bool) {
    var share = partition.share(member, sequence)
    if isApart { share.meeting = 1 }
    run(ShareGroup(share: share, others: 0..<0, barrier: barriers[share.meeting == 1 ? 0 : share.group]))
  }

  /// The meetings of each member.
  var meetings: Meetings {
    Meetings(
      count: sequence.steps * meetingsPerStep, members: partition.membersPerGroup, bytes: bytesPerMeeting)
  }

  /// Runs all members' shares on one thread: the members of a group in lockstep.
  func runAlone(_ barriers: UnsafePointer<Unmanaged<SpinBarrier>>) {
    for first in stride(from: 0, to: partition.sequenceMembers, by: partition.membersPerGroup) {
      run(
        ShareGroup(
          share: partition.share(first, sequence), others: first + 1..<first + partition.membersPerGroup,
          barrier: barriers[0]))
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
  /// The barriers of each group of the first pass, then of the second.
  private var barriers: UnsafeMutablePointer<Unmanaged<SpinBarrier>>
  private var barrierCount = 2
  /// The first barrier of the second pass.
  private var secondBarrier = 0
  /// Whether members run apart, without meeting.
  private var isApart = false

  /// The partitions of the last shapes, of which a few alternate: one for each layer.
  private var partitions = RecentValues<PartitionKey, WorkPartition>(most: 16)

  private struct PartitionKey: Equatable {
    let layer: UInt64
    let batch: Int
    let steps: Int
    let rows: Int
    let most: Int
  }

  /// The partition of a call, made once for a shape.
  func partition(_ layer: LayerEngine, _ sequence: PackedSequence, most: Int) -> WorkPartition {
    // Rules decide among one or two members.
    if most <= 2 { return WorkPartition(layer, sequence, CostModel(), most: most) }
    let key = PartitionKey(
      layer: layer.serial, batch: sequence.batch, steps: sequence.steps, rows: sequence.rows, most: most)
    return partitions[key, WorkPartition(layer, sequence, layer.backend.pool.costs(on: layer.backend), most: most)]
  }

  init() {
    barriers = .allocate(capacity: barrierCount)
    for index in 0..<barrierCount { barriers[index] = .passRetained(SpinBarrier()) }
  }

  deinit { releaseBarriers() }

  private func releaseBarriers() {
    for index in 0..<barrierCount { barriers[index].release() }
    barriers.deallocate()
  }

  /// Prepares barriers for the passes of a partition.
  func begin(_ partition: WorkPartition) {
    let members = partition.membersPerGroup
    // Groups of one member do not meet.
    secondBarrier = members == 1 ? 0 : partition.groups
    let capacity = barriers[0]._withUnsafeGuaranteedRef { $0.capacity }
    if members == 1 || 2 * partition.groups <= barrierCount && members <= capacity { return }
    let count = max(barrierCount, 2 * partition.groups)
    releaseBarriers()
    barrierCount = count
    barriers = .allocate(capacity: count)
    for index in 0..<count { barriers[index] = .passRetained(SpinBarrier(capacity: members)) }
  }

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

  func runApart(member: Int, of members: Int) {
    isApart = true
    run(member: member, of: members)
    isApart = false
  }

  var meetings: Meetings {
    switch phase {
    case .forward(let pass, _): pass.meetings
    case .backward(let pass, _): pass.meetings
    default: .none
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
      second.run(member: member - members / 2, barriers + secondBarrier, isApart: isApart)
    } else {
      first.run(member: member, barriers, isApart: isApart)
    }
  }

  private func runAlone<Pass: SequencePass>(_ first: Pass, _ second: Pass?) {
    first.runAlone(barriers)
    second?.runAlone(barriers + secondBarrier)
  }
}
