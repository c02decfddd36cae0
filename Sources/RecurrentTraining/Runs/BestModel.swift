// The file of a run's best parameters: which run and epoch wrote it.

import RecurrentCore
import RecurrentInterchange

extension RunFiles {
  /// What a model's file says of the run that wrote it.
  struct Mark {
    /// "" for a file that no run wrote.
    var run: String
    var epoch: Int
    /// By what the epoch was the best, and that figure; nil in files from before this was written.
    var best: (monitor: String, figure: Double)?

    private static let (run, epoch, monitor, figure) = (
      "training.run", "training.epoch", "training.monitor", "training.best"
    )

    init(run: String, epoch: Int, best: (monitor: String, figure: Double)? = nil) {
      (self.run, self.epoch, self.best) = (run, epoch, best)
    }

    init(_ file: Safetensors) {
      run = file.metadata[Mark.run] ?? ""
      epoch = file.metadata[Mark.epoch].flatMap(Int.init).flatMap { 0..<1 << 40 ~= $0 ? $0 : nil } ?? -1
      if let monitor = file.metadata[Mark.monitor], let figure = file.metadata[Mark.figure].flatMap(Double.init) {
        best = (monitor, figure)
      }
    }

    var metadata: [String: String] {
      [Mark.run: run, Mark.epoch: String(epoch)].merging(
        best.map { [Mark.monitor: $0.monitor, Mark.figure: "\($0.figure)"] } ?? [:]
      ) { $1 }
    }
  }

  /// What is at the model's path, and whose it is; nil when nothing is. A file that cannot be read
  /// is nobody's.
  private var found: (file: Safetensors?, mark: Mark)? {
    guard AtomicFile.exists(model) else { return nil }
    let file = try? Safetensors(contentsOf: model)
    return (file, file.map(Mark.init) ?? Mark(run: "", epoch: -1))
  }

  /// Whose parameters are in the model's file, run "" for none; nil when there is no file.
  var mark: Mark? { found?.mark }

  /// The model's file, where it is the one that the run's checkpoint speaks of; nil where it is
  /// still to be written: no epoch was the best yet, or the run was killed before it could write
  /// what the checkpoint holds. Throws when it is something else.
  func bestModel(of state: TrainingState) throws(RecurrentError) -> Safetensors? {
    let found = found
    let isReplaced = found == nil || found?.mark.run == state.replaces
    guard let best = state.bestEpoch else {
      if isReplaced { return nil }
      throw .invalidFile(
        path: model, reason: "is not of the run of \(last), which has no best epoch yet: they do not belong together")
    }
    let isOurs = found?.mark.run == state.run
    if isOurs, found?.mark.epoch == best { return found?.file }
    if state.isAtBest, isReplaced || isOurs && found!.mark.epoch < best { return nil }
    guard let mark = found?.mark else {
      throw .inputOutput(
        path: model, reason: "no such file; \(last) says that the parameters of its best epoch, \(best + 1), are in it")
    }
    // What cannot be read says why.
    if found?.file == nil { _ = try Safetensors(contentsOf: model) }
    throw .invalidFile(
      path: model,
      reason: isOurs
        ? "is from epoch \(mark.epoch + 1) of its run, where \(last) says that epoch \(best + 1) was the best"
        : "is of another run than \(last): they do not belong together")
  }
}
