// Report: the results of `bench` as data.

import Foundation
import Recurrent

/// All results; encoded as JSON. Seconds and GFLOP/s; shares are of the peak of all threads in use.
/// New fields do not change the schema number.
struct Report: Codable {
  var schema = 1
  let host: Host
  /// Notes, such as skipped problems and the reasons.
  var notes: [String] = []
  var results: [Result] = []
  /// The ratios of the suite "layercosts", which has no other results.
  var layerCosts: [LayerCost]?
  /// The peaks by the number of threads, of which the shares of the suite "scaling" are; nil of others.
  var threadPeaks: [ThreadPeak]?
  /// The latencies of the suite "serving", which has no other results.
  var serving: [Serving]?
  /// The accounts of `--profile`, which has no other results.
  var profiles: [Profile]?
  /// The outcome of a comparison; nil without one.
  var gate: Gate?

  struct Host: Codable {
    let cpu: String
    let cores: Int
    let quota: Double?
    let threads: Int
    let isa: String
    let openblas: OpenBLAS?
    let fma_gflops: Rate
    /// The peak of each precision in use, of which shares are; nil in reports from before there were
    /// others than float32.
    let peaks: [Peak]?
    /// How each backend computes products in the precisions other than float32; nil likewise.
    let paths: [Path]?
    let bandwidth_gbs: [Bandwidth]
    let peers: [Peer]

    struct Peak: Codable {
      let precision: Precision
      let isa: String
      /// 10^9 operations per second; of int8, of integers.
      let gflops: Rate
    }

    struct Path: Codable {
      let precision: Precision
      let backend, path: String
    }

    /// The peak of a precision, in 10^9 operations per second.
    func peak(_ precision: Precision) -> Rate {
      peaks?.first { $0.precision == precision }?.gflops ?? fma_gflops
    }

    /// A peer. Its name is the `backend` of its results.
    struct Peer: Codable { let name, version: String }

    struct OpenBLAS: Codable {
      let version, core: String
      let threads: Int
      /// The value of OPENBLAS_CORETYPE.
      let pinned: String?

      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(core, forKey: .core)
        try container.encode(threads, forKey: .threads)
        try container.encode(pinned, forKey: .pinned)  // null; the synthesised encoding would omit it
      }
    }

    struct Rate: Codable { let one, all: Double }

    struct Bandwidth: Codable {
      let kib: Int
      let one, all: Double
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(cpu, forKey: .cpu)
      try container.encode(cores, forKey: .cores)
      try container.encode(quota, forKey: .quota)
      try container.encode(threads, forKey: .threads)
      try container.encode(isa, forKey: .isa)
      try container.encode(openblas, forKey: .openblas)
      try container.encode(fma_gflops, forKey: .fma_gflops)
      try container.encode(peaks, forKey: .peaks)
      try container.encode(paths, forKey: .paths)
      try container.encode(bandwidth_gbs, forKey: .bandwidth_gbs)
      try container.encode(peers, forKey: .peers)
    }
  }

  struct Result: Codable {
    let cell: CellName
    let mode: Mode
    let backend: String
    let input, hidden, batch, length, layers, directions: Int
    let ragged: Bool
    let threads: Int
    let seconds: Seconds
    let rounds: Int
    let gflops, fraction_of_peak: Double
    /// The precision, of whose peak the fraction is.
    let precision: Precision
    /// The number of words of a language model, if it was given.
    let vocabulary: Int?
    /// In the suite "scaling": the speed relative to one thread, and that per thread.
    var speedup, efficiency: Double?

    struct Seconds: Codable { let median, min, p90: Double }
  }
}

extension Report {
  /// A report without results. Measures the machine's peak in each precision, and tells how the
  /// backends compute in it.
  init(
    threads: Int, _ progress: Progress, peers: [Peer] = [], precisions: [Precision] = [], backends: [any Backend] = []
  ) {
    progress.show("measuring the machine's peak")
    let working = peers.filter { $0.failure == nil }.map { Host.Peer(name: $0.name, version: $0.version) }
    let peak = MachinePeak.measure(threads: threads, precisions: precisions)
    let paths = peak.rates.dropFirst().flatMap { rate in
      backends.map { Host.Path(precision: rate.precision, backend: $0.name, path: $0.path(of: rate.precision)) }
    }
    self.init(
      host: Host(
        peak, threads: threads, paths: paths.uniqued(by: { [$0.precision.rawValue, $0.backend] }), peers: working))
  }

  /// Adds the result of a problem on a backend or peer; nothing if it did not run it.
  mutating func add(_ problem: Problem, _ backend: String, _ timing: Timing?) {
    guard let timing else { return }
    results.append(
      Result(
        problem, backend: backend, timing: timing, threads: host.threads, peak: host.peak(problem.precision).all))
  }
}

