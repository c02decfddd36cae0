// The suite "scaling": the speed of each problem by the number of threads.

import Foundation
import Recurrent
import RecurrentCore

extension Bench {
  /// The default numbers of threads: powers of two below the number of cores, and that number.
  static func threadCounts(upTo cores: Int) -> [Int] {
    Array(sequence(first: 1) { $0 * 2 }.prefix { $0 < cores }) + [cores]
  }

  /// The numbers of threads to measure, ascending; one is among them, to which the others are
  /// compared. Throws if a number cannot be one of threads.
  func scalingThreads() throws -> [Int] {
    if let given = threadCounts?.values {
      return Array(Set(try [1] + given.map { try Backends.make("swift", threads: $0).pool.threads })).sorted()
    }
    return Bench.threadCounts(upTo: try Backends.make("swift").pool.threads)
  }

  /// Measures each problem with each number of threads. Also returns whether a peer has failed.
  func measureScaling() throws -> (Report, peerFailed: Bool) {
    let real = try scalingThreads()
    let counts = Set(real + (simulate?.values ?? [])).sorted()
    var problems = try problems()
    let costs = try simulatedCosts()
    var contestants = try counts.map { count in
      try precisions.flatMap { precision in
        try (real.contains(count) ? self.contestants(threads: count, in: precision) : [])
          + costs.filter { _ in simulate!.values.contains(count) }.map { name, costs in
            let pool = ThreadPool(simulating: count, costs: costs)
            return Contestant(.backend(try Backends.make(name, pool: pool), denormals: false), in: precision)
          }
      }
    }
    let progress = Progress(total: problems.count * counts.count)
    let peers = startPeers(beside: contestants[0].map(\.name), progress)
    defer { for peer in peers { peer.end() } }
    for peer in peers where peer.failure == nil {
      for (index, count) in counts.enumerated() where real.contains(count) {
        contestants[index] += precisions.map { Contestant(.peer(peer, threads: count), in: $0) }
      }
    }
    var report = Report(
      threads: real.last!, progress, peers: peers, precisions: precisions,
      backends: contestants[0].compactMap { if case .backend(let backend, _) = $0.engine { backend } else { nil } })
    report.threadPeaks = real.flatMap { count in
      progress.show("measuring the peak of \(counted(count, "thread"))")
      return MachinePeak.rates(threads: count, precisions: precisions).map {
        Report.ThreadPeak(threads: count, precision: $0.precision, gflops: $0.all)
      }
    }
    // More cores than there are would have as many times the peak of one.
    let one = report.threadPeaks!.filter { $0.threads == 1 }
    report.threadPeaks! += counts.filter { !real.contains($0) }.flatMap { count in
      one.map { Report.ThreadPeak(threads: count, precision: $0.precision, gflops: Double(count) * $0.gflops) }
    }
    let tooMany = (threadCounts?.values ?? []).filter { !real.contains($0) }
    if !tooMany.isEmpty {
      report.notes.append(
        "--threads \(tooMany.map(String.init).joined(separator: ",")): no more than "
          + "\(counted(real.last!, "thread")) run at once here")
    }
    let limit = self.limit ?? .infinity
    if limit.isFinite { problems.sort { $0.operations < $1.operations } }
    let start = ContinuousClock.now
    var (rows, skipped) = (0, 0)
    // Seconds per operation of a row's longest run, from the problem before.
    var pace = 0.0
    for problem in problems where Interruption.signal == 0 {
      for (index, count) in counts.enumerated() where Interruption.signal == 0 {
        let left = limit - (ContinuousClock.now - start).seconds
        if left <= 0 || index == 0 && pace * problem.operations * 5 > left {
          skipped += counts.count - index
          break
        }
        progress.step("\(problem.name), \(counted(count, "thread"))")
        let timings = measure(problem, on: contestants[index], seconds: min(secondsEach, left)).seconds
          .map { Timing($0) }
        guard timings.contains(where: { $0 != nil }) else { break }  // interrupted, or no peer runs it
        if index == 0 { pace = timings.compactMap { $0?.median }.reduce(0, +) / problem.operations }
        for (contestant, timing) in zip(contestants[index], timings) {
          if let own = contestant.version(of: problem) { report.add(own, contestant.name, timing, threads: count) }
        }
        rows += 1
        // After each row, so that an interrupted run keeps its results.
        if let output, AtomicFile.place(of: output) != nil {
          try AtomicFile.write(Data(report.rendered(format, width: width).utf8), to: output)
        }
      }
    }
    progress.finish()
    let all = problems.count * counts.count
    if skipped > 0 {
      report.notes.append(
        "\(skipped) of \(all) rows skipped: they would not have ended within --limit "
          + number(limit, limit == limit.rounded() ? 0 : 1))
    }
    report.notes += precisionNotes + peers.flatMap(\.notes)
    if Interruption.signal != 0 { report.notes.append("interrupted: \(rows) of \(all) rows measured") }
    return (report, peers.contains { $0.failure != nil && !$0.isAbsent })
  }
}

