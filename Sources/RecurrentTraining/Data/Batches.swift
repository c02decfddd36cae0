// Batches: the order in which an epoch goes through the samples.

import RecurrentCore
import RecurrentLayers

/// The batches of every epoch. They depend on the epoch's number and a seed only, so that a resumed
/// run gets the same ones. PyTorch's `DataLoader`.
public struct Batches<Batch>: Sendable {
  /// The batches of an epoch, each as a list of sample indices.
  public let epoch: @Sendable (_ number: Int) -> [[Int]]
  /// Makes the batch of the given samples.
  public let make: @Sendable (_ samples: [Int]) -> Batch

  /// Creates batches from two functions.
  /// - Parameters:
  ///   - epoch: the sample indices of each batch of an epoch, numbered from 0.
  ///   - make: the batch of the given samples.
  public init(
    epoch: @escaping @Sendable (_ number: Int) -> [[Int]], make: @escaping @Sendable (_ samples: [Int]) -> Batch
  ) {
    (self.epoch, self.make) = (epoch, make)
  }
}

extension Batches {
  /// Batches of samples of similar length, in another order in every epoch.
  ///
  /// The samples are shuffled and cut into groups of 100 batches. Each group is sorted by length
  /// and cut into batches, which are shuffled. No sample is left out; the last batch of a group may
  /// be smaller.
  /// - Parameters:
  ///   - samples: the samples.
  ///   - size: the samples of a batch, 1 or more.
  ///   - seed: the seed of the order.
  ///   - shuffled: whether to shuffle. If false, the samples are sorted by length only: for
  ///     evaluation.
  ///   - length: the length of a sample; nil means no sorting.
  /// - Returns: the batches.
  public static func bucketed<Sample: Sendable>(
    _ samples: [Sample], size: Int, seed: UInt64 = 0, shuffled: Bool = true, length: ((Sample) -> Int)? = nil
  ) -> Batches where Batch == [Sample] {
    require(size >= 1, "Batches.bucketed: size \(size) must be one or more")
    let lengths = length.map { samples.map($0) }
    return Batches(
      epoch: { number in
        // Random streams from 2^62 on are for the order of samples. Parameters use low numbers,
        // dropout those from 2^63 on.
        var random = RandomStream(seed: seed, stream: 1 << 62 | UInt64(number))
        var order = Array(samples.indices)
        if shuffled { order.shuffle(using: &random) }
        guard let lengths else { return chunks(order, size) }
        let group = shuffled ? 100 * size : max(1, order.count)
        var batches = chunks(order, group).flatMap { part in
          // Samples of one length stay in random order: neighbours in the data may belong to one
          // class.
          chunks(
            part.enumerated().sorted { (lengths[$0.element], $0.offset) < (lengths[$1.element], $1.offset) }.map(
              \.element), size)
        }
        if shuffled { batches.shuffle(using: &random) }
        return batches
      }, make: { $0.map { samples[$0] } })
  }

  private static func chunks(_ order: [Int], _ size: Int) -> [[Int]] {
    stride(from: 0, to: order.count, by: size).map { Array(order[$0..<min($0 + size, order.count)]) }
  }
}
