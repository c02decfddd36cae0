// A digest of an epoch's batches, by which a checkpoint recognises its data.

import RecurrentCore

extension TrainingState {
  /// The number and digest of an epoch's batches.
  struct BatchOrder: Codable {
    let epoch: Int
    /// The number of batches.
    let batches: Int
    /// FNV-1a over the sample indices of the training and validation batches.
    let digest: UInt64

    init(_ epoch: Int, _ training: [[Int]], _ validation: [[Int]]?) {
      (self.epoch, batches) = (epoch, training.count)
      digest = (training + [[-1]] + (validation ?? [])).reduce(0xcbf2_9ce4_8422_2325) { digest, batch in
        ([batch.count] + batch).reduce(digest) { ($0 ^ UInt64(bitPattern: Int64($1))) &* 0x100_0000_01b3 }
      }
    }

    /// Throws if the batches of the resumed run differ.
    func check<Batch>(_ training: Batches<Batch>, _ validation: Batches<Batch>?) throws(Flaw) {
      let now = BatchOrder(epoch, training.epoch(epoch), validation?.epoch(0))
      guard now.batches == batches else {
        throw Flaw(
          "is of a run with \(batches) batches in epoch \(epoch + 1), this one has \(now.batches): the data or the batch size differ"
        )
      }
      guard now.digest == digest else {
        throw Flaw(
          "is of a run whose batches in epoch \(epoch + 1) hold other samples: the data, the batch size or their seed differ"
        )
      }
    }
  }
}
