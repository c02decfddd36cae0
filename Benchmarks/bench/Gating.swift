// Gating: saves and checks baselines, and compares builds.

import ArgumentParser
import Foundation
import Recurrent

extension Bench {
  /// The backends of a gate, without duplicates.
  private func gateBackends(_ names: [String], threads: Int) throws -> [any Backend] {
    var made: [any Backend] = []
    for name in names {
      let backend = try Backends.make(name, threads: threads)
      backend.pool.keepTogether()
      if !made.contains(where: { $0.name == backend.name }) { made.append(backend) }
    }
    return made
  }

  /// The number of threads: 1, unless an option or variable sets it.
  private func gateThreads() throws -> Int {
    let isGiven = threads != nil || Backends.environment("RECURRENT_THREADS") != nil
    return isGiven ? try Backends.make("swift", threads: threads).pool.threads : 1
  }

  /// Measures a problem in a separate process, `times` times as long as the first attempt; nil if
  /// interrupted.
  private func measureApart(_ problem: Problem, on backends: [String], threads: Int, times: Int = 1) throws -> Rounds? {
    let build = try Build.start(Build.own)
    defer { build.end() }
    // Pinned, since a new process can share a busy core for some time before the system moves it.
    let rounds =
      build.setUp(problem, threads: threads, core: threads == 1 ? MachinePeak.quietestCore() : nil)
      ? build.rounds(on: backends, seconds: secondsEach * Double(times), least: Gate.rounds * times) : nil
    if Interruption.signal != 0 { return nil }
    guard let rounds else {
      throw RecurrentError.inputOutput(path: Build.own, reason: build.notes.joined(separator: "; "))
    }
    return rounds
  }

  /// Measures all problems and saves a baseline.
  func save(to path: String) throws -> Report {
    let threads = try gateThreads()
    let backends = try gateBackends(backendNames, threads: threads)
    let names = backends.map(\.name)
    let problems = try self.problems()
    let progress = Progress(total: problems.count)
    var report = Report(
      threads: threads, progress, precisions: counts ? [] : problems.map(\.precision), backends: backends)
    report.notes += precisionNotes
    var baseline = Baseline(
      schema: Baseline.schema, threads: threads, host: counts ? nil : try Baseline.Host(), entries: [])
    for problem in problems where Interruption.signal == 0 {
      progress.step("counts: \(problem.name)")
      let sides = backends.map { ($0.name, Baseline.Side(counts: Counts(problem, backend: $0))) }
      baseline.entries.append(Baseline.Entry(problem: problem, backends: Dictionary(uniqueKeysWithValues: sides)))
    }
    if !counts {
      for pass in 1...Baseline.passes {
        progress.begin(problems.count, "pass \(pass) of \(Baseline.passes)", seconds: secondsEach)
        for problem in problems where Interruption.signal == 0 {
          progress.step(problem.name)
          if let rounds = try measureApart(problem, on: names, threads: threads) {
            baseline.add(rounds, of: problem, on: names)
          }
        }
      }
      for entry in baseline.entries {
        for name in names { report.add(entry.problem, name, entry.backends[name]!.seconds.flatMap { Timing($0) }) }
      }
    }
    progress.finish()
    if Interruption.signal != 0 {
      report.notes.append("interrupted: \(path) is unchanged")
    } else {
      try baseline.write(to: path)
      report.notes.append(
        "baseline: \(counted(problems.count, "problem")) on \(names.joined(separator: ", ")) in \(path)")
    }
    return report
  }

