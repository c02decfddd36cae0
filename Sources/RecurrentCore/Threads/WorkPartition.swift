// Work partitions: how the threads of a call divide a layer's work.

/// The division of a layer's work among the members of a team.
///
/// - Work on all time steps at once is divided among all members.
/// - The two directions may run side by side, each on half of the members.
/// - Within a direction, members form groups. Each group takes some rows through the whole sequence
///   and never waits for another group.
/// - Within a group, each member takes some of the hidden units of the group's rows, and the members
///   meet at every step. A member's share of the weights then stays in its cache.
///
/// Which division is best depends on where the weights are, on what a meeting takes, and on the
/// number of rows that a product needs to be fast: `CostModel` estimates the time of each.
struct WorkPartition {
  /// The members that share the work on all steps at once, of which training has some.
  let members: Int
  /// Whether both directions run side by side, each on half of the members: fewer members then wait
  /// for one another, and each has more rows. With few rows, though, a step takes as long as
  /// reading the weights, and half of one direction's weights fit a core's cache sooner.
  let isSideBySide: Bool
  /// The groups that divide the rows in one direction, and the members of each, which divide the
  /// hidden units.
  let groups: Int
  let membersPerGroup: Int
  /// The units of a group, which are not divided.
  let unitGrain: Int
  private let hiddenSize: Int
  private let outputSize: Int

  /// The number of members that run the sequence in one direction.
  var sequenceMembers: Int { groups * membersPerGroup }
  /// The greatest number of members that some part of the call has.
  func most(isTraining: Bool) -> Int { max(isTraining ? members : 1, sequenceMembers * (isSideBySide ? 2 : 1)) }

  /// One member's share of the work of a direction.
  struct Share {
    let member: Int
    /// The group, and the member's number in it.
    let group: Int
    let memberOfGroup: Int
    let ranks: Range<Int>
    /// The share of the H hidden units, and of the O outputs.
    let units: Range<Int>
    let outputs: Range<Int>
    /// The number of members that meet at the barriers: 1 if the member has all units.
    var meeting: Int
  }

  /// The operations of a step below which two members do not meet.
  private static let leastStepOperations = 8e4
  /// The number of units below which a member's products become too narrow.
  private static let leastUnits = 64
  /// The number of weights (512 KiB) that a core's own cache holds beside everything else.
  private static let cachedWeights = 131_072

  /// Divides the work of `layer` on `sequence` among at most `most` members.
  init(_ layer: LayerEngine, _ sequence: PackedSequence, _ costs: CostModel, most: Int) {
    let configuration = layer.configuration
    unitGrain = layer.unitGrain
    hiddenSize = configuration.hiddenSize
    outputSize = configuration.outputSize
    let least =
      layer.recurrentWeights > WorkPartition.cachedWeights ? costs.leastOperationsBeyondCache : costs.leastOperations
    let pairs = layer.operationsPerRow * Double(sequence.rows) / least
    members = pairs < 1 ? 1 : min(most, 2 * Int(min(pairs, 128)))
    if members <= 2 {
      (isSideBySide, groups, membersPerGroup) = WorkPartition.divisionForTwo(layer, sequence, members)
    } else {
      (isSideBySide, groups, membersPerGroup) = WorkPartition.division(layer, sequence, members, costs)
    }
  }

  private typealias Division = (isSideBySide: Bool, groups: Int, membersPerGroup: Int)

  /// The division among one or two members, by rules that were measured on two cores.
  private static func divisionForTwo(
    _ layer: LayerEngine, _ sequence: PackedSequence, _ members: Int
  ) -> Division {
    let (configuration, weights) = (layer.configuration, layer.recurrentWeights)
    if members == 1 { return (false, 1, 1) }
    if configuration.bidirectional, sequence.batch >= 4 || weights <= WorkPartition.cachedWeights {
      return (true, 1, 1)
    }
    let step = 2 * Double(weights) * Double(sequence.batch)
    let byRows: Division = (false, min(2, max(1, sequence.batch)), 1)
    let byUnits: Division = (false, 1, min(2, (configuration.hiddenSize + layer.unitGrain - 1) / layer.unitGrain))
    // Layer normalisation needs all units of a row.
    if configuration.layerNorm { return byRows }
    if layer.backend.packsEveryTime, step >= leastStepOperations, configuration.hiddenSize >= 2 * leastUnits {
      return byUnits
    }
    // The rows that make a thread efficient on its own: more if the weights (1 MiB or more) come
    // from a distant cache at every step; from 8 MiB on, no number of rows is enough.
    let rowsEnough = weights < 1 << 18 ? 4 : weights < 1 << 21 ? 6 : Int.max / 2
    if sequence.batch >= 2 * rowsEnough { return byRows }
    return step >= leastStepOperations ? byUnits : byRows
  }

  /// The division among more members that takes the least time by the cost model.
  private static func division(
    _ layer: LayerEngine, _ sequence: PackedSequence, _ members: Int, _ costs: CostModel
  ) -> Division {
    let configuration = layer.configuration
    let steps = StepEstimate(layer, sequence, costs)
    let mostPerGroup =
      configuration.layerNorm ? 1 : (configuration.hiddenSize + layer.unitGrain - 1) / layer.unitGrain
    var best: Division = (false, 1, 1)
    var least = Double.infinity
    for isSideBySide in configuration.bidirectional ? [false, true] : [false] {
      let available = isSideBySide ? members / 2 : members
      let most = min(available, mostPerGroup)
      var next: Int? = 1
      while let perGroup = next {
        next = sizeAfter(perGroup, most: most)
        // Also fewer groups than there are members for: with rows for one tile each, more do not help.
        var groups = max(1, min(available / perGroup, sequence.batch))
        while true {
          let time =
            steps.time(
              groups: groups, membersPerGroup: perGroup, reading: groups * perGroup * (isSideBySide ? 2 : 1))
            * (configuration.bidirectional && !isSideBySide ? 2 : 1)
          // A few cores more must be worth it.
          if time < 0.97 * least || (time <= least && groups * perGroup <= best.groups * best.membersPerGroup) {
            (best, least) = ((isSideBySide, groups, perGroup), time)
          }
          if groups == 1 { break }
          groups /= 2
        }
      }
    }
    return best
  }

  /// The size of a group to consider after `size`: powers of two, what lies halfway between them,
  /// and `most`, the last.
  private static func sizeAfter(_ size: Int, most: Int) -> Int? {
    if size == most { return nil }
    let power = 1 << (Int.bitWidth - 1 - size.leadingZeroBitCount)
    return min(most, size > power ? 2 * power : power + (power + 1) / 2)
  }

  /// The greatest number of rows that one group has at a step.
  func rows(_ sequence: PackedSequence) -> Int {
    if groups == 1 { return sequence.batch }
    return (0..<groups).reduce(0) { max($0, sequence.ranks(member: $1, of: groups).count) }
  }

  /// The share of a member.
  func share(_ member: Int, _ sequence: PackedSequence) -> Share {
    let (group, number) = (member / membersPerGroup, member % membersPerGroup)
    return Share(
      member: member, group: group, memberOfGroup: number, ranks: sequence.ranks(member: group, of: groups),
      units: RecurrentCore.share(hiddenSize, number, of: membersPerGroup, grain: unitGrain),
      outputs: RecurrentCore.share(outputSize, number, of: membersPerGroup, grain: unitGrain),
      meeting: membersPerGroup)
  }
}
