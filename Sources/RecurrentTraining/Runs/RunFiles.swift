// The files of a training run: the best parameters and the last checkpoint.

import Foundation
import RecurrentCore
import RecurrentInterchange

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The files of a run: "model.safetensors" and "model.last.safetensors", or "model" and
/// "model.last".
package struct RunFiles: Equatable, Sendable {
  /// The file of the parameters after the best epoch.
  package let model: String
  /// The last checkpoint, from which the run is resumed.
  package let last: String

  private static let ending = ".safetensors"

  /// The files of a run, by the path of the model.
  package init(model: String) {
    self.model = model
    last =
      model.hasSuffix(RunFiles.ending)
      ? model.dropLast(RunFiles.ending.count) + ".last" + RunFiles.ending : model + ".last"
  }

  /// The files of a run, by the path of either of them.
  package init(either path: String) {
    for ending in [RunFiles.ending, ""] where path.hasSuffix(".last" + ending) {
      self.init(model: path.dropLast(5 + ending.count) + ending)
      return
    }
    self.init(model: path)
  }

  /// Whether the last checkpoint exists.
  package var hasCheckpoint: Bool { AtomicFile.exists(last) }

  /// Whether these are the files of the same run, under whatever paths.
  package func isSame(as other: RunFiles) -> Bool {
    if self == other { return true }
    guard let file = FileIdentity(of: last) else { return false }
    return file == FileIdentity(of: other.last)
  }

  /// Throws, before a long run, the errors of its first save.
  package func checkWritable() throws(RecurrentError) {
    if model.isEmpty || model.hasSuffix("/") {
      throw .inputOutput(path: model, reason: "names no file; expected one to write the model to")
    }
    for path in [model, last] { try RunFiles.checkWritable(path, for: "the model") }
  }

  /// Throws if a path is not a regular file, or cannot become one.
  static func checkWritable(_ path: String, for what: String) throws(RecurrentError) {
    var information = stat()
    if stat(path, &information) == 0, information.st_mode & S_IFMT != S_IFREG {
      let kind = information.st_mode & S_IFMT == S_IFDIR ? "a folder" : "not a regular file"
      throw .inputOutput(path: path, reason: "is \(kind); expected a file to write \(what) to")
    }
    try AtomicFile.checkWritable(path)
  }

  /// The error of a new run that finds files in place; nil if there are none. `overwriting` names
  /// the option that replaces them, `resuming` the one that continues their run.
  package func occupation(overwriting: String, resuming: String) -> RecurrentError? {
    let there = [model, last].filter(AtomicFile.exists)
    guard let first = there.first else { return nil }
    let also =
      there.count == 2
      ? ", as does its checkpoint \(last)"
      : first == model ? ", without a checkpoint" : ", without its model \(model)"
    let advice = there.contains(last) ? "; \(resuming) resumes that run, \(overwriting)" : "; \(overwriting)"
    return .inputOutput(path: first, reason: "already exists" + also + advice + " replaces it, another name keeps it")
  }

  /// Throws if a run with this monitored metric and without a plateau schedule cannot be resumed
  /// from a checkpoint, whatever its data.
  package static func check(_ checkpoint: Safetensors, _ monitor: TrainingOptions.Monitor, hasValidation: Bool)
    throws(RecurrentError)
  {
    try TrainingState.check(checkpoint, monitor, hasValidation: hasValidation)
  }
}