  /// Compares this build with a baseline.
  func check(_ baseline: Baseline, from path: String) throws -> Report {
    if let threads, threads != baseline.threads {
      throw ValidationError(
        "--threads \(threads): the baseline was measured with \(counted(baseline.threads, "thread")); save another one"
      )
    }
    let problems = try chosen(baseline.entries.map(\.problem))
    let known = Set(baseline.entries.flatMap(\.backends.keys)).sorted()
    if let missing = (self.backends?.values ?? known).first(where: { name in
      !baseline.entries.allSatisfy { $0.backends[name] != nil }
    }) {
      throw ValidationError(
        "\(path) has no measurements of backend '\(missing)'; it has \(known.joined(separator: ", "))")
    }
    let backends: [any Backend]
    do {
      backends = try gateBackends(self.backends?.values ?? known, threads: baseline.threads)
    } catch let error as RecurrentError where self.backends == nil {
      throw ValidationError("\(path) has a backend that this build lacks (use --backends to select others): \(error)")
    }
    let names = backends.map(\.name)
    /// What differs on this machine, if times are compared all the same.
    var otherHost: String?
    if !counts {
      guard let host = baseline.host else { throw ValidationError("\(path) has only counts; add --counts") }
      if let difference = host.difference(from: try Baseline.Host(), usesOpenBLAS: names.contains("openblas")) {
        guard anyHost else {
          throw ValidationError(
            """
            \(path) is from another machine or build (\(difference)), so its times cannot be compared. Save a baseline \
            here; or compare only the ratios between backends (--any-host), only the counts (--counts), or two builds \
            on this machine (--compare)
            """
          )
        }
        guard backends.count > 1 else {
          throw ValidationError("--any-host compares ratios between backends; expected two or more")
        }
        otherHost = difference
      }
    }
    let progress = Progress(total: problems.count)
    var report = Report(
      threads: baseline.threads, progress, precisions: counts ? [] : problems.map(\.precision), backends: backends)
    if let otherHost {
      report.notes.append("another machine or build (\(otherHost)): only ratios between backends are compared")
    }
    let entries = Dictionary(uniqueKeysWithValues: baseline.entries.map { ($0.problem, $0) })
    var gate = Gate(tolerance: tolerance)
    for problem in problems where Interruption.signal == 0 {
      progress.step("counts: \(problem.name)")
      for backend in backends {
        gate.compare(
          entries[problem]!.backends[backend.name]!.counts, Counts(problem, backend: backend), problem, backend.name)
      }
    }
    if counts {
      gate.isComplete = Interruption.signal == 0
    } else {
      progress.begin(problems.count, "times", seconds: secondsEach)
      try gate.run(problems, progress) { problem, times in
        guard let rounds = try measureApart(problem, on: names, threads: baseline.threads, times: times) else {
          return nil
        }
        if times == 1 {
          for (name, seconds) in zip(names, rounds.seconds) { report.add(problem, name, Timing(seconds)) }
        }
        return entries[problem]!.trials(rounds, on: names, onOtherHost: otherHost != nil)
      }
    }
    progress.finish()
    report.gate = gate
    return report
  }

  /// Compares this build with another one, in turn.
  func compare(with other: String) throws -> Report {
    let threads = try gateThreads()
    let backends = try gateBackends(backendNames, threads: threads)
    let names = backends.map(\.name)
    let problems = try self.problems()
    // A wrong program is refused before anything is measured.
    try Build.start(other).end()
    let progress = Progress(total: problems.count)
    var report = Report(threads: threads, progress, precisions: problems.map(\.precision), backends: backends)
    var gate = Gate(tolerance: tolerance)
    /// Notes about problems that the builds do not support.
    var notes: [String] = []
    /// Runs `body` with both builds started.
    func withBuilds<Result>(_ body: (_ builds: [Peer]) throws -> Result) throws -> Result {
      let builds = try [other, Build.own].map(Build.start)
      defer { for build in builds { build.end() } }
      let result = try body(builds)
      if let failure = builds.lazy.compactMap(\.failure).first {
        throw RecurrentError.inputOutput(path: other, reason: "the comparison failed: \(failure)")
      }
      notes = (notes + builds.flatMap(\.notes)).uniqued()
      return result
    }
    // The backends on which both builds run a problem.
    var common: [Problem: [String]] = [:]
    try withBuilds { builds in
      for problem in problems where Interruption.signal == 0 {
        progress.step("counts: \(problem.name)")
        for name in names {
          let counts = builds.map { $0.setUp(problem, backend: name, threads: threads) ? $0.counts() : nil }
          guard let before = counts[0], let now = counts[1] else { continue }
          gate.compare(before, now, problem, name)
          common[problem, default: []].append(name)
        }
      }
    }
    progress.begin(problems.count, "times", seconds: secondsEach)
    try gate.run(problems, progress) { problem, times in
      try withBuilds { builds in
        var trials: [Trial] = []
        for name in common[problem] ?? [] {
          let sides = builds.map { Contestant(.build($0, backend: name, threads: threads)) }
          let rounds = measure(
            problem, on: sides, seconds: secondsEach / Double(names.count) * Double(times), least: Gate.rounds * times)
          guard Interruption.signal == 0 else { return nil }
          if rounds.seconds.contains(where: \.rounds.isEmpty) { break }  // A build has failed.
          let (before, now) = (Cost(seconds: rounds.seconds[0]), Cost(seconds: rounds.seconds[1]))
          trials.append(
            Trial(
              backend: name, before: before, now: now, witnesses: [], waited: rounds.waited / rounds.timed,
              figures: .init(before: before.rounds.median, now: now.rounds.median, unit: .seconds)))
        }
        return trials
      }
    }
    progress.finish()
    report.notes.append("before: \(other); now: this build")
    report.notes += precisionNotes + notes
    if gate.isComplete, gate.cases.isEmpty {
      throw RecurrentError.inputOutput(
        path: other, reason: "runs none of these problems: \(notes.joined(separator: "; "))")
    }
    report.gate = gate
    return report
  }
}
