// The training loop: epochs, evaluation, checkpoints, early stopping, interruption.

import RecurrentCore
import RecurrentInterchange
import RecurrentLayers

/// Trains a model: epochs, evaluation, checkpoints, early stopping, interruption.
///
/// ```swift
/// let trainer = Trainer(model, Adam(learningRate: 2e-3), options, backend: backend)
/// let training = Batches.bucketed(samples, size: 32) { $0.tokens.count }
/// let report = try trainer.fit(training, validation: .bucketed(heldOut, size: 64)) { batch, tape in
///   let logits = model(batch, tape)
///   return StepResult(
///     loss: crossEntropy(logits, labels), metrics: ["accuracy": accuracy(logits.value, labels)],
///     weight: batch.count)
/// }
/// ```
///
/// Files, if `TrainingOptions.checkpoint` is set:
///
/// - That file holds the parameters after the best epoch. A second one beside it
///   ("model.last.safetensors" beside "model.safetensors") holds the checkpoint: parameters, the
///   optimiser's moments, and the position in the epoch.
/// - Both are replaced as a whole. Dropout and the order of samples depend only on the seed and the
///   position. Therefore a run that was killed at any time and is resumed ends with the same bits
///   as one that was not.
/// - Both name their run, so that files of different runs are not mixed. A lock keeps a second run
///   from writing to them.
///
/// A second call of `fit` is a new run from the current parameters and moments, with epochs, steps
/// and schedule from the beginning. With `TrainingOptions.resumes` it continues the run before, up
/// to `TrainingOptions.epochs` in all. The file of an earlier fit of the same trainer is replaced
/// only by a better epoch.
public final class Trainer<Model: Module> {
  /// The model.
  public let model: Model
  /// The optimiser.
  public let optimiser: Optimiser
  /// The options of the next `fit`.
  public var options: TrainingOptions
  private let backend: any Backend
  /// The identities of this trainer's runs so far.
  var runs: Set<String> = []

  /// Creates a trainer with an optimiser.
  public init(
    _ model: Model, _ optimiser: Optimiser, _ options: TrainingOptions = TrainingOptions(), backend: any Backend
  ) {
    (self.model, self.optimiser, self.options, self.backend) = (model, optimiser, options, backend)
  }

  /// Creates a trainer with one update rule for all parameters.
  public convenience init(
    _ model: Model, _ rule: some UpdateRule, _ options: TrainingOptions = TrainingOptions(), backend: any Backend
  ) {
    self.init(model, Optimiser(model, rule, backend: backend), options, backend: backend)
  }

  /// Trains until the last epoch, early stopping, or Ctrl-C. See <doc:Training>.
  /// - Parameters:
  ///   - training: the batches to train on. If they are made in a statement before this call,
  ///     compiler errors in `step` are shorter.
  ///   - validation: batches to evaluate after each epoch; the monitored metric is then theirs.
  ///   - carried: a state that `step` carries from batch to batch.
  ///   - step: computes the loss of a batch, in training and in evaluation (`Tape.mode`).
  /// - Returns: the report of the run.
  /// - Throws: `RecurrentError.diverged` if the loss or the gradient is not finite, before any
  ///   parameter is updated; or if an update makes a parameter or a moment non-finite, before it is
  ///   used or saved (the model in memory then has it). An error about files that cannot be
  ///   written, exist already, are in use by another run, or cannot be resumed from. Any error of
  ///   `step`.
  @discardableResult
  public func fit<Batch>(
    _ training: Batches<Batch>, validation: Batches<Batch>? = nil, carried: CarriedState? = nil,
    step: (_ batch: Batch, _ tape: Tape) throws -> StepResult
  ) throws -> TrainingReport {
    if let patience = options.patience { require(patience >= 0, "Trainer: patience \(patience) must be zero or more") }
    require(
      TrainingState.batchesPerStep ~= options.batchesPerStep,
      "Trainer: batchesPerStep \(options.batchesPerStep) must be in \(TrainingState.batchesPerStep)")
    require(
      options.precision != .int8,
      "Trainer: int8 is for evaluation; train in float32 or bfloat16 and convert the model")
    var display = ProgressDisplay(options.progress)
    let files = options.checkpoint.map(RunFiles.init(model:))
    try files?.checkWritable()
    let lock = try files.map { (files) throws(RecurrentError) in try RunLock(files.model) }
    defer { lock?.release() }
    if let warning = lock?.warning { display.line(warning) }
    var history = try options.history.map { (path) throws(RecurrentError) in try History(path, beside: files) }
    var state = TrainingState(
      seed: options.seed, rule: optimiser.description, plateau: options.plateau, batchesPerStep: options.batchesPerStep,
      precision: options.precision)
    for path in files.map({ [$0.model, $0.last] }) ?? [] { AtomicFile.removeLeftovers(of: path) }
    if let source = options.resumesFrom.map(RunFiles.init(either:))
      ?? (options.resumes ? files.flatMap { $0.hasCheckpoint ? $0 : nil } : nil)
    {
      state = try TrainingState(
        resuming: source.last, model: model, optimiser: optimiser, carried: carried, expected: state,
        monitor: options.monitor, training: training, validation: validation)
      try history?.resume(after: state.epochs, source.last)
      try resume(&state, from: source, to: files, carried)
      let place =
        state.epoch < options.epochs
        ? "at epoch \(state.epoch + 1), batch \(state.batch)"
        : "after its last epoch, \(state.epoch): nothing is left of a run of \(counted(options.epochs, "epoch"))"
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
    let tape = Tape(seed: options.seed, backend: backend, precision: options.precision)
    func report(interrupted: Bool = false) -> TrainingReport {
      TrainingReport(
        epochs: state.epochs, steps: state.step, bestEpoch: state.bestEpoch,
        stoppedEarly: state.stopsEarly(options.patience),
        wasInterrupted: interrupted)
    }

    func stop(after batch: Int, of batches: Int) throws -> TrainingReport {
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
          if Interruption.signal != 0 { return try stop(after: state.batch, of: batches.count) }
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
        // An epoch ends after its evaluation, so that a resumed run begins with it.
        if Interruption.signal != 0 { return try stop(after: state.batch, of: batches.count) }
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
          ?? (state.bestBefore == nil ? "none had the monitored metric" : "none was better than the earlier fit")
        let epochs = counted(state.epoch - 1 - (state.bestEpoch ?? -1), "epoch")
        display.line("Stopped early: no improvement for \(epochs); \(best)")
      }
      if state.bestEpoch == nil, state.bestBefore != nil, let path = options.checkpoint {
        display.line("\(path) is as it was: no epoch was better than the earlier fit")
      }
      return report()
    }
    return try options.handlesInterruption ? Interruption.watching(run) : run()
  }

