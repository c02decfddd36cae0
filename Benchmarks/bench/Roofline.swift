// Roofline: the machine's multiply-add rate and bandwidth at this moment, between runs of a
// problem.

import CRecurrentMachinePeak
import RecurrentCore

/// Short samples of the machine's rates, with as many threads as the backends, synchronised in the
/// same way. (`MachinePeak` measures the maximum rates.)
final class Roofline: ParallelWork {
  private let pool: ThreadPool
  /// A buffer for each thread, which reads the first `bytes` bytes. It is large enough for huge
  /// pages, whose place in the caches is the same in every process.
  private let buffers: [AlignedBuffer]
  private var bytes = 0
  private static let mostBytes = 8 << 20
  private let precision: MachinePeakPrecision
  private let multiplyRounds: Int
  /// Operations of a sample, of all threads.
  private let operations: Double
  private var readRounds = 1
  private var isReading = false

  /// The minimum seconds of a sample, about those of a run.
  private static let sample = 1e-4

  /// Multiply-adds are those of `precision`.
  init(threads: Int, precision: Precision) {
    pool = ThreadPool(threads: threads)
    pool.keepTogether()
    pool.start()
    let threads = pool.threads
    buffers = (0..<threads).map { _ in AlignedBuffer(count: Roofline.mostBytes / 4) }
    for buffer in buffers { buffer.base.initialize(repeating: 1, count: buffer.count) }
    let peak = precision.peak
    self.precision = peak
    let perRound = machine_peak_multiply_add(peak, 1)
    var rounds = 1024
    let clock = ContinuousClock()
    while clock.measure({ _ = machine_peak_multiply_add(peak, rounds) }).seconds < Roofline.sample { rounds *= 2 }
    (multiplyRounds, operations) = (rounds, Double(threads * rounds) * perRound)
  }

  /// Prepares for a problem with a working set of `total` bytes: each thread reads its share, up to
  /// a limit beyond any cache.
  func prepare(bytes total: Double) {
    bytes = Int(min(max(total / Double(pool.threads), 16384), Double(Roofline.mostBytes))) / 1024 * 1024
    (isReading, readRounds) = (true, 1)
    _ = seconds()
    while seconds() < Roofline.sample { readRounds *= 2 }
  }

  /// Operations per second: multiply-adds of all threads.
  func peak() -> Double {
    isReading = false
    return operations / seconds()
  }

  /// Bytes per second: reads of all threads.
  func bandwidth() -> Double {
    isReading = true
    return Double(pool.threads * readRounds * bytes) / seconds()
  }

  private func seconds() -> Double {
    let team = pool.enter()
    defer { pool.leave(team) }
    return ContinuousClock().measure { pool.run(self, team) }.seconds
  }

  func run(member: Int, of members: Int) {
    if isReading {
      _ = machine_peak_read(buffers[member].base, bytes, readRounds)
    } else {
      _ = machine_peak_multiply_add(precision, multiplyRounds)
    }
  }
}
