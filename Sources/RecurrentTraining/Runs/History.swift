// The figures of a run's epochs, in a file for other programs.

import Foundation
import RecurrentCore
import RecurrentInterchange

/// A file with a row for each epoch of a run: `TrainingOptions.history`.
///
/// What the file holds follows from the epochs' reports, which a run's checkpoint has too. The
/// checkpoint is saved first: whatever a run that was killed could not write here, a resumed one
/// adds.
package struct History {
  /// By the ending of a file's name.
  private enum Format: String { case csv, jsonl }

  private let path: String
  private let format: Format
  /// Of the figures in the rows so far.
  private var columns: [String] = []
  private var rows = 0
  /// Bytes that were written; nil as long as what is there is another run's.
  private var size: Int?

  /// Throws when the name says no format, when the file cannot be written, or when it is one of the
  /// run's other files.
  package init(_ path: String, beside files: RunFiles?) throws(RecurrentError) {
    guard let format = Format(rawValue: Path.name(of: path).split(separator: ".").last.map { $0.lowercased() } ?? "")
    else {
      throw .invalidOption(name: "history", value: path, expected: "the name of a file that ends in .csv or .jsonl")
    }
    func place(_ path: String) -> String? { AtomicFile.place(of: path).map { $0.folder + "/" + $0.name } }
    if let files, [files.model, files.last].contains(where: { place($0) == place(path) }) {
      throw .invalidOption(name: "history", value: path, expected: "another file than the run's own")
    }
    try RunFiles.checkWritable(path, for: "the history")
    (self.path, self.format) = (path, format)
  }

  /// What is said when a new run meets a file that is there.
  /// - Parameter overwriting: what has it replaced: an option's name.
  package func occupation(overwriting: String) -> RecurrentError? {
    AtomicFile.exists(path)
      ? .inputOutput(path: path, reason: "is there already; \(overwriting) replaces it, another name keeps it") : nil
  }

  /// Begins a new run's history: a file that is there is replaced with the first row.
  func begin(overwrites: Bool) throws(RecurrentError) {
    if !overwrites, let error = occupation(overwriting: "`overwrites`") { throw error }
  }

  /// Goes on with a run's history. Adds the rows that the file lacks. Throws when it has others
  /// than those of `epochs`.
  mutating func resume(after epochs: [EpochReport], _ checkpoint: String) throws(RecurrentError) {
    let found = AtomicFile.exists(path) ? try RegularFile.read(path) : Data()
    // The end of the file may be missing. Its columns may be those of the first few epochs.
    let isOurs = (0...epochs.count).reversed().contains { text(epochs.prefix($0)).starts(with: found) }
    guard isOurs else {
      throw .inputOutput(
        path: path,
        reason:
          "is not the history of the run of \(checkpoint), which has \(epochs.count) epochs; another name keeps it")
    }
    columns = columns(epochs)
    rows = epochs.count
    let all = text(epochs[...])
    if all.starts(with: found) {
      try AtomicFile.append(all.dropFirst(found.count), to: path)
    } else {
      try AtomicFile.write(all, to: path)
    }
    size = all.count
  }

  /// Adds the row of the last epoch.
  mutating func write(_ epochs: [EpochReport]) throws(RecurrentError) {
    guard let last = epochs.last else { return }
    let isWider = !figures(last).allSatisfy { columns.contains($0.name) } && format == .csv
    if isWider || rows == 0 { columns = columns(epochs) }
    // With a new column, and where somebody has taken rows away, all of them are written.
    if let size, !isWider, rows == epochs.count - 1, (try? RegularFile(path).size) == size {
      let row = Data(row(last).utf8)
      try AtomicFile.append(row, to: path)
      self.size = size + row.count
    } else {
      let all = text(epochs[...])
      try AtomicFile.write(all, to: path)
      size = all.count
    }
    rows = epochs.count
  }

  // MARK: Rows

  /// An epoch's figures under the names of their columns.
  private func figures(_ report: EpochReport) -> [(name: String, value: Double)] {
    [("training_", report.training), ("validation_", report.validation ?? [:])].flatMap { prefix, figures in
      figures.sorted { ($0.key != "loss" ? 1 : 0, $0.key) < ($1.key != "loss" ? 1 : 0, $1.key) }.map {
        (prefix + $0.key, $0.value)
      }
    }
  }

  /// Every figure that an epoch has, in the order in which they come up; those of training first.
  private func columns(_ epochs: some Sequence<EpochReport>) -> [String] {
    var (names, seen) = ([String](), Set<String>())
    for report in epochs {
      for figure in figures(report) where seen.insert(figure.name).inserted { names.append(figure.name) }
    }
    return names.filter { $0.hasPrefix("training_") } + names.filter { $0.hasPrefix("validation_") }
  }

  private func text(_ epochs: ArraySlice<EpochReport>) -> Data {
    if epochs.isEmpty { return Data() }
    var other = self
    other.columns = columns(epochs)
    let header =
      format == .csv ? (["epoch", "rate_factor"] + other.columns).map(History.field).joined(separator: ",") + "\n" : ""
    return Data((header + epochs.map { other.row($0) }.joined()).utf8)
  }

  private func row(_ report: EpochReport) -> String {
    let figures = figures(report)
    switch format {
    case .csv:
      let values = Dictionary(uniqueKeysWithValues: figures.map { ($0.name, History.number($0.value)) })
      return (["\(report.epoch + 1)", "\(report.rateFactor)"] + columns.map { values[$0] ?? "" }).joined(separator: ",")
        + "\n"
    case .jsonl:
      // Names are strings, which cannot fail.
      let fields = figures.map {
        "\(try! JSON.encode($0.name)):" + ($0.value.isFinite ? "\($0.value)" : "\"\(History.number($0.value))\"")
      }
      return "{"
        + (["\"epoch\":\(report.epoch + 1)", "\"rate_factor\":\(report.rateFactor)"] + fields).joined(separator: ",")
        + "}\n"
    }
  }

  private static func number(_ value: Double) -> String { value.isNaN ? "nan" : "\(value)" }

  /// A name as CSV has it: RFC 4180.
  private static func field(_ name: String) -> String {
    name.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
      ? "\"" + name.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : name
  }
}
