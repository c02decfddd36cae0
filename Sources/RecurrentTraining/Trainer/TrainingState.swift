// The state of a training run, in memory and in a checkpoint.

import Foundation
import RecurrentCore
import RecurrentInterchange
import RecurrentLayers

/// The position and history of a run: all that a checkpoint holds besides parameters, moments and
/// the carried state.
struct TrainingState: Codable {
  private var format = 1
  /// The identity of the run, a random UUID. It tells the run's files from those of others.
  private(set) var run: String? = UUID().uuidString
  /// The identity of the run whose best parameters are at the model's path until this run writes
  /// its own; "" for a file of no run.
  var replaces: String?
  let seed: UInt64
  /// The optimiser's rules.
  let rule: String
  /// The batches of a step; nil for 1.
  private let accumulates: Int?
  /// The monitored metric, signed so that lower is better, of the earlier fit whose parameters are
  /// at the model's path. nil if any epoch is better.
  var bestBefore: Double?
  /// The number of complete epochs.
  var epoch = 0
  /// The batches of the current epoch that are done.
  var batch = 0
  /// The batches of the epoch begun last.
  private var order: BatchOrder?
  /// The number of parameter updates.
  var step = 0
  /// The updates that the optimiser had made before the run; nil for none.
  var stepsBefore: Int?
  /// The schedule's factor in the last step; nil before the first.
  var scheduleFactor: Float?
  var sums = MetricSums()
  var plateau: PlateauSchedule?
  private(set) var epochs: [EpochReport] = []
  // These follow from the metrics of the epochs and are not stored.
  private var best: Double?
  private(set) var bestEpoch: Int?

  private enum CodingKeys: CodingKey {
    case format, run, replaces, seed, rule, accumulates, bestBefore, epoch, batch, order, step, stepsBefore,
      scheduleFactor, sums, plateau, epochs
  }

  init(seed: UInt64, rule: String, plateau: PlateauSchedule?, batchesPerStep: Int) {
    (self.seed, self.rule, self.plateau) = (seed, rule, plateau)
    accumulates = batchesPerStep == 1 ? nil : batchesPerStep
  }

  /// The valid range of `TrainingOptions.batchesPerStep`.
  static let batchesPerStep = 1..<1 << 20

  /// The batches of a step.
  var batchesPerStep: Int { accumulates ?? 1 }

  /// Ends an epoch. Returns whether it is the best so far. Throws if it lacks the monitored metric.
  mutating func finishEpoch(
    _ validation: [String: Double]?, rateFactor: Float, _ monitor: TrainingOptions.Monitor
  ) throws(RecurrentError) -> Bool {
    let report = EpochReport(epoch: epoch, training: sums.means, validation: validation, rateFactor: rateFactor)
    let isBest = try compare(report, monitor)
    epochs.append(report)
    (epoch, batch, sums) = (epoch + 1, 0, MetricSums())
    return isBest
  }

  /// Compares an epoch with the best one before. Returns whether it is better.
  private mutating func compare(_ report: EpochReport, _ monitor: TrainingOptions.Monitor) throws(RecurrentError)
    -> Bool
  {
    // Without validation, the training metrics are compared.
    let figures = report.validation.flatMap { $0.isEmpty ? nil : $0 } ?? report.training
    guard report.training.isEmpty || figures[monitor.metric] != nil else {
      throw .invalidOption(
        name: "monitor", value: monitor.metric,
        expected: "a metric of the epoch: \(figures.keys.sorted().joined(separator: ", "))")
    }
    let value = figures[monitor.metric].map { monitor.sign * $0 } ?? .nan
    if value.isNaN { return false }
    // An epoch without batches, or whose metric is NaN, is never the best.
    let isBest = (best ?? bestBefore).map { value < $0 } ?? true
    if isBest { (best, bestEpoch) = (value, report.epoch) }
    plateau?.observe(Float(value))
    return isBest
  }

  /// Whether early stopping applies: the epochs since the best one (all, if there is none) are at
  /// least `patience`, and at least 1.
  func stopsEarly(_ patience: Int?) -> Bool {
    batch == 0 && patience.map { epoch - 1 - (bestEpoch ?? -1) >= max(1, $0) } ?? false
  }