extension Report.Host {
  init(_ peak: MachinePeak, threads: Int, paths: [Path], peers: [Peer]) {
    let machine = Machine.current
    cpu = machine.cpu
    cores = machine.cores
    quota = machine.quota
    self.threads = threads
    isa = peak.rates[0].isa
    openblas = OpenBLASInformation.current.map {
      OpenBLAS(version: $0.version, core: $0.core, threads: $0.threads, pinned: $0.pinned)
    }
    let peaks = peak.rates.map {
      Peak(precision: $0.precision, isa: $0.isa, gflops: Rate(one: $0.one, all: $0.all))
    }
    (fma_gflops, self.peaks, self.paths) = (peaks[0].gflops, peaks, paths)
    bandwidth_gbs = peak.bandwidth.map { Bandwidth(kib: $0.kib, one: $0.one, all: $0.all) }
    self.peers = peers
  }

  /// The machine as lines of text.
  var lines: [String] {
    var lines = [
      "\(cpu): \(cores) cores" + (quota.map { ", container quota \(number($0, 2))" } ?? "")
        + "; \(threads) \(threads == 1 ? "thread" : "threads")",
      "peak (\(isa)): \(number(fma_gflops.one, 0)) GFLOP/s on one core, \(number(fma_gflops.all, 0)) on all threads",
    ]
    for peak in peaks?.dropFirst() ?? [] {
      let unit = peak.precision == .int8 ? "G operations/s" : "GFLOP/s"
      let paths = (paths ?? []).filter { $0.precision == peak.precision }
      lines.append(
        "peak in \(peak.precision) (\(peak.isa)): \(number(peak.gflops.one, 0)) \(unit) on one core, "
          + "\(number(peak.gflops.all, 0)) on all threads")
      lines += paths.map { "\(peak.precision) on \($0.backend): \($0.path)" }
    }
    lines.append(
      "reading: "
        + bandwidth_gbs.map { "\($0.kib) KiB \(number($0.one, 0)) GB/s (all \(number($0.all, 0)))" }.joined(
          separator: ", "))
    if let openblas {
      lines.append(
        """
        OpenBLAS \
        \(openblas.version), \(openblas.core) kernels, \(openblas.threads) threads by default (1 on each of our threads)
        """
      )
      if let pinned = openblas.pinned {
        lines.append(
          """
          note: OPENBLAS_CORETYPE=\(pinned) forces these kernels in OpenBLAS, whatever the processor has; unset it \
          for its best speed
          """
        )
      }
    } else {
      lines.append("no OpenBLAS")
    }
    if !peers.isEmpty { lines.append("peers: " + peers.map { "\($0.name) \($0.version)" }.joined(separator: ", ")) }
    return lines
  }
}

extension Report.Result {
  init(_ problem: Problem, backend: String, timing: Timing, threads: Int, peak: Double) {
    cell = problem.cell
    mode = problem.mode
    self.backend = backend
    (input, hidden, batch, length) = (problem.input, problem.hidden, problem.batch, problem.length)
    layers = problem.layers
    directions = problem.bidirectional ? 2 : 1
    ragged = problem.ragged
    self.threads = threads
    seconds = Seconds(median: timing.median, min: timing.min, p90: timing.p90)
    rounds = timing.rounds
    gflops = problem.operations / timing.median / 1e9
    fraction_of_peak = gflops / peak
    (precision, vocabulary) = (problem.precision, problem.vocabulary)
  }

  /// What ran the problem: the title of a column.
  var contestant: String { backend + precision.suffix }

  /// The 90th percentile of the rounds over the median, minus 1.
  var spread: Double { seconds.p90 / seconds.median - 1 }

  /// The title of the result's table.
  var table: String { "\(cell.title): \(sizes)" }

  /// The sizes of the problem.
  var sizes: String {
    "hidden \(hidden), input \(input), batch \(batch)" + (layers > 1 ? ", \(layers) layers" : "")
      + (directions > 1 ? ", bidirectional" : "")
      + (ragged ? ", ragged" : "") + (vocabulary.map { ", vocabulary \($0)" } ?? "")
  }

  /// The title of the result's row.
  var row: String { "\(mode) \(length)" }

  /// The title of the result's line in the comparison with peers, and its problem in that line.
  var kind: String { kind(of: speedup == nil ? nil : threads) }
  var point: String { "hidden \(hidden), batch \(batch), length \(length)" }

  /// The title of the line, which in the suite "scaling" has one number of threads.
  func kind(of threads: Int?) -> String {
    "\(cell.title) \(mode)" + (threads.map { ", \(counted($0, "thread"))" } ?? "")
  }

  /// The problem, whatever ran it in whatever precision.
  var problem: String { "\(table), \(row), \(threads)" }
}
