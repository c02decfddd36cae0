// What the program prints and writes. Seconds and GFLOP/s throughout; shares of the peak of all
// threads in use.

import Foundation
import Recurrent

/// The whole result, as JSON has it. Schema 1; what it has may become more without another number.
struct Report: Codable {
  var schema = 1
  let host: Host
  /// What a reader should know: what was left out, and why.
  var notes: [String] = []
  var results: [Result] = []
  /// The ratios of the suite "layercosts", which has no other results.
  var layerCosts: [LayerCost]?
  /// The verdict, when there was something to compare with.
  var gate: Gate?

  struct Host: Codable {
    let cpu: String
    let cores: Int
    let quota: Double?
    let threads: Int
    let isa: String
    let openblas: OpenBLAS?
    let fma_gflops: Rate
    let bandwidth_gbs: [Bandwidth]
    let peers: [Peer]

    /// Its name is the `backend` of its results.
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
        try container.encode(pinned, forKey: .pinned)  // null, where the synthesised one leaves it out
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

    struct Seconds: Codable { let median, min, p90: Double }
  }
}

extension Report {
  /// Without results; measures the machine's peak.
  init(threads: Int, _ progress: Progress, peers: [Peer] = []) {
    progress.show("measuring the machine's peak")
    let working = peers.filter { $0.failure == nil }.map { Host.Peer(name: $0.name, version: $0.version) }
    self.init(host: Host(MachinePeak.measure(threads: threads), threads: threads, peers: working))
  }

  /// A problem's results, of those that did it.
  mutating func add(_ problem: Problem, _ timings: some Sequence<(String, Timing?)>) {
    for case (let backend, let timing?) in timings {
      results.append(
        Result(problem, backend: backend, timing: timing, threads: host.threads, peak: host.fma_gflops.all))
    }
  }
}

extension Report.Host {
  init(_ peak: MachinePeak, threads: Int, peers: [Peer]) {
    let machine = Machine.current
    cpu = machine.cpu
    cores = machine.cores
    quota = machine.quota
    self.threads = threads
    isa = peak.isa
    openblas = OpenBLASInformation.current.map {
      OpenBLAS(version: $0.version, core: $0.core, threads: $0.threads, pinned: $0.pinned)
    }
    fma_gflops = Rate(one: peak.one, all: peak.all)
    bandwidth_gbs = peak.bandwidth.map { Bandwidth(kib: $0.kib, one: $0.one, all: $0.all) }
    self.peers = peers
  }

