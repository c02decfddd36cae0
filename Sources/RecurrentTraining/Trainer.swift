// The loop of training: epochs, batches, evaluation, checkpoints, and every way in which it may
// end.

import RecurrentCore
import RecurrentInterchange
import RecurrentLayers

/// Trains a model, epoch by epoch, and loses nothing on the way.
///
/// ```swift
/// let trainer = Trainer(model, Adam(learningRate: 2e-3), options, backend: backend)
/// let report = try trainer.fit(.bucketed(samples, size: 32) { $0.tokens.count }, validation: .bucketed(heldOut, size: 64)) { batch, tape in
///   let logits = model(batch, tape)
///   return StepResult(loss: crossEntropy(logits, labels), metrics: ["accuracy": accuracy(logits.value, labels)], weight: batch.count)
/// }
/// ```
///
/// With `Options.checkpoint` set, the parameters after the best epoch are in that file, and all
/// that the run needs to go on is in a second one beside it ("model.safetensors" and
/// "model.last.safetensors"): parameters, the optimiser's moments, the place in the epoch. Both are
/// replaced as a whole, and dropout and the order of samples follow from the seed and the place
/// alone; so a run that was killed at any moment and is resumed ends with the same bits as one that
/// was not. Both say which run they are of, files of different runs are not taken for one, and a
/// lock keeps a second run out while one writes to them.
///
/// `fit` called again is a run of its own, from the parameters and moments as they are: epochs,
/// steps and schedule begin anew. With `Options.resumes` it goes on with the run before instead, up
/// to `Options.epochs` in all. The file of an earlier fit of the same trainer is replaced by a
/// better epoch only.
public final class Trainer<Model: Module> {
  public let model: Model
  public let optimiser: Optimiser
  public var options: TrainingOptions
  private let backend: any Backend
  /// The runs of this trainer so far.
  private var runs: Set<String> = []

  public init(
    _ model: Model, _ optimiser: Optimiser, _ options: TrainingOptions = TrainingOptions(), backend: any Backend
  ) {
    (self.model, self.optimiser, self.options, self.backend) = (model, optimiser, options, backend)
  }

  /// One rule for all parameters.
  public convenience init(
    _ model: Model, _ rule: some UpdateRule, _ options: TrainingOptions = TrainingOptions(), backend: any Backend
  ) {
    self.init(model, Optimiser(model, rule, backend: backend), options, backend: backend)
  }

