// The file of a run's best parameters, and the run and epoch that it names.

import RecurrentCore
import RecurrentInterchange

extension RunFiles {
  /// The run and epoch that a model's file names in its metadata.
  struct Mark {
    /// The identity of the run; "" for a file that no run wrote.
    var run: String
    var epoch: Int
    /// The monitored metric and its value; nil in files of earlier versions.
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

    /// The metadata to write.
    var metadata: [String: String] {
      [Mark.run: run, Mark.epoch: String(epoch)].merging(
        best.map { [Mark.monitor: $0.monitor, Mark.figure: "\($0.figure)"] } ?? [:]
      ) { $1 }
    }
  }

  /// The file at the model's path and its mark; nil if there is none. A file that cannot be read
  /// has the mark of no run.
  private var found: (file: Safetensors?, mark: Mark)? {
    guard AtomicFile.exists(model) else { return nil }
    let file = try? Safetensors(contentsOf: model)
    return (file, file.map(Mark.init) ?? Mark(run: "", epoch: -1))
  }

  /// The mark of the model's file; nil if there is no file.
  var mark: Mark? { found?.mark }

  /// The model's file, if it is that of the run's best epoch. nil if it is still to be written:
  /// there is no best epoch yet, or the run was killed before it could write it. Throws if it is
  /// another file.
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
    // An unreadable file throws the reason.
    if found?.file == nil { _ = try Safetensors(contentsOf: model) }
    throw .invalidFile(
      path: model,
      reason: isOurs
        ? "is from epoch \(mark.epoch + 1) of its run, where \(last) says that epoch \(best + 1) was the best"
        : "is of another run than \(last): they do not belong together")
  }
}