  /// The monitored metric of the best epoch; nil if there is none.
  func bestFigure(_ monitor: TrainingOptions.Monitor) -> Double? { best.map { monitor.sign * $0 } }

  /// Whether no step was made since the best epoch.
  var isAtBest: Bool { batch == 0 && bestEpoch == epoch - 1 }

  /// Begins or continues an epoch, and returns its batches.
  mutating func beginEpoch<Batch>(_ training: Batches<Batch>, _ validation: Batches<Batch>?) -> [[Int]] {
    let batches = training.epoch(epoch)
    order = BatchOrder(epoch, batches, validation?.epoch(0))
    return batches
  }

  // MARK: Files

  private static let key = "training"

  /// Writes a checkpoint.
  func save(
    to path: String, model: some Module, optimiser: Optimiser, carried: CarriedState?, metadata: [String: String]
  ) throws(RecurrentError) {
    try model.checkFinite(toSave: path)
    var file = Safetensors()
    file.metadata = metadata
    file.set(model)
    optimiser.save(to: &file)
    carried?.save(to: &file)
    // Encoding numbers, strings and lists of them cannot fail.
    file.metadata[TrainingState.key] = try! JSON.encode(self)
    try file.write(to: path)
  }

  /// Reads a checkpoint into the model, the optimiser and the carried state as well. Throws, and
  /// changes nothing, if something is missing or inconsistent, or if the checkpoint is of another
  /// run than `expected`, of other batches, or lacks the monitored metric.
  init<Batch>(
    resuming path: String, model: some Module, optimiser: Optimiser, carried: CarriedState?, expected: TrainingState,
    monitor: TrainingOptions.Monitor, training: Batches<Batch>, validation: Batches<Batch>?
  ) throws(RecurrentError) {
    let file = try Safetensors(contentsOf: path)
    func fail(_ reason: String) -> RecurrentError { .invalidFile(path: path, reason: reason) }
    var state = try TrainingState(file)
    guard state.seed == expected.seed else {
      throw fail("is of a run with seed \(state.seed), this one has \(expected.seed)")
    }
    guard state.rule == expected.rule else {
      throw fail("is of a run with \(state.rule), this one has \(expected.rule)")
    }
    guard state.accumulates == expected.accumulates else {
      throw fail("is of a run with \(state.batchesPerStep) batches a step, this one has \(expected.batchesPerStep)")
    }
    let values = try carried?.values(in: file)
    do throws(Flaw) {
      try state.check(file, expected.plateau, monitor, hasValidation: validation != nil)
      if let order = state.order { try order.check(training, validation) }
    } catch {
      throw fail(error.text)
    }
    // Everything is checked before anything is changed.
    let (missing, _) = try model.compare(with: file, strict: false)
    guard missing.isEmpty else {
      throw fail("is of a run with another model: it lacks \(missing.joined(separator: ", "))")
    }
    let before = model.parameters.map { ($0.parameter, $0.parameter.stored) }
    try model.load(from: file, strict: false)
    do {
      try optimiser.load(from: file)
    } catch {
      for (parameter, value) in before { parameter.stored = value }
      throw error
    }
    if let carried { carried.values = values }
    self = state
  }

  /// Decodes the state in a checkpoint, unchecked.
  private init(_ file: Safetensors) throws(RecurrentError) {
    func fail(_ reason: String) -> RecurrentError { .invalidFile(path: file.path, reason: reason) }
    guard let text = file.metadata[TrainingState.key] else {
      throw fail("has no '\(TrainingState.key)' in its metadata: it is not a checkpoint of a training run")
    }
    do {
      self = try JSON.decode(TrainingState.self, from: Data(text.utf8))
    } catch {
      throw fail("its training state cannot be read: \(JSON.reason(error))")
    }
    guard format == 1 else { throw fail("has format \(format), expected 1") }
  }

