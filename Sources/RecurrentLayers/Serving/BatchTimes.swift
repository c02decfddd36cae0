// Batch times: how long a batch takes by its number of rows, as measured.

/// The time of a batch by its number of rows: a table of measurements, which further ones adjust.
///
/// Times never fall with the number of rows.
package struct BatchTimes: Sendable, Equatable {
  /// The numbers of rows in the table, ascending from 1, and the nanoseconds of each.
  package let rows: [Int]
  package private(set) var nanoseconds: [Double]

  /// How far one batch moves the table: up fast and down slowly, so that an entry is near the time of
  /// the slower batches.
  private static let up = 1.0 / 8
  private static let down = 1.0 / 64

  /// Creates a table. Precondition: the rows ascend from 1, and the nanoseconds are positive.
  package init(_ measured: [(rows: Int, nanoseconds: Double)]) {
    precondition(measured.first?.rows == 1 && zip(measured, measured.dropFirst()).allSatisfy { $0.rows < $1.rows })
    (rows, nanoseconds) = (measured.map(\.rows), measured.map(\.nanoseconds))
    for index in rows.indices { order(after: index) }
  }

  /// The entry at or below a number of rows, and how far the number is on the way to the next one.
  private func place(_ count: Int) -> (index: Int, weight: Double) {
    guard let index = rows.lastIndex(where: { $0 <= count }), index + 1 < rows.count else {
      return (count < 1 ? 0 : rows.count - 1, 0)
    }
    return (index, Double(count - rows[index]) / Double(rows[index + 1] - rows[index]))
  }

  /// The nanoseconds of a batch: interpolated, and beyond the table in proportion to its end.
  package func time(of count: Int) -> Double {
    let last = rows.count - 1
    if count >= rows[last] { return nanoseconds[last] * Double(count) / Double(rows[last]) }
    let (index, weight) = place(count)
    return nanoseconds[index] + weight * (nanoseconds[index + 1] - nanoseconds[index])
  }

  /// Adjusts the table by the time of a batch. A batch that took very long, perhaps since the thread
  /// had no core, counts as twice its expected time.
  package mutating func record(_ time: Double, of count: Int) {
    let more = min(max(time / self.time(of: count), 0.5), 2) - 1
    let step = more * (more > 0 ? BatchTimes.up : BatchTimes.down)
    let (index, weight) = place(count)
    nanoseconds[index] *= 1 + step * (1 - weight)
    order(after: index)
    guard weight > 0 else { return }
    nanoseconds[index + 1] *= 1 + step * weight
    order(after: index + 1)
  }

  /// Lets no entry contradict one that has just been measured.
  private mutating func order(after measured: Int) {
    for index in rows.indices {
      if index < measured { nanoseconds[index] = min(nanoseconds[index], nanoseconds[measured]) }
      if index > measured { nanoseconds[index] = max(nanoseconds[index], nanoseconds[measured]) }
    }
  }

  /// The nanoseconds for each row of an entry.
  private func each(_ index: Int) -> Double { nanoseconds[index] / Double(rows[index]) }

  /// The number of rows from which larger batches gain little: the least entry, up to `most` rows,
  /// whose time for each row is within a sixteenth of the shortest.
  package func efficient(upTo most: Int) -> Int {
    var least = Double.infinity
    for index in rows.indices where rows[index] <= most { least = min(least, each(index)) }
    for index in rows.indices where rows[index] <= most && each(index) <= least * (1 + 1.0 / 16) { return rows[index] }
    return 1
  }

  /// The greatest number of rows, up to `most`, whose batch takes no longer than `limit` nanoseconds;
  /// at least 1.
  package func largest(within limit: Double, upTo most: Int) -> Int {
    var (low, high) = (1, max(1, most))
    while low < high {
      let middle = (low + high + 1) / 2
      if time(of: middle) <= limit { low = middle } else { high = middle - 1 }
    }
    return low
  }
}
