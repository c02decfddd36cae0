// Samples in the order in which an epoch goes through them.

import RecurrentCore
import RecurrentLayers

/// The batches of an epoch, which depend on nothing but the epoch's number and a seed: a run that
/// is resumed meets the same ones.
public struct Batches<Batch>: Sendable {
  /// The batches of an epoch, each as a list of sample numbers.
  public let epoch: @Sendable (_ number: Int) -> [[Int]]
  /// The batch of some samples.
  public let make: @Sendable (_ samples: [Int]) -> Batch

  /// - Parameters:
  ///   - epoch: the sample numbers of each batch of epoch number 0, 1...
  ///   - make: a batch of some samples.
  public init(
    epoch: @escaping @Sendable (_ number: Int) -> [[Int]], make: @escaping @Sendable (_ samples: [Int]) -> Batch
  ) {
    (self.epoch, self.make) = (epoch, make)
  }
}

extension Batches {
  /// Samples of similar length together, in another order in every epoch: shuffled, sorted by
  /// length in groups of many batches, cut into batches, and those shuffled. Nothing is left out;
  /// the last batch of a group may be smaller.
  /// - Parameters:
  ///   - size: the samples of a batch.
  ///   - length: a sample's length; nil to shuffle only.
  ///   - shuffled: false keeps the order of the samples, sorted by length: for evaluation.
  public static func bucketed<Sample: Sendable>(
    _ samples: [Sample], size: Int, seed: UInt64 = 0, shuffled: Bool = true, length: ((Sample) -> Int)? = nil
  ) -> Batches where Batch == [Sample] {
    require(size >= 1, "Batches.bucketed: size \(size) must be one or more")
    let lengths = length.map { samples.map($0) }
    return Batches(
      epoch: { number in
        // Streams from 2^62 on are for the order of samples; parameters have low ones, dropout
        // those from 2^63 on.
        var random = RandomStream(seed: seed, stream: 1 << 62 | UInt64(number))
        var order = Array(samples.indices)
        if shuffled { order.shuffle(using: &random) }
        guard let lengths else { return chunks(order, size) }
        let group = shuffled ? 100 * size : max(1, order.count)
        var batches = chunks(order, group).flatMap { part in
          // Those of one length stay in the order drawn, or a batch would be of neighbours in the
          // data, which may be of one class.
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