  /// Trains until the last epoch, until early stopping, or until Ctrl-C.
  /// - Parameters: - training: best made before: the compiler then finds a mistake in `step` soon,
  ///   as the article "Training" says. - validation: batches that are not trained on; the monitored
  ///   figure is theirs then. - carried: a state that the step carries from batch to batch. - step:
  ///   computes the loss of a batch, in training and in evaluation (`tape.mode`).
  /// - Throws: `diverged` when the loss or the gradient is not finite, before any parameter has
  ///   taken it in; or when an update leaves a parameter or a moment that is not, before it is used
  ///   or saved (the model in memory has it then). What `step` throws. An error about files that
  ///   cannot be written, are there already, are another run's at the moment, or cannot be resumed
  ///   from.
  @discardableResult
  public func fit<Batch>(
    _ training: Batches<Batch>, validation: Batches<Batch>? = nil, carried: CarriedState? = nil,
    step: (_ batch: Batch, _ tape: Tape) throws -> StepResult
  ) throws -> TrainingReport {
    if let patience = options.patience { require(patience >= 0, "Trainer: patience \(patience) must be zero or more") }
    require(
      TrainingState.batchesPerStep ~= options.batchesPerStep,
      "Trainer: batchesPerStep \(options.batchesPerStep) must be in \(TrainingState.batchesPerStep)")
    var display = ProgressDisplay(options.progress)
    let files = options.checkpoint.map(RunFiles.init(model:))
    try files?.checkWritable()
    let lock = try files.map { (files) throws(RecurrentError) in try RunLock(files.model) }
    defer { lock?.release() }
    if let warning = lock?.warning { display.line(warning) }
    var history = try options.history.map { (path) throws(RecurrentError) in try History(path, beside: files) }
    var state = TrainingState(
      seed: options.seed, rule: optimiser.description, plateau: options.plateau, batchesPerStep: options.batchesPerStep)
    for path in files.map({ [$0.model, $0.last] }) ?? [] { AtomicFile.removeLeftovers(of: path) }
    if let source = options.resumesFrom.map(RunFiles.init(either:))
      ?? (options.resumes ? files.flatMap { $0.hasCheckpoint ? $0 : nil } : nil)
    {
      state = try TrainingState(
        resuming: source.last, model: model, optimiser: optimiser, carried: carried, expected: state,
        monitor: options.monitor,
        training: training, validation: validation)
      try history?.resume(after: state.epochs, source.last)
      try resume(&state, from: source, to: files, carried)
      let place =
        state.epoch < options.epochs
        ? "at epoch \(state.epoch + 1), batch \(state.batch)" : "after its last epoch, \(state.epoch)"
      display.line("Resumed from \(source.last) \(place)")
      if let change = rateChange(state) { display.line(change) }
    } else {
      state.stepsBefore = optimiser.steps == 0 ? nil : optimiser.steps
      if let files { try checkFree(files) }
      try history?.begin(overwrites: options.overwrites)
      if let files, let notice = try begin(&state, at: files, carried) { display.line(notice) }
    }
    if let run = state.run { runs.insert(run) }
    if let name = model.firstNonFiniteParameter { throw RecurrentError.notFinite(parameter: name) }
    let tape = Tape(seed: options.seed, backend: backend)
    func report(interrupted: Bool = false) -> TrainingReport {
      TrainingReport(
        epochs: state.epochs, steps: state.step, bestEpoch: state.bestEpoch,
        stoppedEarly: state.stopsEarly(options.patience),
        wasInterrupted: interrupted)
    }

    func leave(after batch: Int, of batches: Int) throws -> TrainingReport {
      try save(state, carried)
      let saved = options.lastCheckpoint.map { "saved to \($0), from where it can be resumed" }
      display.line(
        "Interrupted in epoch \(state.epoch + 1) after \(batch) of \(batches) batches; "
          + (saved ?? "nothing was saved: no checkpoint was asked for"))
      return report(interrupted: true)
    }

    func run() throws -> TrainingReport {
      while state.epoch < options.epochs, !state.stopsEarly(options.patience) {
        let batches = state.beginEpoch(training, validation)
        if state.batch == 0 { carried?.values = nil }
        display.beginEpoch(state.epoch, of: options.epochs, batches: batches.count, from: state.batch)
        while state.batch < batches.count {
          if Interruption.signal != 0 { return try leave(after: state.batch, of: batches.count) }
          let end = min(state.batch + options.batchesPerStep, batches.count)
          let loss = try update(batches[state.batch..<end], of: training, &state, tape, step)
          state.batch = end
          state.step += 1
          if let interval = options.checkpointInterval, state.step % max(1, interval) == 0, state.batch < batches.count
          {
            try save(state, carried)
          }
          display.update(done: state.batch, loss: loss)
        }
        let validated = try validation.map {
          try evaluate(
            $0, carried: carried, while: { Interruption.signal == 0 }, after: { display.validate(done: $0, of: $1) },
            step)
        }
        // The epoch is not over before it is evaluated: a resumed run begins with that.
        if Interruption.signal != 0 { return try leave(after: state.batch, of: batches.count) }
        let isBest = try state.finishEpoch(
          validated, rateFactor: rateFactor(at: max(0, state.step - 1), state), options.monitor)
        display.endEpoch(state.epochs.last!.line(of: options.epochs))
        // In this order: a run that is killed between the two finds the best parameters in the
        // checkpoint.
        try save(state, carried)
        if isBest { try saveBest(state) }
        try history?.write(state.epochs)
      }
      if state.stopsEarly(options.patience) {
        let best =
          state.bestEpoch.map { "the best was epoch \($0 + 1)" }
          ?? (state.bestBefore == nil ? "none had a figure to compare" : "none was better than the earlier fit")
        display.line("Stopped early: no improvement for \(state.epoch - 1 - (state.bestEpoch ?? -1)) epochs; \(best)")
      }
      if state.bestEpoch == nil, state.bestBefore != nil, let path = options.checkpoint {
        display.line("\(path) is as it was: no epoch was better than the earlier fit")
      }
      return report()
    }
    return try options.handlesInterruption ? Interruption.watching(run) : run()
  }

