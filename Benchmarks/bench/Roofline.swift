// What the machine can do at this moment, measured again and again between the runs of a problem.

import CRecurrentMachinePeak
import RecurrentCore

/// Short samples of the machine's own rates, by as many threads as the backends have, who meet as
/// theirs do.
///
/// `MachinePeak` tells what the machine can do at best; these, what it can do around a moment.
final class Roofline: ParallelWork {
  private let pool: ThreadPool
  /// What each thread reads the first `bytes` of: so large that it lies on huge pages where there
  /// are any, which find the same room in the caches in every process.
  private let buffers: [AlignedBuffer]
  private var bytes = 0
  private static let mostBytes = 8 << 20
  private let multiplyRounds: Int
  /// Of a sample, by all threads.
  private let operations: Double
  private var readRounds = 1
  private var isReading = false

  /// The seconds that a sample takes at least, to be as undisturbed as a run may be.
  private static let sample = 1e-4

  init(threads: Int) {
    pool = ThreadPool(threads: threads)
    pool.keepTogether()
    pool.start()
    let threads = pool.threads
    buffers = (0..<threads).map { _ in AlignedBuffer(count: Roofline.mostBytes / 4) }
    for buffer in buffers { buffer.base.initialize(repeating: 1, count: buffer.count) }
    let perRound = machine_peak_fma(1)
    var rounds = 1024
    let clock = ContinuousClock()
    while clock.measure({ _ = machine_peak_fma(rounds) }).seconds < Roofline.sample { rounds *= 2 }
    (multiplyRounds, operations) = (rounds, Double(threads * rounds) * perRound)
  }

  /// Prepares for a problem that works on so many bytes: each thread reads its share of as many, if
  /// they are not too many for any cache.
  func prepare(bytes total: Double) {
    bytes = Int(min(max(total / Double(pool.threads), 16384), Double(Roofline.mostBytes))) / 1024 * 1024
    (isReading, readRounds) = (true, 1)
    _ = seconds()
    while seconds() < Roofline.sample { readRounds *= 2 }
  }

  /// Floating-point operations a second: fused multiply-adds of all threads.
  func peak() -> Double {
    isReading = false
    return operations / seconds()
  }

  /// Bytes a second: reading by all threads.
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
      _ = machine_peak_fma(multiplyRounds)
    }
  }
}
