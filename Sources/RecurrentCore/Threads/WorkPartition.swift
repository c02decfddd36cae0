// How the threads of a call divide its work.

/// How the members of a team divide the work of a layer among themselves.
///
/// What is done for all steps at once is for all members, and both directions may go through the
/// sequence side by side, each with half of them. Within a direction, with rows enough, each member
/// takes some rows through the whole sequence and needs nobody. Otherwise, or where weights are so
/// large that reading them is what takes time, or the backend would pack them at every step on
/// every thread, each takes some of the hidden units of all rows, so that its share of the weights
/// stays in its cache, and they meet at every step.
struct WorkPartition {
  /// The members that a call is worth, who share what is done for all steps at once.
  let members: Int
  /// Whether both directions run at once, each on half of the members: then there are fewer to wait
  /// for one another, and more rows for each. With few rows, though, a step is as long as the
  /// weights take to read, and half of a direction's fit a core's cache sooner.
  let isSideBySide: Bool
  /// The members that go through the sequence in one direction.
  let sequenceMembers: Int
  let isByUnits: Bool
  private let unitGrain: Int
  private let hiddenSize: Int
  private let outputSize: Int

  /// One member's share of a direction's way through its sequence.
  struct Share {
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

  /// The work below which waking another thread costs more than it brings: operations in a call,
  /// and in a step that is divided by units.
  private static let leastOperations = 2e6
  private static let leastStepOperations = 8e4
  /// The units below which a member's products become too narrow.
  private static let leastUnits = 64
  /// The weights, 512 KiB, that a core's own cache holds beside everything else.
  private static let cachedWeights = 131_072

  /// Divides a layer among at most `threads` members.
  init(_ layer: LayerEngine, _ sequence: PackedSequence, threads: Int) {
    let configuration = layer.configuration
    unitGrain = layer.unitGrain
    hiddenSize = configuration.hiddenSize
    outputSize = configuration.outputSize
    let weights = layer.recurrentWeights
    members = layer.operationsPerRow * Double(sequence.rows) >= WorkPartition.leastOperations ? threads : 1
    isSideBySide =
      configuration.bidirectional && members % 2 == 0 && (sequence.batch >= 4 || weights <= WorkPartition.cachedWeights)
    // From here on, at most so many for each direction.
    let threads = isSideBySide ? members / 2 : members
    let step = 2 * Double(weights) * Double(sequence.batch)
    // The rows that make a thread by itself fast: more where the weights, 1 MiB and more of them,
    // come from far away at every step; and beyond 8 MiB no number of them.
    let rowsEnough = weights < 1 << 18 ? 4 : weights < 1 << 21 ? 6 : Int.max / threads
    if threads == 1 {
      (sequenceMembers, isByUnits) = (1, false)
    } else if configuration.layerNorm {
      // Normalisation goes over all units of a row.
      (sequenceMembers, isByUnits) = (min(threads, max(1, sequence.batch)), false)
    } else if layer.backend.packsEveryTime, step >= WorkPartition.leastStepOperations,
      hiddenSize >= WorkPartition.leastUnits * threads
    {
      (sequenceMembers, isByUnits) = (threads, true)
    } else if sequence.batch >= rowsEnough * threads {
      (sequenceMembers, isByUnits) = (threads, false)
    } else if step >= WorkPartition.leastStepOperations {
      (sequenceMembers, isByUnits) = (min(threads, (hiddenSize + unitGrain - 1) / unitGrain), true)
    } else {
      (sequenceMembers, isByUnits) = (min(threads, max(1, sequence.batch)), false)
    }
  }

  /// The most rows that one member goes through at a step.
  func rows(_ sequence: PackedSequence) -> Int {
    if isByUnits || sequenceMembers == 1 { return sequence.batch }
    return (0..<sequenceMembers).reduce(0) { max($0, sequence.ranks(member: $1, of: sequenceMembers).count) }
  }

  func share(_ member: Int, _ sequence: PackedSequence) -> Share {
    if isByUnits {
      return Share(
        member: member, ranks: 0..<sequence.batch,
        units: RecurrentCore.share(hiddenSize, member, of: sequenceMembers, grain: unitGrain),
        outputs: RecurrentCore.share(outputSize, member, of: sequenceMembers, grain: unitGrain),
        meeting: sequenceMembers, isWhole: sequenceMembers == 1)
    }
    return Share(
      member: member, ranks: sequence.ranks(member: member, of: sequenceMembers), units: 0..<hiddenSize,
      outputs: 0..<outputSize,
      meeting: 1, isWhole: true)
  }
}
