// Baseline: measured times and counts of a build, saved for comparison with later builds.

import CRecurrentMachinePeak
import Foundation
import RecurrentNativeKernels
import Recurrent

/// Rounds and counts of problems on one machine. As a file: JSON with one problem per line.
struct Baseline: Codable {
  static let schema = 1
  /// The number of passes over all problems, so that a short disturbance affects only a part of the
  /// rounds of a problem.
  static let passes = 3

  let schema: Int
  let threads: Int
  /// The machine; nil if there are only counts, which do not depend on it.
  let host: Host?
  var entries: [Entry]

  /// The facts that must be equal for times to be comparable.
  struct Host: Codable, Equatable {
    let cpu: String
    /// The instruction sets of the peak measurement and of the kernels.
    let isa, kernels: String
    /// The name of OpenBLAS's kernels; nil without OpenBLAS.
    let openblas: String?
    /// "release" or "debug".
    let build: String
  }

  struct Entry: Codable {
    let problem: Problem
    /// As in `Rounds`; nil if there are only counts.
    var peak, bandwidth: Series?
    var backends: [String: Side]
  }

  struct Side: Codable {
    var seconds: Series?
    let counts: Counts
  }
}

extension Baseline.Host {
  /// The facts of this machine and build.
  init() throws {
    cpu = Machine.current.cpu
    isa = String(cString: machine_peak_isa(MACHINE_PEAK_FLOAT32))
    kernels = try InstructionSet.chosen().rawValue
    openblas = OpenBLASInformation.current?.core
    #if DEBUG
      build = "debug"
    #else
      build = "release"
    #endif
  }

  /// The facts that differ on this machine; nil if times can be compared.
  func difference(from here: Baseline.Host, usesOpenBLAS: Bool) -> String? {
    let facts =
      [
        ("processor", cpu, here.cpu), ("instruction set", isa, here.isa), ("kernels", kernels, here.kernels),
        ("build", build, here.build),
      ] + (usesOpenBLAS ? [("OpenBLAS kernels", openblas ?? "none", here.openblas ?? "none")] : [])
    let differences = facts.filter { $1 != $2 }.map { "\($0) \($1), here \($2)" }
    return differences.isEmpty ? nil : differences.joined(separator: "; ")
  }
}

// MARK: Files

extension Baseline {
  /// Reads and validates a file. Throws if it cannot be read or was not written by
  /// `bench --save-baseline`.
  init(contentsOf path: String) throws {
    let data = try RegularFile.read(path)
    do {
      self = try JSON.decode(Baseline.self, from: data)
    } catch {
      throw RecurrentError.invalidFile(
        path: path, reason: "is not a baseline of bench --save-baseline: \(JSON.reason(error))")
    }
    if let flaw { throw RecurrentError.invalidFile(path: path, reason: "is not a valid baseline: \(flaw)") }
  }

  private var flaw: String? {
    if schema != Baseline.schema { return "its schema is \(schema), expected \(Baseline.schema)" }
    if !(1...255).contains(threads) { return "threads \(threads) is out of range; expected 1 to 255" }
    if entries.isEmpty { return "it has no problems" }
    if Set(entries.map(\.problem.name)).count < entries.count { return "it contains a problem twice" }
    for entry in entries {
      let name = entry.problem.name
      if let flaw = entry.problem.flaw { return "\(name): \(flaw)" }
      if entry.backends.isEmpty { return "\(name) has no backends" }
      if host != nil {
        let series = ([entry.peak, entry.bandwidth] + entry.backends.values.map(\.seconds)).compactMap { $0 }
        if series.count != 2 + entry.backends.count { return "\(name) has no rounds" }
        if series.contains(where: { $0.rounds.count != series[0].rounds.count || $0.rounds.count < Gate.rounds }) {
          return "\(name): expected as many rounds of each series, \(Gate.rounds) or more"
        }
        if series.contains(where: { !($0.rounds + [$0.least]).allSatisfy((1e-9...1e18).contains) }) {
          return "\(name): a time or a rate is out of range; expected 1e-9 to 1e18"
        }
      }
      if entry.backends.values.contains(where: { !$0.counts.arePlausible }) {
        return "\(name): a count is out of range; expected 0 or more"
      }
    }
    return nil
  }

  /// Writes the baseline to a file, which is replaced atomically.
  func write(to path: String) throws {
    let lines = try entries.map { try JSON.encode($0) }
    let host = try self.host.map { "\"host\":\(try JSON.encode($0))," } ?? ""
    let text =
      "{\"schema\":\(schema),\"threads\":\(threads),\(host)\"entries\":[\n" + lines.joined(separator: ",\n") + "\n]}\n"
    try AtomicFile.write(Data(text.utf8), to: path)
  }
}

// MARK: Building and comparing

extension Baseline {
  /// Adds the rounds of another pass to a problem.
  mutating func add(_ rounds: Rounds, of problem: Problem, on backends: [String]) {
    let index = entries.firstIndex { $0.problem == problem }!
    entries[index].peak.add(rounds.peak)
    entries[index].bandwidth.add(rounds.bandwidth)
    for (backend, seconds) in zip(backends, rounds.seconds) { entries[index].backends[backend]!.seconds.add(seconds) }
  }
}

extension Series? {
  /// Appends rounds.
  fileprivate mutating func add(_ other: Series) { self = self.map { $0.joined(other) } ?? other }
}

extension Baseline.Entry {
  /// A trial for each backend: the baseline's rounds against new ones. On another machine
  /// (`onOtherHost`), only the ratios between backends are compared.
  func trials(_ rounds: Rounds, on names: [String], onOtherHost: Bool) -> [Trial] {
    let now = Dictionary(uniqueKeysWithValues: zip(names, rounds.seconds))
    return names.compactMap { name in
      let (old, new) = (backends[name]!.seconds!, now[name]!)
      if onOtherHost {
        // A slower backend is slower relative to each of the other backends.
        let others = names.filter { $0 != name }.map { other in
          (
            before: Cost(seconds: old, byThoseOf: backends[other]!.seconds!),
            now: Cost(seconds: new, byThoseOf: now[other]!)
          )
        }
        guard let first = others.first else { return nil }
        return Trial(
          backend: name, before: first.before, now: first.now, witnesses: Array(others.dropFirst()),
          waited: rounds.waited / rounds.timed,
          figures: .init(before: first.before.rounds.median, now: first.now.rounds.median, unit: .ratio))
      }
      let byPeak = (before: Cost(seconds: old, byRates: peak!), now: Cost(seconds: new, byRates: rounds.peak))
      let byBandwidth = (
        before: Cost(seconds: old, byRates: bandwidth!), now: Cost(seconds: new, byRates: rounds.bandwidth)
      )
      let (own, other) = problem.isBoundByReading ? (byBandwidth, byPeak) : (byPeak, byBandwidth)
      let work = problem.isBoundByReading ? problem.bytesRead : problem.operations
      return Trial(
        backend: name, before: own.before, now: own.now, witnesses: [other], waited: rounds.waited / rounds.timed,
        figures: .init(
          before: work / own.before.rounds.median, now: work / own.now.rounds.median,
          unit: problem.isBoundByReading ? .bandwidth : .peak))
    }
  }
}