  /// What the learning rate is multiplied by in a step of the epoch that a run is in.
  private func rateFactor(at step: Int, _ state: TrainingState) -> Float {
    scheduleFactor(at: step, epoch: state.epoch) * (state.plateau?.factor ?? 1)
  }

  private func scheduleFactor(at step: Int, epoch: Int) -> Float {
    options.schedule.factor(at: options.scheduleUnit == .step ? step : epoch)
  }

  /// Says that the learning rate of a resumed run is not what its schedule leads to from the last
  /// step; nil when it is, or nothing is left to do.
  private func rateChange(_ state: TrainingState) -> String? {
    guard let before = state.scheduleFactor, state.step > 0, state.epoch < options.epochs,
      !state.stopsEarly(options.patience)
    else { return nil }
    let last = scheduleFactor(at: state.step - 1, epoch: state.batch == 0 ? state.epoch - 1 : state.epoch)
    let next = scheduleFactor(at: state.step, epoch: state.epoch)
    // Other machines may compute a cosine otherwise in its last bits.
    func isNear(_ a: Float, _ b: Float) -> Bool { abs(a - b) <= 1e-4 * max(abs(a), abs(b)) }
    if isNear(last, before) || isNear(next, before) { return nil }
    let rate = (optimiser.groups.first?.rule.learningRate ?? 1) * (state.plateau?.factor ?? 1)
    func text(_ factor: Float) -> String { ProgressDisplay.number(Double(rate * factor)) }
    return "The learning rate changes from \(text(before)) to \(text(next)): the schedule is not the one "
      + "that the run had so far; one over all of a run's steps depends on the number of epochs"
  }

  /// One step, over one batch or more. Returns their mean loss.
  private func update<Batch>(
    _ group: ArraySlice<[Int]>, of batches: Batches<Batch>, _ state: inout TrainingState, _ tape: Tape,
    _ step: (Batch, Tape) throws -> StepResult
  ) throws -> Float {
    optimiser.zeroGradients()
    optimiser.rateFactor = rateFactor(at: state.step, state)
    state.scheduleFactor = scheduleFactor(at: state.step, epoch: state.epoch)
    var (losses, weights) = (0.0, 0.0)
    for (place, samples) in group.enumerated() {
      // Numbers of their own, so that dropout is not the same in all of them.
      tape.begin(step: state.step * options.batchesPerStep + place)
      let result = try step(batches.make(samples), tape)
      require(
        result.loss.shape.count == 1, "Trainer: the loss has shape \(result.loss.shape), expected a single number")
      let loss = result.loss.value.elements[0]
      guard loss.isFinite else { throw RecurrentError.diverged(step: state.step, loss: loss, gradientNorm: .nan) }
      let weight = group.count == 1 ? 1 : Float(result.weight)
      result.loss.backward(Tensor([weight], shape: result.loss.shape))
      losses += Double(weight) * Double(loss)
      weights += Double(weight)
      state.sums.add(loss, result)
    }
    if group.count > 1, weights > 0 { optimiser.divideGradients(by: Float(weights)) }
    let loss = Float(losses / (weights > 0 ? weights : 1))
    let norm = options.clipNorm.map { optimiser.clipGradients(toNorm: $0) } ?? optimiser.gradientNorm()
    guard norm.isFinite else { throw RecurrentError.diverged(step: state.step, loss: loss, gradientNorm: norm) }
    if let name = optimiser.step() {
      throw RecurrentError.diverged(step: state.step, loss: loss, gradientNorm: norm, parameter: name)
    }
    return loss
  }