  /// The factor of the learning rate in a step of the current epoch.
  private func rateFactor(at step: Int, _ state: TrainingState) -> Float {
    scheduleFactor(at: step, epoch: state.epoch) * (state.plateau?.factor ?? 1)
  }

  /// The schedule's factor.
  private func scheduleFactor(at step: Int, epoch: Int) -> Float {
    options.schedule.factor(at: options.scheduleUnit == .step ? step : epoch)
  }

  /// A message if the learning rate of a resumed run does not continue that of its last step; nil
  /// if it does, or if no steps are left.
  private func rateChange(_ state: TrainingState) -> String? {
    guard let before = state.scheduleFactor, state.step > 0, state.epoch < options.epochs,
      !state.stopsEarly(options.patience)
    else { return nil }
    let last = scheduleFactor(at: state.step - 1, epoch: state.batch == 0 ? state.epoch - 1 : state.epoch)
    let next = scheduleFactor(at: state.step, epoch: state.epoch)
    // The last bits of a cosine may differ between machines.
    func isNear(_ a: Float, _ b: Float) -> Bool { abs(a - b) <= 1e-4 * max(abs(a), abs(b)) }
    if isNear(last, before) || isNear(next, before) { return nil }
    let rate = (optimiser.groups.first?.rule.learningRate ?? 1) * (state.plateau?.factor ?? 1)
    func text(_ factor: Float) -> String { ProgressDisplay.number(Double(rate * factor)) }
    return "The learning rate changes from \(text(before)) to \(text(next)): the schedule is not the one "
      + "that the run had so far; one over all of a run's steps depends on the number of epochs"
  }

  /// Performs one update, over one batch or more. Returns the mean loss.
  private func update<Batch>(
    _ group: ArraySlice<[Int]>, of batches: Batches<Batch>, _ state: inout TrainingState, _ tape: Tape,
    _ step: (Batch, Tape) throws -> StepResult
  ) throws -> Float {
    optimiser.zeroGradients()
    optimiser.rateFactor = rateFactor(at: state.step, state)
    state.scheduleFactor = scheduleFactor(at: state.step, epoch: state.epoch)
    var (losses, weights) = (0.0, 0.0)
    for (place, samples) in group.enumerated() {
      // Each batch has its own number, so that dropout differs between them.
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

  /// The weighted means of loss and metrics over batches, in evaluation mode and in the precision of
  /// the options. Throws if a parameter is not finite, or what `step` throws.
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
    let tape = Tape(.evaluation, seed: options.seed, backend: backend, precision: options.precision)
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
}
