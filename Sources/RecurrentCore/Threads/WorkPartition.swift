// Work partitions: how the threads of a call divide a layer's work.

/// The division of a layer's work among the members of a team.
///
/// - Work on all time steps at once is divided among all members.
/// - The two directions may run side by side, each on half of the members.
/// - Within a direction, if there are enough rows, each member takes some rows through the whole
///   sequence and never waits.
/// - Otherwise each member takes some of the hidden units of all rows, and the members meet at
///   every step. Its share of the weights then stays in its cache. The same holds if the weights
///   are so large that reading them dominates, or if the backend would pack them at every step on
///   every thread.
struct WorkPartition {
  /// The number of members that the call is worth. They share the work on all steps at once.
  let members: Int
  /// Whether both directions run side by side, each on half of the members: fewer members then wait
  /// for one another, and each has more rows. With few rows, though, a step takes as long as
  /// reading the weights, and half of one direction's weights fit a core's cache sooner.
  let isSideBySide: Bool
  /// The number of members that run the sequence in one direction.
  let sequenceMembers: Int
  /// Whether members divide the hidden units among themselves, rather than the rows.
  let isByUnits: Bool
  private let unitGrain: Int
  private let hiddenSize: Int
  private let outputSize: Int

  /// One member's share of the work of a direction.
  struct Share {
    let member: Int
    let ranks: Range<Int>
    /// The share of the H hidden units, and of the O outputs.
    let units: Range<Int>
    let outputs: Range<Int>
    /// The number of members that meet at the barriers: 1 if rows are divided.
    let meeting: Int
    /// Whether this member has all units, so that one product computes the gates of a step.
    let isWhole: Bool
  }

  /// The operations below which another thread costs more than it saves: in a call, and in a step
  /// that is divided by units.
  private static let leastOperations = 2e6
  /// The same for a call whose recurrent weights do not fit a core's own cache: each of two cores has
  /// only half of them to read.
  private static let leastOperationsBeyondCache = 7e5
  private static let leastStepOperations = 8e4
  /// The number of units below which a member's products become too narrow.
  private static let leastUnits = 64
  /// The number of weights (512 KiB) that a core's own cache holds beside everything else.
  private static let cachedWeights = 131_072

  /// Divides the work of `layer` on `sequence` among at most `threads` members.
  init(_ layer: LayerEngine, _ sequence: PackedSequence, threads: Int) {
    let configuration = layer.configuration
    unitGrain = layer.unitGrain
    hiddenSize = configuration.hiddenSize
    outputSize = configuration.outputSize
    let weights = layer.recurrentWeights
    let least =
      weights > WorkPartition.cachedWeights
      ? WorkPartition.leastOperationsBeyondCache : WorkPartition.leastOperations
    members = layer.operationsPerRow * Double(sequence.rows) >= least ? threads : 1
    isSideBySide =
      configuration.bidirectional && members % 2 == 0 && (sequence.batch >= 4 || weights <= WorkPartition.cachedWeights)
    // From here on, the limit for one direction.
    let threads = isSideBySide ? members / 2 : members
    let step = 2 * Double(weights) * Double(sequence.batch)
    // The rows that make a thread efficient on its own: more if the weights (1 MiB or more) come
    // from a distant cache at every step; from 8 MiB on, no number of rows is enough.
    let rowsEnough = weights < 1 << 18 ? 4 : weights < 1 << 21 ? 6 : Int.max / threads
    if threads == 1 {
      (sequenceMembers, isByUnits) = (1, false)
    } else if configuration.layerNorm {
      // Layer normalisation needs all units of a row.
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

  /// The greatest number of rows that one member has at a step.
  func rows(_ sequence: PackedSequence) -> Int {
    if isByUnits || sequenceMembers == 1 { return sequence.batch }
    return (0..<sequenceMembers).reduce(0) { max($0, sequence.ranks(member: $1, of: sequenceMembers).count) }
  }

  /// The share of a member.
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