  /// A few lines for people.
  var lines: [String] {
    var lines = [
      "\(cpu): \(cores) cores" + (quota.map { ", container quota \(number($0, 2))" } ?? "")
        + "; \(threads) \(threads == 1 ? "thread" : "threads")",
      "peak (\(isa)): \(number(fma_gflops.one, 0)) GFLOP/s on one core, \(number(fma_gflops.all, 0)) on all threads",
      "reading: "
        + bandwidth_gbs.map { "\($0.kib) KiB \(number($0.one, 0)) GB/s (all \(number($0.all, 0)))" }.joined(
          separator: ", "),
    ]
    if let openblas {
      lines.append(
        "OpenBLAS \(openblas.version), \(openblas.core) kernels, \(openblas.threads) threads by itself (1 inside each of ours)"
      )
      if let pinned = openblas.pinned {
        lines.append(
          "note: OPENBLAS_CORETYPE=\(pinned) holds OpenBLAS to these kernels, whatever the processor has; unset it to see its best"
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
  }

  /// How much longer the 90th percentile of the rounds is than the median, as a fraction.
  var spread: Double { seconds.p90 / seconds.median - 1 }

  /// What results of one table have in common.
  var table: String { "\(cell.title): \(sizes)" }

  var sizes: String {
    "hidden \(hidden), input \(input), batch \(batch)" + (layers > 1 ? ", \(layers) layers" : "")
      + (directions > 1 ? ", bidirectional" : "")
      + (ragged ? ", ragged" : "")
  }

  /// What results of one row have in common.
  var row: String { "\(mode) \(length)" }

  /// What results of one line of the comparison with peers have in common, and the name of a
  /// problem among them.
  var kind: String { "\(cell.title) \(mode)" }
  var point: String { "hidden \(hidden), batch \(batch), length \(length)" }
}

enum Format: String, CaseIterable { case table, json, csv, markdown }

extension Report {
  /// The report in a format. Tables have at most `width` columns of text; nil adds all details.
  func rendered(_ format: Format, width: Int? = TextTable.width) throws -> String {
    switch format {
    case .json:
      return try JSON.encode(self, pretty: true, keys: .convertToSnakeCase) + "\n"
    case .csv where gate != nil: return gateCSV()
    case .csv where layerCosts != nil: return layerCSV(layerCosts!)
    case .csv:
      let header =
        "cell,mode,backend,input,hidden,batch,length,layers,directions,ragged,threads,median_s,min_s,p90_s,rounds,gflops,fraction_of_peak"
      let rows = results.map { r in
        "\(r.cell),\(r.mode),\(r.backend),\(r.input),\(r.hidden),\(r.batch),\(r.length),\(r.layers),\(r.directions),\(r.ragged),\(r.threads),\(r.seconds.median),\(r.seconds.min),\(r.seconds.p90),\(r.rounds),\(r.gflops),\(r.fraction_of_peak)"
      }
      return ([header] + rows).joined(separator: "\n") + "\n"
    case .table, .markdown:
      // A note is a sentence, which is searched for as one.
      let lines =
        host.lines.map {
          format == .markdown ? $0 : $0.wrapped(to: min(TextTable.width, width ?? TextTable.width), indent: 2)
        } + notes
      var text = lines.map { format == .markdown ? "- \($0)\n" : "\($0)\n" }.joined() + "\n"
      if gate != nil { return gateText(format, width: width) + "\n" + text + disturbance(format) }
      if let layerCosts { return text + layerTables(layerCosts, format, width: width) }
      for table in results.map(\.table).uniqued() {
        text += tableText(results.filter { $0.table == table }, title: table, format, width: width) + "\n"
      }
      if !results.isEmpty, !host.peers.isEmpty { text += comparison(format, width: width) + "\n" }
      return text + disturbance(format)
    }
  }

  /// A row per mode and length, with columns for each backend and, from the second on, how many
  /// times as fast it is as the first; for a peer, how many times as fast the first is as the peer.
  private func tableText(_ results: [Result], title: String, _ format: Format, width: Int?) -> String {
    let backends = results.map(\.backend).uniqued()
    let details = width == nil
    var columns: [TextTable.Column] = [.text(""), .number("length")]
    for (index, backend) in backends.enumerated() {
      columns.append(.number(backend, beginsGroup: true))
      columns += (details ? ["per step", "GFLOP/s", "of peak", "spread"] : ["of peak"]).map { .number($0) }
      if index > 0 {
        columns.append(.number(isPeer(backend) ? "\(backends[0]) : \(backend)" : "\(backend) : \(backends[0])"))
      }
    }
    let rows = results.map(\.row).uniqued().map { row in
      let cells = results.filter { $0.row == row }
      var line = [cells[0].mode.rawValue, String(cells[0].length)]
      let reference = cells.first { $0.backend == backends[0] }
      for (index, backend) in backends.enumerated() {
        guard let r = cells.first(where: { $0.backend == backend }) else {
          line += Array(repeating: "", count: (details ? 5 : 2) + (index > 0 ? 1 : 0))
          continue
        }
        let share = marked(number(100 * r.fraction_of_peak, 1) + " %", if: r.fraction_of_peak > 1)
        if details {
          line += [
            time(r.seconds.median), time(r.seconds.median / Double(r.length)), number(r.gflops, 1), share,
            marked("+" + number(100 * r.spread, 0) + " %", if: r.spread > 1),
          ]
        } else {
          line += [marked(time(r.seconds.median), if: r.spread > 1), share]
        }
        if index > 0 {
          let ratio = reference.map { $0.seconds.median / r.seconds.median }
          line.append(ratio.map { number(isPeer(backend) ? 1 / $0 : $0, 2) } ?? "")
        }
      }
      return line
    }
    return aligned(columns, rows, title: title, format, width: width)
  }

  /// A cell with the mark of what something else must have disturbed. Cells without have a blank in
  /// its place wherever there is any.
  func marked(_ cell: String, if isDisturbed: Bool) -> String {
    isDisturbed ? cell + "*" : self.isDisturbed ? cell + " " : cell
  }

  /// Whether some figure that is shown cannot be the machine's alone.
  private var isDisturbed: Bool {
    guard let gate else { return results.contains { $0.fraction_of_peak > 1 || $0.spread > 1 } }
    return gate.cases.contains {
      ($0.figures.unit == .peak || $0.figures.unit == .bandwidth) && max($0.figures.before, $0.figures.now) > 1
    }
  }

  /// What the mark means; empty when it is nowhere.
  private func disturbance(_ format: Format) -> String {
    if !isDisturbed { return "" }
    let text =
      gate == nil
      ? "disturbed: a share above 100 %, or a spread above 100 %, which is how much longer the 90th percentile takes than the median. Other programs had "
        + "the processor, or its clock changed between this and the measurement of the peak: measure again."
      : "disturbed: a share above 100 %. The clock of the processor, or others' use of the memory, changed between this and the measurement of the peak."
    return format == .markdown ? "\\* \(text)\n" : "* \(text)".wrapped(to: TextTable.width, indent: 2) + "\n"
  }

  private func isPeer(_ backend: String) -> Bool { host.peers.contains { $0.name == backend } }

  /// How many times as fast the first backend is as each peer, and as whichever peer is the fastest
  /// at each point.
  private func comparison(_ format: Format, width: Int?) -> String {
    let (ours, peers) = (results[0].backend, host.peers.map(\.name))
    var points: [[Result]] = []
    for result in results {
      if result.backend == ours { points.append([]) }
      points[points.count - 1].append(result)
    }
    var lines: [[String]] = []
    for kind in points.map({ $0[0].kind }).uniqued() {
      for (title, names) in peers.map({ ($0, [$0]) }) + (peers.count > 1 ? [("the fastest", peers)] : []) {
        let ratios = points.filter { $0[0].kind == kind }.compactMap { point -> (ratio: Double, point: String)? in
          let fastest = point.filter { names.contains($0.backend) }.map(\.seconds.median).min()
          return fastest.map { ($0 / point[0].seconds.median, point[0].point) }
        }
        guard let worst = ratios.min(by: { $0.ratio < $1.ratio }) else { continue }
        let mean = exp(ratios.map { log($0.ratio) }.reduce(0, +) / Double(ratios.count))
        let slower = ratios.filter { $0.ratio < 1 }.count
        lines.append([
          kind, title, "\(ratios.count)", number(mean, 2), "\(slower)", number(worst.ratio, 2), worst.point,
        ])
      }
    }
    let columns: [TextTable.Column] = [
      .text(""), .text("against"), .number("points"), .number("geometric mean"), .number("slower at"), .number("worst"),
      .text("where"),
    ]
    return aligned(columns, lines, title: "\(ours) against the peers: how many times as fast", format, width: width)
  }

  /// A title and a table.
  func aligned(_ columns: [TextTable.Column], _ rows: [[String]], title: String, _ format: Format, width: Int?)
    -> String
  {
    if format == .markdown {
      func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
      let head = [line(columns.map(\.title)), line(columns.map { $0.isNumber ? "---:" : "---" })]
      return "### \(title)\n\n" + (head + rows.map(line)).joined(separator: "\n") + "\n"
    }
    var table = TextTable(columns)
    for row in rows { table.add(row) }
    return title + "\n" + table.text(width: width ?? .max) + "\n"
  }
}

/// A number with `digits` after the point.
func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

/// A time in the unit that suits it.
func time(_ seconds: Double) -> String {
  switch seconds {
  case ..<1e-3: number(seconds * 1e6, 1) + " us"
  case ..<1: number(seconds * 1e3, 2) + " ms"
  default: number(seconds, 2) + " s"
  }
}

extension Array where Element: Hashable {
  /// The elements in order, each once.
  func uniqued() -> [Element] {
    var seen = Set<Element>()
    return filter { seen.insert($0).inserted }
  }
}