extension Bench {
  /// The costs of each backend, for teams that are simulated; none without `--simulate`.
  private func simulatedCosts() throws -> [(name: String, costs: CostModel)] {
    if simulate == nil { return [] }
    return try backendNames.uniqued().filter { $0 != "sgemm" }.map {
      ($0, CostModel.measured(on: try Backends.make($0)))
    }
  }
}

extension Report {
  /// The peak of some threads, each on a core of its own as far as there are enough, in 10^9
  /// operations per second.
  struct ThreadPeak: Codable {
    let threads: Int
    let precision: Precision
    let gflops: Double
  }

  /// Adds the result of a problem with a number of threads, after that with one thread; nothing if it
  /// did not run.
  mutating func add(_ problem: Problem, _ backend: String, _ timing: Timing?, threads: Int) {
    guard let timing,
      let peak = threadPeaks?.first(where: { $0.threads == threads && $0.precision == problem.precision })
    else { return }
    var result = Result(problem, backend: backend, timing: timing, threads: threads, peak: peak.gflops)
    let first = results.last {
      $0.threads == 1 && [$0.backend, $0.backend + Contestant.predicted].contains(result.backend)
        && $0.precision == result.precision && $0.table == result.table && $0.row == result.row
    }
    guard let one = first?.seconds.median ?? (threads == 1 ? timing.median : nil) else { return }
    result.speedup = one / timing.median
    result.efficiency = one / timing.median / Double(threads)
    results.append(result)
  }

  /// A table for each problem: a row for each number of threads; for each backend, precision and peer
  /// the time, the speed relative to one thread, that speed per thread, and the share of the peak of
  /// as many cores. For a peer, also the speed of the first backend in the same precision relative to
  /// it.
  func scalingTables(_ format: Format, width: Int?) -> String {
    let ofProblem = Dictionary(grouping: results, by: \.scalingTitle)
    return results.map(\.scalingTitle).uniqued().map { title in
      let results = ofProblem[title]!
      let contestants = results.map(\.contestant).uniqued()
      /// Of a peer, the column of the backend that it is compared with.
      func ours(_ contestant: String) -> String? {
        let result = results.first { $0.contestant == contestant }!
        if !isPeer(result.backend) { return nil }
        return results.first { !isPeer($0.backend) && $0.precision == result.precision }?.contestant
      }
      var columns: [TextTable.Column] = [.number("threads")]
      for contestant in contestants {
        columns.append(.number(contestant, beginsGroup: true))
        columns += ["speed-up", "efficiency", "of peak"].map { .number($0) }
        if let ours = ours(contestant) { columns.append(.number("\(ours) : \(contestant)")) }
      }
      let rows = results.map(\.threads).uniqued().map { threads in
        let cells = results.filter { $0.threads == threads }
        var line = [String(threads)]
        for contestant in contestants {
          let own = cells.first { $0.contestant == contestant }
          line +=
            own.map {
              [
                marked(time($0.seconds.median), if: $0.spread > 1), number($0.speedup ?? .nan, 2),
                number(100 * ($0.efficiency ?? .nan), 0) + " %",
                marked(number(100 * $0.fraction_of_peak, 1) + " %", if: $0.fraction_of_peak > 1),
              ]
            } ?? ["", "", "", ""]
          guard let ours = ours(contestant) else { continue }
          let other = cells.first { $0.contestant == ours }
          line.append(other.flatMap { other in own.map { number($0.seconds.median / other.seconds.median, 2) } } ?? "")
        }
        return line
      }
      return aligned(columns, rows, title: title, format, width: width) + "\n"
    }.joined()
  }
}

extension Report.Result {
  /// The title of the problem's table, which has a row for each number of threads.
  fileprivate var scalingTitle: String { "\(kind(of: nil)): \(sizes), length \(length)" }
}
