// The history of a run: the metrics of each epoch, as CSV or JSON lines.

import Foundation
import RecurrentCore
import RecurrentInterchange

/// A file with a row of metrics for each epoch; see `TrainingOptions.history`.
///
/// The rows follow from the epochs' reports, which the checkpoint holds too. The checkpoint is
/// saved first, so that a resumed run can add the rows that a killed one could not write.
package struct History {
  /// The format, by the file's extension.
  private enum Format: String { case csv, jsonl }

  private let path: String
  private let format: Format
  /// The metrics in the rows so far.
  private var columns: [String] = []
  private var rows = 0
  /// The bytes written; nil as long as the file is that of another run.
  private var size: Int?

  /// Creates a history. Throws if the file's name has no known extension, if the file cannot be
  /// written, or if it is one of the run's other files.
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

  /// The error of a new run that finds the file in place; nil if there is none. `overwriting` names
  /// the option that replaces it.
  package func occupation(overwriting: String) -> RecurrentError? {
    AtomicFile.exists(path)
      ? .inputOutput(path: path, reason: "already exists; \(overwriting) replaces it, another name keeps it") : nil
  }

  /// Begins the history of a new run. An existing file is replaced with the first row; throws
  /// unless that is allowed.
  func begin(overwrites: Bool) throws(RecurrentError) {
    if !overwrites, let error = occupation(overwriting: "`overwrites`") { throw error }
  }

  /// Continues the history of a run and adds missing rows. Throws if the file has other rows than
  /// those of `epochs`.
  mutating func resume(after epochs: [EpochReport], _ checkpoint: String) throws(RecurrentError) {
    let found = AtomicFile.exists(path) ? try RegularFile.read(path) : Data()
    // The end of the file may be missing. Its columns may be those of the first epochs.
    let isOurs = (0...epochs.count).reversed().contains { text(epochs.prefix($0)).starts(with: found) }
    guard isOurs else {
      throw .inputOutput(
        path: path,
        reason:
          """
          is not the history of the run of \(checkpoint), which has \(counted(epochs.count, "epoch")); \
          another name keeps it
          """)
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
    // With a new column, or if rows are missing, the whole file is written.
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

  /// The metrics of an epoch by the names of their columns.
  private func figures(_ report: EpochReport) -> [(name: String, value: Double)] {
    [("training_", report.training), ("validation_", report.validation ?? [:])].flatMap { prefix, figures in
      figures.sorted { ($0.key != "loss" ? 1 : 0, $0.key) < ($1.key != "loss" ? 1 : 0, $1.key) }.map {
        (prefix + $0.key, $0.value)
      }
    }
  }

  /// All metrics of the epochs in the order of their appearance, those of training first.
  private func columns(_ epochs: some Sequence<EpochReport>) -> [String] {
    var (names, seen) = ([String](), Set<String>())
    for report in epochs {
      for figure in figures(report) where seen.insert(figure.name).inserted { names.append(figure.name) }
    }
    return names.filter { $0.hasPrefix("training_") } + names.filter { $0.hasPrefix("validation_") }
  }

  /// The text of the file for the given epochs.
  private func text(_ epochs: ArraySlice<EpochReport>) -> Data {
    if epochs.isEmpty { return Data() }
    var other = self
    other.columns = columns(epochs)
    let header =
      format == .csv ? (["epoch", "rate_factor"] + other.columns).map(History.field).joined(separator: ",") + "\n" : ""
    return Data((header + epochs.map { other.row($0) }.joined()).utf8)
  }

  /// The text of a row.
  private func row(_ report: EpochReport) -> String {
    let figures = figures(report)
    switch format {
    case .csv:
      let values = Dictionary(uniqueKeysWithValues: figures.map { ($0.name, History.number($0.value)) })
      return (["\(report.epoch + 1)", "\(report.rateFactor)"] + columns.map { values[$0] ?? "" }).joined(separator: ",")
        + "\n"
    case .jsonl:
      // Encoding a string cannot fail.
      let fields = figures.map {
        "\(try! JSON.encode($0.name)):" + ($0.value.isFinite ? "\($0.value)" : "\"\(History.number($0.value))\"")
      }
      return "{"
        + (["\"epoch\":\(report.epoch + 1)", "\"rate_factor\":\(report.rateFactor)"] + fields).joined(separator: ",")
        + "}\n"
    }
  }

  /// A number as text.
  private static func number(_ value: Double) -> String { value.isNaN ? "nan" : "\(value)" }

  /// A field of CSV: RFC 4180.
  private static func field(_ name: String) -> String {
    name.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
      ? "\"" + name.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : name
  }
}
