// How a call is spread over threads.

/// One direction's way through its sequence, divided among the members of a split.
protocol SequencePass {
  var plan: SequencePlan { get }
  var split: Split { get }
  /// One member's part of the whole sequence.
  func run(_ part: Split.Part, _ barrier: SpinBarrier)
}

/// The work that a call gives to its team, phase by phase. Lives in the workspace, so that a call allocates nothing.
final class SequenceRun: ParallelWork {
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

  /// The second pass, if there is one, has the second half of the members. Generic, so that no pass is put in a box.
  private func run<Pass: SequencePass>(_ first: Pass, _ second: Pass?, _ member: Int, of members: Int) {
    if let second, member >= members / 2 {
      second.run(second.split.part(member - members / 2, second.plan), barriers.1)
    } else {
      first.run(first.split.part(member, first.plan), barriers.0)
    }
  }
}

/// How the members of a team divide the work of a layer among themselves.
///
/// What is done for all steps at once is for all members, and both directions may go through the sequence side by side, each with
/// half of them. Within a direction, with rows enough, each member takes some rows through the whole sequence and needs nobody.
/// Otherwise, or where weights are so large that reading them is what takes time, or the backend would pack them at every step
/// on every thread, each takes some of the hidden units of all rows, so that its share of the weights stays in its cache, and
/// they meet at every step.
struct Split {
  /// The members that a call is worth, who share what is done for all steps at once.
  let members: Int
  /// Whether both directions run at once, each on half of the members: then there are fewer to wait for one another, and more rows for
  /// each. With few rows, though, a step is as long as the weights take to read, and half of a direction's fit a core's cache sooner.
  let isSideBySide: Bool
  /// The members that go through the sequence in one direction.
  let sequenceMembers: Int
  private let isByUnits: Bool
  private let unitGrain: Int
  private let hiddenSize: Int
  private let outputSize: Int

  /// One member's share.
  struct Part {
    let member: Int
    let ranks: Range<Int>
    /// Of the H hidden units, and of the O outputs.
    let units: Range<Int>
    let outputs: Range<Int>
    /// How many meet at the barriers: 1 when rows are divided.
    let meeting: Int
    /// Whether this member has all units, so that the gates of a step are one product.
    let isWhole: Bool
  }

  /// The work below which waking another thread costs more than it brings: operations in a call, and in a step
  /// that is divided by units.
  private static let leastOperations = 2e6
  private static let leastStepOperations = 8e4
  /// The units below which a member's products become too narrow.
  private static let leastUnits = 64
  /// The weights, 512 KiB, that a core's own cache holds beside everything else.
  private static let cachedWeights = 131_072

  /// Divides a layer among at most `threads` members.
  init(_ configuration: LayerConfiguration, _ plan: SequencePlan, threads: Int, backend: any Backend) {
    unitGrain = backend.unitGrain(for: configuration.cell)
    hiddenSize = configuration.hiddenSize
    outputSize = configuration.outputSize
    let weights = configuration.cell.gates * hiddenSize * outputSize
    members = configuration.operations(rows: plan.rows, training: false) >= Split.leastOperations ? threads : 1
    isSideBySide = configuration.bidirectional && members % 2 == 0 && (plan.batch >= 4 || weights <= Split.cachedWeights)
    // From here on, at most so many for each direction.
    let threads = isSideBySide ? members / 2 : members
    let step = 2 * Double(weights) * Double(plan.batch)
    // The rows that make a thread by itself fast: more where the weights, 1 MiB and more of them, come from far away at every
    // step; and beyond 8 MiB no number of them.
    let rowsEnough = weights < 1 << 18 ? 4 : weights < 1 << 21 ? 6 : Int.max / threads
    if threads == 1 {
      (sequenceMembers, isByUnits) = (1, false)
    } else if configuration.layerNorm {
      // Normalisation goes over all units of a row.
      (sequenceMembers, isByUnits) = (min(threads, max(1, plan.batch)), false)
    } else if backend.packsEveryTime, step >= Split.leastStepOperations, hiddenSize >= Split.leastUnits * threads {
      (sequenceMembers, isByUnits) = (threads, true)
    } else if plan.batch >= rowsEnough * threads {
      (sequenceMembers, isByUnits) = (threads, false)
    } else if step >= Split.leastStepOperations {
      (sequenceMembers, isByUnits) = (min(threads, (hiddenSize + unitGrain - 1) / unitGrain), true)
    } else {
      (sequenceMembers, isByUnits) = (min(threads, max(1, plan.batch)), false)
    }
  }

  /// The most rows that one member goes through at a step.
  func rows(_ plan: SequencePlan) -> Int {
    if isByUnits || sequenceMembers == 1 { return plan.batch }
    return (0..<sequenceMembers).reduce(0) { max($0, plan.ranks(member: $1, of: sequenceMembers).count) }
  }

  func part(_ member: Int, _ plan: SequencePlan) -> Part {
    if isByUnits {
      return Part(
        member: member, ranks: 0..<plan.batch, units: share(hiddenSize, member, of: sequenceMembers, grain: unitGrain),
        outputs: share(outputSize, member, of: sequenceMembers, grain: unitGrain), meeting: sequenceMembers, isWhole: sequenceMembers == 1)
    }
    return Part(
      member: member, ranks: plan.ranks(member: member, of: sequenceMembers), units: 0..<hiddenSize, outputs: 0..<outputSize,
      meeting: 1, isWhole: true)
  }
}