  /// Throws if a run without a plateau schedule cannot be resumed from a checkpoint, whatever its
  /// data.
  static func check(_ file: Safetensors, _ monitor: TrainingOptions.Monitor, hasValidation: Bool) throws(RecurrentError)
  {
    var state = try TrainingState(file)
    do throws(Flaw) {
      try state.check(file, nil, monitor, hasValidation: hasValidation)
    } catch {
      throw .invalidFile(path: file.path, reason: error.text)
    }
  }

  /// An inconsistency in a checkpoint.
  struct Flaw: Error {
    let text: String
    init(_ text: String) { self.text = text }
  }

  /// Checks every field against the others and against the resumed run; finds the best epoch.
  /// `fresh` is the resumed run's plateau schedule before its first epoch.
  private mutating func check(
    _ file: Safetensors, _ fresh: PlateauSchedule?, _ monitor: TrainingOptions.Monitor, hasValidation: Bool
  ) throws(Flaw) {
    let places = 0..<1 << 40
    guard [epoch, batch, step].allSatisfy({ places ~= $0 }), TrainingState.batchesPerStep ~= batchesPerStep,
      places ~= stepsBefore ?? 0
    else { throw Flaw("has an impossible place in its training state") }
    guard epochs.map(\.epoch) == Array(0..<min(epoch, epochs.count + 1)) else {
      throw Flaw(
        "says that it has done \(counted(epoch, "epoch")), but lacks the metrics of some, or has those of others")
    }
    guard epochs.allSatisfy(\.rateFactor.isFinite) else { throw Flaw("has an epoch whose learning rate is not finite") }
    if let last = epochs.last, (last.validation != nil) != hasValidation {
      throw Flaw("is of a run \(hasValidation ? "without" : "with") batches to validate on, unlike this one")
    }
    if bestBefore?.isNaN == true { throw Flaw("has a monitored metric that is not a number") }
    var replayed = TrainingState(seed: seed, rule: rule, plateau: fresh, batchesPerStep: 1)
    replayed.bestBefore = bestBefore
    for report in epochs {
      do throws(RecurrentError) {
        _ = try replayed.compare(report, monitor)
      } catch {
        throw Flaw("lacks the metric '\(monitor.metric)' of epoch \(report.epoch + 1), by which epochs are compared")
      }
    }
    (best, bestEpoch) = (replayed.best, replayed.bestEpoch)
    guard (plateau == nil) == (fresh == nil) else {
      throw Flaw("is of a run \(plateau == nil ? "without" : "with") a plateau schedule, unlike this one")
    }
    guard plateau == replayed.plateau else {
      throw Flaw("is of a run with another plateau schedule, or other metrics than it lists")
    }
    guard sums.isSound, sums.isEmpty == (batch == 0) else { throw Flaw("has impossible sums of epoch \(epoch + 1)") }
    for name in ["loss"] + (hasValidation ? [] : [monitor.metric]) where batch > 0 && !sums.names.contains(name) {
      throw Flaw("lacks the sum of the metric '\(name)' of epoch \(epoch + 1)")
    }
    guard let order = order ?? (epoch == 0 && batch == 0 ? BatchOrder(0, [], nil) : nil) else {
      throw Flaw("lacks the order of its batches")
    }
    guard order.epoch >= 0, order.epoch == epoch || order.epoch == epoch - 1 && batch == 0 else {
      throw Flaw("has the order of batches of another epoch than \(epoch + 1)")
    }
    guard batch <= order.batches, batch % batchesPerStep == 0 || batch == order.batches else {
      throw Flaw("says that batch \(batch) of \(order.batches) is done in epoch \(epoch + 1)")
    }
    let steps = (batch + batchesPerStep - 1) / batchesPerStep
    guard step >= steps + epochs.count(where: { !$0.training.isEmpty }) else {
      throw Flaw("has too few steps, \(step), for its epochs")
    }
    for name in file.names where name.hasPrefix("optimiser.") && name.hasSuffix(".step") {
      guard let count = try? file.integers(name).first, 0...step + (stepsBefore ?? 0) ~= count else {
        throw Flaw("tensor '\(name)' is not one of 0 to \(step + (stepsBefore ?? 0)) steps")
      }
    }
    guard run.flatMap(UUID.init(uuidString:)) != nil else {
      throw Flaw("lacks the identity of its run")
    }
  }
}
