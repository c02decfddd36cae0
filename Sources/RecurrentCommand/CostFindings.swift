// Cost findings: what `recurrent doctor` measures of threads and products.

import Foundation
import Recurrent

/// The measured costs by which calls are divided among threads. The property names are those of
/// doctor's JSON output.
struct CostFindings: Codable {
  /// The float32 products of one core whose weights are in its own cache, in 10^9 operations per
  /// second.
  let productGflops: Double
  /// How fast one core reads weights from its own cache, and from beyond it, in 10^9 bytes per second.
  let ownCacheGBs, sharedCacheGBs: Double
  /// The times of starting all threads and of a meeting of them, in microseconds; nil of one thread.
  let startMicroseconds, meetingMicroseconds: Double?

  init(_ costs: CostModel, threads: Int) {
    productGflops = costs.operations
    (ownCacheGBs, sharedCacheGBs) = (costs.ownRate, costs.sharedRate)
    startMicroseconds = threads > 1 ? costs.starting(threads) / 1000 : nil
    meetingMicroseconds = threads > 1 ? costs.meeting(of: threads) / 1000 : nil
  }

  /// Lines of the table: names and texts.
  var rows: [(String, String)] {
    var rows = [
      (
        "one core",
        String(
          format: "products %.0f GFLOP/s; reads weights from its L2 at %.0f GB/s, from beyond at %.0f GB/s",
          productGflops, ownCacheGBs, sharedCacheGBs)
      )
    ]
    if let startMicroseconds, let meetingMicroseconds {
      rows.append(
        ("all threads", String(format: "start in %.1f µs, meet in %.2f µs", startMicroseconds, meetingMicroseconds)))
    }
    return rows
  }
}
