// `recurrent train`: a system, from data to a file.

import ArgumentParser
import Foundation
import Recurrent

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains a system on data: names, charlm, sentiment, tagger, translate or caption.",
    discussion: """
      \(TextTask.allCases.map(description).joined(separator: "\n"))

      The best epoch's parameters are in the output file, with settings and vocabularies; MODEL.last.safetensors beside it has what is \
      needed to go on. Ctrl-C ends a run so that nothing is lost.

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
    let d = task.system.defaults
    func rounded(_ number: Float) -> String { String(format: "%g", number) }
    return """
      \(task.rawValue): \(what)
        \(d.cell.rawValue), embedding \(d.embeddingSize), hidden \(d.hiddenSize), layers \(d.layers), dropout \(rounded(d.dropout))
        epochs \(d.epochs), batch \(d.batchSize), learning rate \(rounded(d.learningRate)) (\(d.schedule.rawValue)), clip \(rounded(d.clipNorm))
      """
  }

  @Argument(help: "The task.") var task: TextTask
  @OptionGroup var data: DataOptions
  @Option(help: "The model's file (default: TASK.safetensors, or that of the run that is resumed).", completion: .file(extensions: ["safetensors"]))
  var output: String?
  @Option(
    help: "A model's file, or its last checkpoint: goes on with that run, with its settings; --epochs may be another.",
    completion: .file(extensions: ["safetensors"]))
  var resume: String?
  @Flag(help: "Shows no progress.") var quiet = false
  @OptionGroup(title: "Settings (each task has defaults of its own)") var settings: SettingsOptions
  @OptionGroup(title: "Engine") var engine: EngineOptions

  func run() throws {
    try train(task.system)
  }

  private func train<System: TextSystem>(_: System.Type) throws {
    let source = try data.source(for: task, isTest: false)
    var settings = try self.settings.settings(System.defaults(for: source), for: task)
    let backend = try engine.makeBackend()
    let output: String
    if let resume {
      let run = RunFiles(resume)
      output = self.output ?? run.model
      settings = try resumed(System.self, from: run, to: RunFiles(output))
    } else {
      output = self.output ?? task.rawValue + ".safetensors"
    }
    try RunFiles(output).checkWritable()

    let samples = try System.samples(in: source)
    if case .own = source { say("No data was given: training on the small set that comes with this program") }
    say(
      "\(task.rawValue): \(samples.count) samples, \(settings.cell.rawValue) of \(settings.hiddenSize) units, \(backend.name) backend, "
        + "threads: \(backend.pool.threads)")
    System.notes(on: samples, settings, isTraining: true).forEach { complain("Warning: " + $0) }
    let (model, report) = try System.train(
      on: samples, settings: settings, checkpoint: output, resumes: resume != nil, progress: quiet ? .none : .standardError, backend: backend)
    if report.wasInterrupted {
      complain("Go on with: recurrent train \(task.rawValue) --resume \(RunFiles(output).last), with the same data")
      throw ExitCode(130)
    }
    let best = report.bestEpoch.map { report.epochs[$0] }
    let figures = (best?.validation ?? best?.training ?? [:]).sorted { $0.key < $1.key }.map { $0.key + String(format: " %.4f", $0.value) }
    let chosen = best.map {
      ", epoch \($0.epoch + 1) of \(report.epochs.count): \($0.validation == nil ? "training" : "held-out") \(figures.joined(separator: ", "))"
    }
    print("\(output): \(model.parameterCount) parameters" + (chosen ?? ""))
  }

  /// The settings of the run that is resumed; its files are copied when it is to go on under another name.
  private func resumed<System: TextSystem>(_: System.Type, from run: RunFiles, to output: RunFiles) throws -> SystemSettings {
    var kept = try System(contentsOf: run.last).settings
    let before = kept
    kept = try self.settings.settings(before, for: task)
    kept.epochs = before.epochs
    guard kept == before else {
      throw ValidationError("--resume: settings but for --epochs are those of the run that is resumed; leave them out.")
    }
    kept.epochs = self.settings.epochs ?? before.epochs
    if output.last != run.last {
      for (from, to) in [(run.last, output.last), (run.model, output.model)] where FileManager.default.fileExists(atPath: from) {
        try Safetensors(contentsOf: from).write(to: to)
      }
    }
    return kept
  }

  private func say(_ text: String) { if !quiet { complain(text) } }
}

/// The two files of a run.
struct RunFiles {
  let model: String
  let last: String

  /// Either of them names both.
  init(_ path: String) {
    let ending = ".last.safetensors"
    var options = TrainingOptions()
    options.checkpoint = path.hasSuffix(ending) ? path.dropLast(ending.count) + ".safetensors" : path
    (model, last) = (options.checkpoint!, options.lastCheckpoint!)
  }

  /// Throws before a long run, instead of after it.
  func checkWritable() throws {
    let folder = (model as NSString).deletingLastPathComponent
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: model, isDirectory: &isFolder), isFolder.boolValue {
      throw RecurrentError.inputOutput(path: model, reason: "is a folder; expected a file to write the model to")
    }
    guard FileManager.default.fileExists(atPath: folder.isEmpty ? "." : folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw RecurrentError.inputOutput(path: model, reason: "the folder to write it to is not there")
    }
    guard FileManager.default.isWritableFile(atPath: folder.isEmpty ? "." : folder) else {
      throw RecurrentError.inputOutput(path: model, reason: "its folder cannot be written to")
    }
  }
}