  /// The weighted means of loss and metrics over batches, in evaluation mode. Throws when a
  /// parameter is not finite.
  public func evaluate<Batch>(
    _ batches: Batches<Batch>, carried: CarriedState? = nil, step: (_ batch: Batch, _ tape: Tape) throws -> StepResult
  ) throws -> [String: Double] {
    if let name = model.firstNonFiniteParameter { throw RecurrentError.notFinite(parameter: name) }
    return try evaluate(batches, carried: carried, while: { true }, after: { _, _ in }, step)
  }

  private func evaluate<Batch>(
    _ batches: Batches<Batch>, carried: CarriedState?, while goesOn: () -> Bool,
    after: (_ done: Int, _ batches: Int) -> Void,
    _ step: (Batch, Tape) throws -> StepResult
  ) throws -> [String: Double] {
    let before = carried?.values
    carried?.values = nil
    defer { carried?.values = before }
    let tape = Tape(.evaluation, seed: options.seed, backend: backend)
    var sums = MetricSums()
    let order = batches.epoch(0)
    for (number, batch) in order.enumerated() where goesOn() {
      tape.begin(step: 0)
      let result = try step(batches.make(batch), tape)
      sums.add(result.loss.value.elements[0], result)
      after(number + 1, order.count)
    }
    return sums.means
  }

  // MARK: Files

  /// Throws when something is there that nobody said may go.
  private func checkFree(_ files: RunFiles) throws(RecurrentError) {
    if options.overwrites { return }
    if let error = files.occupation(overwriting: "`overwrites`", resuming: "`resumes`") { throw error }
  }

  /// Begins a run where another one's files may be. Returns what is to be said of them.
  private func begin(_ state: inout TrainingState, at files: RunFiles, _ carried: CarriedState?) throws(RecurrentError)
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
  private func resume(
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

  private func saveBest(_ state: TrainingState) throws(RecurrentError) {
    guard let path = options.checkpoint, let run = state.run, let epoch = state.bestEpoch else { return }
    let best = state.bestFigure(options.monitor).map { (options.monitor.description, $0) }
    try model.save(
      to: path, metadata: options.metadata.merging(RunFiles.Mark(run: run, epoch: epoch, best: best).metadata) { $1 })
  }

  private func save(_ state: TrainingState, _ carried: CarriedState?) throws(RecurrentError) {
    if let path = options.lastCheckpoint {
      try state.save(to: path, model: model, optimiser: optimiser, carried: carried, metadata: options.metadata)
    }
  }
}

/// How to train. The defaults train for ten epochs, and save nothing.
public struct TrainingOptions: Sendable {
  /// What is counted for a schedule.
  public enum ScheduleUnit: Sendable { case step, epoch }

  /// Where progress is shown.
  public enum Progress: Sendable {
    /// On standard error: a bar that moves on a terminal, a line every ten seconds elsewhere; a
    /// line for each epoch.
    case standardError
    /// Every line goes to a function.
    case lines(@Sendable (String) -> Void)
    case none
  }

  /// The figure by which epochs are compared.
  public enum Monitor: Sendable {
    case lowest(String)
    case highest(String)

    /// The figure's name.
    public var figure: String {
      switch self {
      case .lowest(let name), .highest(let name): name
      }
    }
  }

