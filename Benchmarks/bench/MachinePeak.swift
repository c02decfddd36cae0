// Machine peak: the maximum multiply-add rate and read bandwidth of this machine.

import CRecurrentMachinePeak
import Foundation
import RecurrentCore
import Synchronization

/// The rates of multiply-adds and of reads, of one thread and of all threads together.
struct MachinePeak {
  struct Bandwidth {
    /// The KiB that each thread reads repeatedly.
    let kib: Int
    let one: Double
    let all: Double
  }

  struct Rate {
    let precision: Precision
    /// The instructions: `machine_peak_isa`.
    let isa: String
    /// 10^9 operations per second of one thread and of all threads.
    let one: Double
    let all: Double
  }

  /// float32 first, then the other precisions asked for.
  let rates: [Rate]
  /// GB/s by size of the buffer.
  let bandwidth: [Bandwidth]

  /// Measures the rates of float32, of the given precisions and of reads, in about two seconds.
  static func measure(threads: Int, precisions: [Precision] = []) -> MachinePeak {
    var rates: [Rate] = []
    for precision in [.float32] + precisions.filter({ $0 != .float32 }).uniqued() {
      let (peak, isa) = (precision.peak, String(cString: machine_peak_isa(precision.peak)))
      func rate(_ threads: Int) -> Double {
        MachinePeak.rate(threads: threads) { machine_peak_multiply_add(peak, $0) } / 1e9
      }
      // bfloat16 that is widened is multiplied as float32.
      let same = rates.first { $0.isa == isa && precision == .bfloat16 }
      let one = same?.one ?? rate(1)
      rates.append(
        Rate(precision: precision, isa: isa, one: one, all: same?.all ?? (threads == 1 ? one : rate(threads))))
    }
    let sizes = [32, 512, 2048, 8192, 65536]
    let bandwidth = sizes.map { kib in
      func read(_ threads: Int) -> Double {
        let buffers = (0..<threads).map { _ in AlignedBuffer(count: kib * 256) }
        for buffer in buffers { buffer.base.initialize(repeating: 1, count: kib * 256) }
        let next = Atomic(0)
        return rate(threads: threads, start: { next.add(1, ordering: .relaxed).oldValue % threads }) { rounds, mine in
          let passes = max(1, rounds * 64 / (kib * 1024))
          _ = machine_peak_read(buffers[mine].base, kib * 1024, passes)
          return Double(passes * kib * 1024)
        } / 1e9
      }
      let one = read(1)
      return Bandwidth(kib: kib, one: one, all: threads == 1 ? one : read(threads))
    }
    return MachinePeak(rates: rates, bandwidth: bandwidth)
  }

  /// The rates of some threads in each precision, in about a fifth of a second for each: of threads on
  /// cores of their own, and on SMT siblings where there are more threads than cores.
  static func rates(threads: Int, precisions: [Precision]) -> [Rate] {
    let topology = Topology.current
    let siblings = topology.processors.filter { $0.isOnline && !topology.cores.contains($0) }
    let places = (topology.cores + siblings).map { Int32($0.id) }
    return precisions.uniqued().map { precision in
      let peak = precision.peak
      let all = rate(threads: threads, on: places, start: { 0 }) { rounds, _ in machine_peak_multiply_add(peak, rounds)
      }
      return Rate(
        precision: precision, isa: String(cString: machine_peak_isa(peak)), one: all / 1e9 / Double(threads),
        all: all / 1e9)
    }
  }

  /// The core with the highest multiply-add rate at this moment, of up to four: an idle one, if
  /// any. Takes 30 ms per core, since the system lets a new thread run for some time before it
  /// shares a core.
  static func quietestCore() -> Int32 {
    let cores = Machine.current.cores
    let tried = min(cores, 4)
    let rates = Locked<[(core: Int32, rate: Double)]>([])
    for index in 0..<tried {
      let core = machine_peak_core(Int32(index * cores / tried))
      let done = DispatchSemaphore(value: 0)
      Thread.detachNewThread {
        machine_peak_pin(core)
        let start = ContinuousClock.now
        var operations = 0.0
        while ContinuousClock.now - start < .milliseconds(30) {
          operations += machine_peak_multiply_add(MACHINE_PEAK_FLOAT32, 1 << 12)
        }
        let rate = operations / (ContinuousClock.now - start).seconds
        rates.withLock { $0.append((core, rate)) }
        done.signal()
      }
      done.wait()
    }
    return rates.withLock { $0.max { $0.rate < $1.rate }!.core }
  }

  private static func rate(threads: Int, _ body: @escaping @Sendable (Int) -> Double) -> Double {
    rate(threads: threads, start: { 0 }) { rounds, _ in body(rounds) }
  }

  /// Work per second of `threads` threads that run `body` at once: the best of several samples,
  /// since other load can only slow them down. They stay each on one of `places`, else of all
  /// processors.
  private static func rate(
    threads: Int, on places: [Int32] = [], start: @escaping @Sendable () -> Int,
    _ body: @escaping @Sendable (Int, Int) -> Double
  ) -> Double {
    let samples = 8
    let waiting = Atomic(0)
    let results = Locked<[[Double]]>(Array(repeating: [], count: samples))
    // About 15 ms per sample.
    var rounds = 1024
    let mine = start()
    while true {
      let begin = ContinuousClock.now
      _ = body(rounds, mine)
      if ContinuousClock.now - begin > .milliseconds(4) { break }
      rounds *= 2
    }
    rounds *= 4
    let count = rounds
    let done = DispatchSemaphore(value: 0)
    for thread in 0..<threads {
      Thread.detachNewThread {
        machine_peak_pin(places.isEmpty ? machine_peak_core(Int32(thread)) : places[thread % places.count])
        let mine = start()
        for sample in 0..<samples {
          waiting.add(1, ordering: .sequentiallyConsistent)
          while waiting.load(ordering: .acquiring) < threads * (sample + 1) {}
          let begin = ContinuousClock.now
          let work = body(count, mine)
          let seconds = (ContinuousClock.now - begin).seconds
          results.withLock { $0[sample].append(work / seconds) }
        }
        done.signal()
      }
    }
    for _ in 0..<threads { done.wait() }
    return results.withLock { $0.map { $0.reduce(0, +) }.max()! }
  }
}
