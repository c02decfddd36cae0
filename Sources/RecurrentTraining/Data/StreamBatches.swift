// Streams of tokens cut into batches, for truncated backpropagation through time.

import RecurrentCore
import RecurrentLayers

/// A part of several streams of tokens, and the token that follows each.
public struct StreamBatch: Sendable, Equatable {
  /// The tokens, [T, B].
  public let tokens: Indices
  /// The token after each of `tokens`, [T, B].
  public let targets: Indices
  /// Whether the streams begin here, so that no state is carried over.
  public let isFirst: Bool
}

extension Batches where Batch == StreamBatch {
  /// Cuts a sequence of tokens into `rows` parallel streams, and these into batches of `steps`
  /// steps: for truncated backpropagation through time.
  ///
  /// - Each batch continues where the batch before ended. The order is the same in every epoch.
  /// - The last batch may be shorter. Fewer than `rows` tokens at the end are left out.
  /// - Precondition: `rows` and `steps` are 1 or more.
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
