// The files of a trainer's run: how it begins, resumes and saves.

import RecurrentCore
import RecurrentInterchange
import RecurrentLayers

extension Trainer {
  /// Throws when something is there that nobody said may go.
  func checkFree(_ files: RunFiles) throws(RecurrentError) {
    if options.overwrites { return }
    if let error = files.occupation(overwriting: "`overwrites`", resuming: "`resumes`") { throw error }
  }

  /// Begins a run where another one's files may be. Returns what is to be said of them.
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
        "\(files.model) is of an earlier fit (\(options.monitor.name) \(ProgressDisplay.number(best.figure))): a better epoch replaces it"
    }
    // What stands there is not this run's: were this one killed now, another would be resumed.
    if files.hasCheckpoint { try save(state, carried) }
    return notice
  }

  /// Makes sure that the model's file is the run's own, and brings both files to where it goes on.
  func resume(
    _ state: inout TrainingState, from source: RunFiles, to files: RunFiles?, _ carried: CarriedState?
  ) throws(RecurrentError) {
    let best = try source.bestModel(of: state)
    if let files, !source.isSame(as: files) {
      try checkFree(files)
      state.replaces = files.mark?.run
      try best?.write(to: files.model)
      // Last: from now on it can be resumed here, too.
      try save(state, carried)
    }
    // It was killed before it could write them.
    if best == nil, state.bestEpoch != nil { try saveBest(state) }
  }

  func saveBest(_ state: TrainingState) throws(RecurrentError) {
    guard let path = options.checkpoint, let run = state.run, let epoch = state.bestEpoch else { return }
    let best = state.bestFigure(options.monitor).map { (options.monitor.description, $0) }
    try model.save(
      to: path, metadata: options.metadata.merging(RunFiles.Mark(run: run, epoch: epoch, best: best).metadata) { $1 })
  }

  func save(_ state: TrainingState, _ carried: CarriedState?) throws(RecurrentError) {
    if let path = options.lastCheckpoint {
      try state.save(to: path, model: model, optimiser: optimiser, carried: carried, metadata: options.metadata)
    }
  }
}
