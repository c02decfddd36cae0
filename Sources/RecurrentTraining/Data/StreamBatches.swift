// Streams of tokens cut into batches, for truncated backpropagation through time.

import RecurrentCore
import RecurrentLayers

/// A part of several streams, and what follows each of its tokens.
public struct StreamBatch: Sendable, Equatable {
  /// [T, B]
  public let tokens: Indices
  /// [T, B]: the token after each.
  public let targets: Indices
  /// Whether the streams begin here: no state is carried over.
  public let isFirst: Bool
}

extension Batches where Batch == StreamBatch {
  /// One long sequence as `rows` streams side by side, in parts of `steps`, for truncated
  /// backpropagation through time: each part goes on where the one before ended. The same in every
  /// epoch. The last part may be shorter; fewer than `rows` tokens at the end are left out.
  public static func streams(_ tokens: [Int], rows: Int, steps: Int) -> Batches {
    require(rows >= 1 && steps >= 1, "Batches.streams: rows \(rows) and steps \(steps) must be one or more")
    let length = max(0, tokens.count - 1) / rows
    return Batches(
      epoch: { _ in stride(from: 0, to: length, by: steps).map { [$0] } },
      make: { part in
        let T = min(steps, length - part[0])
        func indices(_ offset: Int) -> Indices {
          Indices(
            (0..<T).flatMap { t in (0..<rows).map { tokens[$0 * length + part[0] + t + offset] } }, shape: [T, rows])
        }
        return StreamBatch(tokens: indices(0), targets: indices(1), isFirst: part[0] == 0)
      })
  }
}
