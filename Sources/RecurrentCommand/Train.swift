// `recurrent train`: a system, from data to a file.

import ArgumentParser
import Foundation
import Recurrent

struct Train: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    abstract: "Trains a system on data: names, charlm, sentiment, tagger, translate or caption.",
    discussion: """
      \(TextTask.allCases.map(description).joined(separator: "\n"))

      Without --data, a tenth of the data set that comes with this program is held out (--held-out 0.1); else nothing is.

      The best epoch's parameters are in the output file, with settings and vocabularies; MODEL.last.safetensors beside it has what is \
      needed to go on. It is found by the held-out data, where there are any, else by those trained on; of equal ones it is the first. Ctrl-C \
      (or SIGTERM, or a terminal that is closed) ends a run so that nothing is lost. A model that is there already is kept, unless --overwrite or --resume says \
      what is to be done with it.

      Exit status: 0 when the training is done, 1 when something was wrong, 64 for wrong options, 130 when it was interrupted.
      """)

  /// What a task is, and with which settings, in lines of up to 80 letters.
  private static func description(_ task: TextTask) -> String {
    let what =
      switch task {
      case .names: "where a surname comes from"
      case .charlm: "a language model by character"
      case .sentiment: "whether a remark is a good one"
      case .tagger: "parts of speech"
      case .translate: "one language into another"
      case .caption: "what a drawn digit is called"
      }
    let (d, own) = (task.system.defaults, task.system.defaults(for: .builtIn(isTest: false)))
    func text(_ settings: SystemSettings, _ options: [SystemSettings.Option]) -> String {
      options.map { option in
        let value = settings[option] ?? "none"
        return option.rawValue.replacingOccurrences(of: "-", with: " ") + " "
          + (value.hasSuffix(".0") ? String(value.dropLast(2)) : value)
      }.joined(separator: ", ")
    }
    let training: [SystemSettings.Option] = [.epochs, .batch, .learningRate]
    let others = SystemSettings.Option.allCases.filter { !training.contains($0) && $0 != .heldOut }
    let differing = (training + others).filter { d[$0] != own[$0] }
    return """
      \(task.rawValue): \(what)
        \(d.cell.rawValue), \(text(d, [.embedding, .hidden, .layers, .dropout]))
        \(text(d, training)) (\(d.schedule.rawValue)), \(text(d, [.clip]))
        without --data: \(text(own, differing))
      """
  }

  @Argument(help: "The task.") var task: TextTask
  @OptionGroup var data: DataOptions
  @Option(
    help: "The model's file (default: TASK.safetensors, or that of the run that is resumed).",
    completion: .file(extensions: ["safetensors"]))
  var output: String?
  @Option(
    help:
      "A model's file, or its last checkpoint: goes on with that run, with its settings; --epochs and --patience may be others.",
    completion: .file(extensions: ["safetensors"]))
  var resume: String?
  @Option(
    help:
      "A file for the figures of every epoch, written as training goes: .csv, or .jsonl for a JSON object a line. A resumed run adds to it.",
    completion: .file(extensions: ["csv", "jsonl"]))
  var history: String?
  @Flag(help: "Replaces a model, its checkpoint and a history that are there already.") var overwrite = false
  @Flag(help: "Shows no progress.") var quiet = false
  @OptionGroup(title: "Settings (each task has defaults of its own)") var settings: SettingsOptions
  @OptionGroup(title: "Engine") var engine: EngineOptions

  var caller: String { "train \(task.rawValue)" }
  var options: [String] {
    DataOptions.names(for: task) + SettingsOptions.names(for: task) + [
      "output", "resume", "history", "overwrite", "quiet",
    ] + CommandOptions.engine
  }

  func run() throws {
    try train(task.system)
  }

  private func train<System: TextSystem>(_: System.Type) throws {
    let source = try data.source(for: task, isTest: false)
    var settings = try self.settings.settings(System.defaults(for: source), for: task)
    let backend = try engine.makeBackend()
    let run = resume.map(RunFiles.init(either:))
    if overwrite, run != nil, output == nil {
      throw ValidationError(
        "--overwrite: a run that is resumed goes on in its own files; give an --output to replace, or leave --overwrite out."
      )
    }
    let files = RunFiles(model: output ?? run?.model ?? task.rawValue + ".safetensors")
    if RunFiles(either: files.model) != files {
      throw ValidationError("--output: '\(files.model)' is the name of a checkpoint; expected that of a model.")
    }
    if let run { settings = try resumed(System.self, from: run) }
    try files.checkWritable()
    for path in [files.model, files.last] { try checkOutput(path, reading: data.files, isModel: true) }
    let history = try history.map { (path) throws(RecurrentError) in try History(path, beside: files) }
    if let path = self.history {
      try checkOutput(path, reading: data.files, option: "--history")
      if let data = data.data, let folder = AtomicFile.place(of: path)?.folder,
        FileIdentity(of: folder) == FileIdentity(of: data)
      {
        throw ValidationError(
          "--history: \(path) would be read as data, which all files in \(data) are; expected another folder.")
      }
    }
    if !overwrite, run?.isSame(as: files) != true,
      let error = files.occupation(overwriting: "--overwrite", resuming: "--resume \(files.model)")
    {
      throw error
    }
    if !overwrite, run == nil, let error = history?.occupation(overwriting: "--overwrite") { throw error }

    let samples = try System.samples(in: source)
    if case .builtIn = source { say("No data was given: training on the small set that comes with this program") }
    let amount = System.amount(of: samples)
    say(
      "\(task.rawValue): \(counted(amount.count, amount.unit)), \(settings.cell.rawValue) of \(counted(settings.hiddenSize, "unit")), "
        + "\(backend.name) backend, threads: \(backend.pool.threads); "
        + (settings.heldOut > 0
          ? String(format: "%g %% of the data held out", 100 * settings.heldOut) : "no data held out"))
    System.notes(onTraining: samples, settings).forEach { complain("Warning: " + $0) }
    let (model, report) = try System.train(
      on: samples, settings: settings, checkpoint: files.model, resumesFrom: run?.last, history: self.history,
      overwrites: overwrite,
      progress: quiet ? .none : .standardError, backend: backend)
    if report.wasInterrupted {
      let more = self.history.map { " --history " + shellQuoted($0) } ?? ""
      complain(
        "Go on, with the same data and options, by: recurrent train \(task.rawValue) --resume \(shellQuoted(files.last))\(more)"
      )
      throw ExitCode(130)
    }
    let best = report.bestEpoch.map { report.epochs[$0] }
    let figures = (best?.validation ?? best?.training ?? [:]).sorted { $0.key < $1.key }.map {
      $0.key + String(format: " %.4f", $0.value)
    }
    let chosen = best.map { best in
      "; best \(best.validation == nil ? "training" : "held-out") \(System.monitor.metric) in epoch \(best.epoch + 1) of \(report.epochs.count): "
        + figures.joined(separator: ", ")
    }
    try StandardOutput.writeLine("\(files.model): \(counted(model.parameterCount, "parameter"))" + (chosen ?? ""))
  }

  /// The settings of the run that is resumed.
  private func resumed<System: TextSystem>(_: System.Type, from run: RunFiles) throws -> SystemSettings {
    guard run.hasCheckpoint else {
      guard let resume, AtomicFile.exists(resume) || resume == run.last else {
        throw RecurrentError.inputOutput(
          path: resume ?? run.model,
          reason: "no such file, nor \(run.last) beside it; expected a model or its last checkpoint")
      }
      throw RecurrentError.inputOutput(
        path: run.last, reason: "no such file; a run is resumed from its last checkpoint")
    }
    let before = try System(contentsOf: run.last).settings
    var kept = try self.settings.settings(before, for: task)
    (kept.epochs, kept.patience) = (before.epochs, before.patience)
    if let option = SystemSettings.Option.allCases.first(where: { kept[$0] != before[$0] }) {
      throw ValidationError(
        "--resume: settings but for --epochs and --patience are those of the run that is resumed; leave --\(option.rawValue) out, which is "
          + "\(before[option] ?? "none") there.")
    }
    (kept.epochs, kept.patience) = (self.settings.epochs ?? before.epochs, self.settings.patience ?? before.patience)
    return kept
  }

  private func say(_ text: String) { if !quiet { complain(text) } }
}

/// A path as a shell takes it.
private func shellQuoted(_ path: String) -> String {
  let isPlain = path.unicodeScalars.allSatisfy {
    $0.properties.isAlphabetic || ("0"..."9").contains($0) || "/._-+,:@%".unicodeScalars.contains($0)
  }
  return isPlain ? path : "'" + path.replacingOccurrences(of: "'", with: "'\\''") + "'"
}
