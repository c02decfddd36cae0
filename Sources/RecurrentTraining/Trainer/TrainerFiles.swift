// The files of a trainer's run: beginning, resuming and saving.

import RecurrentCore
import RecurrentInterchange
import RecurrentLayers

extension Trainer {
  /// Throws if files exist that the options do not allow to replace.
  func checkFree(_ files: RunFiles) throws(RecurrentError) {
    if options.overwrites { return }
    if let error = files.occupation(overwriting: "`overwrites`", resuming: "`resumes`") { throw error }
  }

  /// Begins a run where files of another may exist. Returns a message about them, if any.
  func begin(_ state: inout TrainingState, at files: RunFiles, _ carried: CarriedState?) throws(RecurrentError)
    -> String?
  {
    let mark = files.mark
    state.replaces = mark?.run
    var notice: String?
    if let mark, runs.contains(mark.run), let best = mark.best, best.monitor == options.monitor.description,
      !best.figure.isNaN
    {
      state.bestBefore = options.monitor.sign * best.figure
      notice =
        "\(files.model) is of an earlier fit (\(options.monitor.figure) \(ProgressDisplay.number(best.figure))): a better epoch replaces it"
    }
    // Replaces the checkpoint of the run before, which would otherwise be resumed if this run were
    // killed now.
    if files.hasCheckpoint { try save(state, carried) }
    return notice
  }

  /// Checks that the model's file belongs to the run, and brings both files up to date.
  func resume(
    _ state: inout TrainingState, from source: RunFiles, to files: RunFiles?, _ carried: CarriedState?
  ) throws(RecurrentError) {
    let best = try source.bestModel(of: state)
    if let files, !source.isSame(as: files) {
      try checkFree(files)
      state.replaces = files.mark?.run
      try best?.write(to: files.model)
      // Last: from now on the run can be resumed from these files too.
      try save(state, carried)
    }
    // The run was killed before it could write the best parameters.
    if best == nil, state.bestEpoch != nil { try saveBest(state) }
  }

  /// Writes the parameters of the best epoch.
  func saveBest(_ state: TrainingState) throws(RecurrentError) {
    guard let path = options.checkpoint, let run = state.run, let epoch = state.bestEpoch else { return }
    let best = state.bestFigure(options.monitor).map { (options.monitor.description, $0) }
    try model.save(
      to: path, metadata: options.metadata.merging(RunFiles.Mark(run: run, epoch: epoch, best: best).metadata) { $1 })
  }

  /// Writes the checkpoint.
  func save(_ state: TrainingState, _ carried: CarriedState?) throws(RecurrentError) {
    if let path = options.lastCheckpoint {
      try state.save(to: path, model: model, optimiser: optimiser, carried: carried, metadata: options.metadata)
    }
  }
}