  public var epochs = 10
  /// Of dropout; that of `Batches` is given there.
  public var seed: UInt64 = 0
  /// The batches whose gradients make one parameter update: as one batch of all of them would,
  /// where the loss is a mean over what `StepResult.weight` counts. The last update of an epoch may
  /// have fewer. Steps, of schedules too, are updates; `tape.step` is another number for each
  /// batch.
  public var batchesPerStep = 1
  /// Gradients whose norm is above this are scaled down to it.
  public var clipNorm: Float?
  public var schedule = Schedule.constant
  /// What the schedule's numbers count.
  public var scheduleUnit = ScheduleUnit.step
  /// Lowers the learning rate, beside what the schedule does, when the monitored figure, one to be
  /// low, no longer falls.
  public var plateau: PlateauSchedule?
  /// The figure by which the best epoch is found; validation's where there is one.
  public var monitor = Monitor.lowest("loss")
  /// Stops after so many epochs in a row that are not better than the best one; 0 and 1 both mean
  /// the first.
  public var patience: Int?
  /// The file for the parameters after the best epoch, for example "model.safetensors". One that is
  /// there already, or its checkpoint, is an error unless `overwrites` or `resumes` says what is to
  /// be done with it.
  public var checkpoint: String?
  /// What both files say beside, in their metadata: how to make the model, for example. Keys that
  /// begin with "training" are taken.
  public var metadata: [String: String] = [:]
  /// Also saves what a resumed run needs after every so many steps; at the end of every epoch it is
  /// saved anyway.
  public var checkpointInterval: Int?
  /// A file for the figures of every epoch, a row each: "run.csv" (comma-separated values) or
  /// "run.jsonl" (a JSON object a line), by its ending. Rows are added as epochs end; a resumed run
  /// adds those that are missing. Columns: `epoch`, from 1; `rate_factor`, what the learning rate
  /// was multiplied by in the epoch's last step; `training_loss` and `training_` with every other
  /// figure's name; `validation_loss` and so on likewise. A file that is there already is an error,
  /// unless it is this run's, which is resumed, or `overwrites` is set.
  public var history: String?
  /// Goes on from where the last checkpoint was, if there is one.
  public var resumes = false
  /// Goes on with another run, of that model's file or last checkpoint, and writes to `checkpoint`
  /// from then on.
  public var resumesFrom: String?
  /// Whether a run that begins anew replaces what is at `checkpoint` already, as soon as it has
  /// something to save.
  public var overwrites = false
  public var progress = Progress.standardError
  /// Whether the first Ctrl-C (or SIGTERM) has `fit` save and return.
  public var handlesInterruption = true

  public init() {}

  /// The file that a run is resumed from: "model.last.safetensors" beside "model.safetensors",
  /// "model.last" beside "model".
  public var lastCheckpoint: String? { checkpoint.map { RunFiles(model: $0).last } }
}

/// How a training run ended.
public struct TrainingReport: Sendable, Equatable {
  public let epochs: [EpochReport]
  /// The parameter updates so far.
  public let steps: Int
  /// The number of the best epoch, from 0; nil when none had a figure to compare, or none was
  /// better than an earlier fit whose file was there.
  public let bestEpoch: Int?
  public let stoppedEarly: Bool
  /// Whether Ctrl-C ended it.
  public let wasInterrupted: Bool
}

/// An epoch's figures, "loss" among them.
public struct EpochReport: Sendable, Equatable, Codable {
  /// From 0.
  public let epoch: Int
  public let training: [String: Double]
  public let validation: [String: Double]?
  /// What the learning rate was multiplied by in the last step.
  public let rateFactor: Float

  func line(of epochs: Int) -> String {
    func list(_ figures: [String: Double]) -> String {
      figures.sorted { ($0.key != "loss" ? 1 : 0, $0.key) < ($1.key != "loss" ? 1 : 0, $1.key) }
        .map { "\($0.key) \(ProgressDisplay.number($0.value))" }.joined(separator: ", ")
    }
    return "Epoch \(epoch + 1)/\(epochs): \(list(training))" + (validation.map { "; validation \(list($0))" } ?? "")
  }
}
