// Which rows of a batch are active at which step, and where they lie: ragged batches cost what
// their valid steps cost.

/// The order in which one direction of a layer goes through a batch of sequences.
///
/// Rows are ranked by length, longest first, so that the active rows of every step are a prefix of
/// the ranks. The active rows of all steps, in memory step by step, are the packed rows; a product
/// over all of them is a product over the valid steps only. When all rows have the full length,
/// ranks are rows and the packed rows are those of the sequence, in place, whichever the direction.
package struct PackedSequence {
  /// T and B of the sequence.
  let length: Int
  let batch: Int
  /// The steps with an active row: the greatest length.
  let steps: Int
  /// The number of the packed rows: the sum of the lengths.
  let rows: Int
  /// Whether this direction begins at each row's last valid step.
  var isReversed = false
  private let ragged: Ragged?

  private struct Ragged {
    /// By rank: the row, and its length.
    let order: UnsafeMutablePointer<Int32>
    let lengths: UnsafeMutablePointer<Int32>
    /// By step: the active rows, and where they begin.
    let counts: UnsafeMutablePointer<Int32>
    let offsets: UnsafeMutablePointer<Int32>
  }

  /// Takes its tables from `memory`. Lengths must be in 0...T.
  init(length T: Int, batch B: Int, lengths: UnsafeBufferPointer<Int>?, memory: Arena) {
    length = T
    batch = B
    guard let lengths, !lengths.allSatisfy({ $0 == T }) else {
      steps = B == 0 ? 0 : T
      rows = T * B
      ragged = nil
      return
    }
    let tables = Ragged(
      order: memory.take(B, of: Int32.self), lengths: memory.take(B, of: Int32.self),
      counts: memory.take(T + 1, of: Int32.self),
      offsets: memory.take(T + 1, of: Int32.self))
    // counts[s]: the rows longer than s. A counting sort by length, longest first and otherwise in
    // order.
    tables.counts.update(repeating: 0, count: T + 1)
    for length in lengths where length > 0 { tables.counts[length - 1] += 1 }
    for step in stride(from: T - 1, to: 0, by: -1) { tables.counts[step - 1] += tables.counts[step] }
    // The first free rank for each length n is counts[n]; offsets holds them for the moment.
    tables.offsets.update(from: tables.counts, count: T + 1)
    for (row, length) in lengths.enumerated() {
      let rank = Int(tables.offsets[length])
      tables.offsets[length] += 1
      tables.order[rank] = Int32(row)
      tables.lengths[rank] = Int32(length)
    }
    var steps = 0
    var rows = 0
    while steps < T, tables.counts[steps] > 0 {
      tables.offsets[steps] = Int32(rows)
      rows += Int(tables.counts[steps])
      steps += 1
    }
    self.steps = steps
    self.rows = rows
    ragged = tables
  }

  /// The floats' worth of memory that the tables of a packed sequence take.
  static func tableCount(steps: Int, batch: Int, isRagged: Bool) -> Int {
    isRagged ? 2 * Arena.rounded(batch) + 2 * Arena.rounded(steps + 1) : 0
  }

  var isRagged: Bool { ragged != nil }

  /// The active rows at `step`, which are ranks 0..<count.
  func count(_ step: Int) -> Int { ragged.map { Int($0.counts[step]) } ?? batch }

  /// The first of the packed rows at `step`.
  func offset(_ step: Int) -> Int {
    ragged.map { Int($0.offsets[step]) } ?? (isReversed ? length - 1 - step : step) * batch
  }

  /// The row of the batch that has this rank.
  func row(_ rank: Int) -> Int { ragged.map { Int($0.order[rank]) } ?? rank }

  /// The row of the [T·B, F] sequence that the row of this rank is at, at `step`.
  func sequenceRow(_ step: Int, _ rank: Int) -> Int {
    guard let ragged else { return offset(step) + rank }
    let time = isReversed ? Int(ragged.lengths[rank]) - 1 - step : step
    return time * batch + Int(ragged.order[rank])
  }

  /// The length of the row of this rank.
  func rowLength(_ rank: Int) -> Int { ragged.map { Int($0.lengths[rank]) } ?? length }

  /// The steps over which gradients of parameters are summed up at a time: enough rows for a fast
  /// product. Backward passes over parts of a sequence that begin at multiples of it give the same
  /// bits as one over all.
  package static func blockSteps(batch: Int) -> Int { max(64, 512 / max(1, batch)) }

  /// The ranks of one of `members` threads: neighbouring ones, with about the same number of steps
  /// for each.
  func ranks(member: Int, of members: Int) -> Range<Int> {
    guard let ragged, rows > 0 else { return share(batch, member, of: members) }
    /// The first rank before which at least this member's part of the steps lies.
    func boundary(_ member: Int) -> Int {
      if member == 0 { return 0 }
      if member == members { return batch }
      let target = rows * member / members
      var sum = 0
      var rank = 0
      while rank < batch, sum < target {
        sum += Int(ragged.lengths[rank])
        rank += 1
      }
      return rank
    }
    return boundary(member)..<boundary(member + 1)
  }
}

/// Member `member`'s part of `count` things, in whole groups of `grain` but for the last.
package func share(_ count: Int, _ member: Int, of members: Int, grain: Int = 1) -> Range<Int> {
  let groups = (count + grain - 1) / grain
  return min(count, groups * member / members * grain)..<min(count, groups * (member + 1) / members * grain)
}
