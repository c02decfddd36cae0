// The rows of a batch sorted by length, for segments of a sequence.

import RecurrentCore

/// The rows of a batch, sorted by descending length; rows of the same length keep their order.
struct SegmentRows {
  /// The row at each rank.
  private let order: [Int]
  private let sortedLengths: [Int]?

  init(_ lengths: [Int]?, batch: Int) {
    require(
      lengths == nil || lengths!.count == batch,
      "RNN: \(lengths?.count ?? 0) lengths given for a batch of \(batch) rows")
    let order =
      lengths.map { lengths in (0..<batch).sorted { (-lengths[$0], $0) < (-lengths[$1], $1) } } ?? Array(0..<batch)
    self.order = order
    sortedLengths = lengths.map { lengths in order.map { lengths[$0] } }
  }

  /// The valid steps of each row within a segment.
  func lengths(_ range: Range<Int>) -> [Int]? { sortedLengths?.map { min(max($0 - range.lowerBound, 0), range.count) } }

  /// A segment of a sequence [T, B, F], with its rows sorted.
  func sorted(_ sequence: Tensor, _ range: Range<Int>, _ tape: Tape) -> Tensor {
    var result = tape.tensor([range.count, order.count, sequence.shape[2]])
    copy(
      sequence.base + range.lowerBound * order.count * sequence.shape[2], to: result.mutableBase, range.count,
      sequence.shape[2]
    ) { ($0, $1) }
    withExtendedLifetime(sequence) {}
    return result
  }

  /// Writes a segment with sorted rows to its place in a sequence.
  func put(_ segment: Tensor, _ range: Range<Int>, into sequence: inout Tensor) {
    copy(
      segment.base, to: sequence.mutableBase + range.lowerBound * order.count * segment.shape[2], range.count,
      segment.shape[2]
    ) { ($1, $0) }
    withExtendedLifetime(segment) {}
  }

  /// A tensor [L·D, B, F] with its rows sorted.
  func sorted(_ tensor: Tensor) -> Tensor { permuted(tensor) { ($0, $1) } }

  /// A state with its rows sorted.
  func sorted(_ state: RecurrentState) -> RecurrentState {
    RecurrentState(hidden: sorted(state.hidden), cell: state.cell.map { sorted($0) })
  }

  /// A state with its rows in the batch's order.
  func unsorted(_ state: RecurrentState) -> RecurrentState {
    RecurrentState(hidden: permuted(state.hidden) { ($1, $0) }, cell: state.cell.map { permuted($0) { ($1, $0) } })
  }

  private func permuted(_ tensor: Tensor, _ pair: (Int, Int) -> (Int, Int)) -> Tensor {
    var result = Tensor(uninitialised: tensor.shape)
    copy(tensor.base, to: result.mutableBase, tensor.shape[0], tensor.shape[2], pair)
    withExtendedLifetime(tensor) {}
    return result
  }

  /// Copies rows. `pair` returns the indices of the source and the target from a row and its rank.
  private func copy(
    _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ outer: Int, _ width: Int,
    _ pair: (Int, Int) -> (Int, Int)
  ) {
    for o in 0..<outer {
      for (rank, row) in order.enumerated() {
        let (from, to) = pair(row, rank)
        (target + (o * order.count + to) * width).update(from: source + (o * order.count + from) * width, count: width)
      }
    }
  }
}
