// Packed sequences: ragged batches sorted by length, so that each step costs its active rows
// (PyTorch's PackedSequence: order = sorted_indices, counts = batch_sizes).

/// A batch of sequences in the order in which one direction of a layer processes it.
///
/// - Rows are ranked by length, longest first, so that the active rows of every step are ranks
///   0..<count.
/// - The packed rows are the active rows of all steps, in memory step by step. A product over them
///   is a product over the valid steps only.
/// - If all rows have the full length, ranks are rows, and the packed rows are those of the
///   sequence, in place, in either direction.
package struct PackedSequence {
  /// T and B: the steps and the rows of the batch.
  let length: Int
  let batch: Int
  /// The number of steps with an active row: the greatest length.
  let steps: Int
  /// The number of packed rows: the sum of the lengths.
  let rows: Int
  /// Whether the direction begins at each row's last valid step.
  var isReversed = false
  private let ragged: Ragged?
  /// The row of the state that each row of a single step continues, if the state has others too.
  private let stateRows: UnsafePointer<Int32>?

  private struct Ragged {
    /// The row of each rank, and its length.
    let order: UnsafeMutablePointer<Int32>
    let lengths: UnsafeMutablePointer<Int32>
    /// The number of active rows of each step, and the first of its packed rows.
    let counts: UnsafeMutablePointer<Int32>
    let offsets: UnsafeMutablePointer<Int32>
  }

  /// Creates the packed sequence of a batch; its tables are in `memory`. Lengths are in 0...T; nil
  /// for full length.
  init(length T: Int, batch B: Int, lengths: UnsafeBufferPointer<Int>?, memory: Arena) {
    length = T
    batch = B
    stateRows = nil
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
    // counts[s] is the number of rows longer than s. A stable counting sort by length, longest
    // first.
    tables.counts.update(repeating: 0, count: T + 1)
    for length in lengths where length > 0 { tables.counts[length - 1] += 1 }
    for step in stride(from: T - 1, to: 0, by: -1) { tables.counts[step - 1] += tables.counts[step] }
    // The first rank of length n is counts[n]. offsets holds the first free rank of each length for
    // now.
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

  /// One step of some rows of a state. The inputs and outputs of those rows are contiguous, in the
  /// order of `stateRows`, which stays valid during the call. Nothing depends on the number of the
  /// state's rows.
  init(stateRows rows: UnsafeBufferPointer<Int32>) {
    (length, batch, self.rows) = (1, rows.count, rows.count)
    steps = rows.isEmpty ? 0 : 1
    (ragged, stateRows) = (nil, rows.baseAddress)
  }

  /// The number of floats that the tables take in an arena.
  static func tableCount(steps: Int, batch: Int, isRagged: Bool) -> Int {
    isRagged ? 2 * Arena.rounded(batch) + 2 * Arena.rounded(steps + 1) : 0
  }

  var isRagged: Bool { ragged != nil }

  /// Whether the states of the ranks are copied from rows of the state and back, rather than used in
  /// place.
  var gathersStates: Bool { ragged != nil || stateRows != nil }

  /// The number of active rows at `step`: ranks 0..<count.
  func count(_ step: Int) -> Int { ragged.map { Int($0.counts[step]) } ?? batch }

  /// The first packed row of `step`.
  func offset(_ step: Int) -> Int {
    ragged.map { Int($0.offsets[step]) } ?? (isReversed ? length - 1 - step : step) * batch
  }

  /// The row of the batch, and of the state, with this rank.
  func row(_ rank: Int) -> Int {
    if let stateRows { return Int(stateRows[rank]) }
    return ragged.map { Int($0.order[rank]) } ?? rank
  }

  /// The row of the [T·B, F] sequence that rank `rank` processes at `step`.
  func sequenceRow(_ step: Int, _ rank: Int) -> Int {
    guard let ragged else { return offset(step) + rank }
    let time = isReversed ? Int(ragged.lengths[rank]) - 1 - step : step
    return time * batch + Int(ragged.order[rank])
  }

  /// The length of the row with this rank.
  func rowLength(_ rank: Int) -> Int { ragged.map { Int($0.lengths[rank]) } ?? length }

  /// The number of steps whose gradients of parameters are summed in one product: enough rows for a
  /// fast product. Backward passes over parts of a sequence that begin at multiples of it give the
  /// same bits as one over the whole.
  package static func blockSteps(batch: Int) -> Int { max(64, 512 / max(1, batch)) }

  /// The ranks of one of `members` threads: consecutive ranks, with about the same number of steps
  /// for each thread.
  func ranks(member: Int, of members: Int) -> Range<Int> {
    guard let ragged, rows > 0 else { return share(batch, member, of: members) }
    /// The first rank of a member: the ranks before it have that member's part of the steps.
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
