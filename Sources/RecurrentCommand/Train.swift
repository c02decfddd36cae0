// `recurrent train`: trains a model, or resumes its training.

import ArgumentParser
import Foundation
import Recurrent

struct Train: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    abstract: "Trains a model for a task: names, charlm, sentiment, tagger, translate or caption.",
    discussion: """
      \(TextTask.allCases.map(description).joined(separator: "\n"))

      Without --data, the model is trained on the built-in data of the task, of which a tenth is held out \
      (--held-out 0.1). With --data, nothing is held out by default.

      The output file has the parameters of the best epoch, the settings and the vocabularies. \
      MODEL.last.safetensors beside it is the last checkpoint, from which --resume continues. The best epoch is the \
      first one with the best metric on the held-out data, or on the training data if nothing is held out. Ctrl-C, \
      SIGTERM or a closed terminal stops training after a checkpoint is saved. An existing model is not replaced \
      without --overwrite or --resume.

      Exit status: 0 when training is complete, 1 on an error, 64 for wrong options, 130 when interrupted.
      """)

  /// The task and its default settings, in lines of up to 80 characters.
  private static func description(_ task: TextTask) -> String {
    let what =
      switch task {
      case .names: "the origin of a surname"
      case .charlm: "character language model"
      case .sentiment: "positive or negative remarks"
      case .tagger: "parts of speech"
      case .translate: "translation"
      case .caption: "captions of digit pictures"
      }
    let (d, builtIn) = (task.system.defaults, task.system.defaults(for: .builtIn(isTest: false)))
    func text(_ settings: SystemSettings, _ options: [SystemSettings.Option]) -> String {
      options.map { option in
        let value = settings[option] ?? "none"
        return option.rawValue.replacingOccurrences(of: "-", with: " ") + " "
          + (value.hasSuffix(".0") ? String(value.dropLast(2)) : value)
      }.joined(separator: ", ")
    }
    let training: [SystemSettings.Option] = [.epochs, .batch, .learningRate]
    let others = SystemSettings.Option.allCases.filter { !training.contains($0) && $0 != .heldOut }
    let differing = (training + others).filter { d[$0] != builtIn[$0] }
    return """
      \(task.rawValue): \(what)
        \(d.cell.rawValue), \(text(d, [.embedding, .hidden, .layers, .dropout]))
        \(text(d, training)) (\(d.schedule.rawValue)), \(text(d, [.clip]))
        without --data: \(text(builtIn, differing))
      """
  }

  @Argument(help: "The task.") var task: TextTask
  @OptionGroup var data: DataOptions
  @Option(
    help: "The model file to write (default: TASK.safetensors, or the file of the resumed run).",
    completion: .file(extensions: ["safetensors"]))
  var output: String?
  @Option(
    help: """
      The model file or last checkpoint of a run to resume. Its settings are used; only --epochs and --patience may \
      be changed.
      """,
    completion: .file(extensions: ["safetensors"]))
  var resume: String?
  @Option(
    help: """
      A file for the metrics of every epoch, written during training: .csv, or .jsonl with one JSON object per line. \
      A resumed run that names it again appends to it.
      """,
    completion: .file(extensions: ["csv", "jsonl"]))
  var history: String?
  @Flag(help: "Replace an existing model, checkpoint and history.") var overwrite = false
  @Flag(help: "Show no progress.") var quiet = false
  @OptionGroup(title: "Settings (defaults depend on the task)") var settings: SettingsOptions
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
        """
        --overwrite: a resumed run continues in its own files; add --output to replace another model, or omit \
        --overwrite.
        """
      )
    }
    let files = RunFiles(model: output ?? run?.model ?? task.rawValue + ".safetensors")
    if RunFiles(either: files.model) != files {
      throw ValidationError("--output: '\(files.model)' is the name of a checkpoint; expected the name of a model.")
    }
    if let run { settings = try resumed(System.self, from: run) }
    try files.checkWritable()
    for path in [files.model, files.last] { try checkOutput(path, reading: data.files, isModel: true) }
    if let output { try checkExtension(of: output, ["safetensors"], option: "--output") }
    let history = try history.map { (path) throws(RecurrentError) in try History(path, beside: files) }
    if let path = self.history {
      try checkOutput(path, reading: data.files, option: "--history")
      if let data = data.data, let folder = AtomicFile.place(of: path)?.folder,
        FileIdentity(of: folder) == FileIdentity(of: data)
      {
        throw ValidationError(
          "--history: \(path) is in the data folder \(data), whose files are read as data; expected another folder.")
      }
    }
    if !overwrite, run?.isSame(as: files) != true,
      let error = files.occupation(overwriting: "--overwrite", resuming: "--resume \(files.model)")
    {
      throw error
    }
    if !overwrite, run == nil, let error = history?.occupation(overwriting: "--overwrite") { throw error }

    let samples = try System.samples(in: source)
    if case .builtIn = source { say("No --data given: training on the built-in data") }
    let amount = System.amount(of: samples)
    let heldOut =
      settings.heldOut > 0 ? String(format: "%g %% of the data held out", 100 * settings.heldOut) : "no data held out"
    say(
      """
      \(task.rawValue): \(counted(amount.count, amount.unit)), \(settings.cell.rawValue) of \
      \(counted(settings.hiddenSize, "unit")) in \(computation(in: settings.trainingPrecision, backend)); \(heldOut)
      """)
    System.notes(onTraining: samples, settings).forEach { complain("Warning: " + $0) }
    let (model, report) = try System.train(
      on: samples, settings: settings, checkpoint: files.model, resumesFrom: run?.last, history: self.history,
      overwrites: overwrite, progress: quiet ? .none : .standardError, backend: backend)
    if report.wasInterrupted {
      let more = self.history.map { " --history " + shellQuoted($0) } ?? ""
      complain(
        """
        To resume, run with the same data and options: recurrent train \(task.rawValue) --resume \
        \(shellQuoted(files.last))\(more)
        """
      )
      throw ExitCode(130)
    }
    let best = report.bestEpoch.map { report.epochs[$0] }
    let figures = (best?.validation ?? best?.training ?? [:]).sorted { $0.key < $1.key }.map {
      $0.key + " " + number($0.value, "%.4f")
    }
    let chosen = best.map { best in
      """
      ; best \(best.validation == nil ? "training" : "held-out") \(System.monitor.metric) in epoch \(best.epoch + 1) \
      of \(report.epochs.count): \(figures.joined(separator: ", "))
      """
    }
    try StandardOutput.writeLine("\(files.model): \(counted(model.parameterCount, "parameter"))" + (chosen ?? ""))
  }

  /// The settings of the resumed run.
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
        """
        --resume: the resumed run has --\(option.rawValue) \(before[option] ?? "none"); omit --\(option.rawValue). \
        Only --epochs and --patience may be changed.
        """)
    }
    (kept.epochs, kept.patience) = (self.settings.epochs ?? before.epochs, self.settings.patience ?? before.patience)
    return kept
  }

  private func say(_ text: String) { if !quiet { complain(text) } }
}

/// A path, quoted for a shell if necessary.
private func shellQuoted(_ path: String) -> String {
  let isPlain = path.unicodeScalars.allSatisfy {
    $0.properties.isAlphabetic || ("0"..."9").contains($0) || "/._-+,:@%".unicodeScalars.contains($0)
  }
  return isPlain ? path : "'" + path.replacingOccurrences(of: "'", with: "'\\''") + "'"
}
