// Where a training run is, in memory and in a file.

import Foundation
import RecurrentCore
import RecurrentInterchange
import RecurrentLayers

/// All that a run needs to go on, beside parameters, moments and the carried state.
struct TrainingState: Codable {
  private var format = 1
  let seed: UInt64
  /// The optimiser's rules, to tell a run with others.
  let rule: String
  var epoch = 0
  /// The batches of this epoch that are done, of how many.
  var batch = 0
  private var batches: Int?
  /// Parameter updates.
  var step = 0
  var sums = MetricSums()
  var plateau: PlateauSchedule?
  private var best: Double?
  private(set) var bestEpoch: Int?
  private(set) var stoppedEarly = false
  private(set) var epochs: [EpochReport] = []

  init(seed: UInt64, rule: String, plateau: PlateauSchedule?) { (self.seed, self.rule, self.plateau) = (seed, rule, plateau) }

  /// Notes the end of an epoch. Returns whether it was the best so far.
  mutating func finishEpoch(_ validation: [String: Double]?, rateFactor: Float, _ options: TrainingOptions) -> Bool {
    let training = sums.means
    epochs.append(EpochReport(epoch: epoch, training: training, validation: validation, rateFactor: rateFactor))
    // Without anything to validate on, what was trained on must do.
    let figures = validation.flatMap { $0.isEmpty ? nil : $0 } ?? training
    let (name, sign) =
      switch options.monitor {
      case .lowest(let name): (name, 1.0)
      case .highest(let name): (name, -1.0)
      }
    require(
      epochs.last!.training.isEmpty || figures[name] != nil,
      "Trainer: there is no figure '\(name)' to compare epochs by; there are \(figures.keys.sorted().joined(separator: ", "))")
    let value = figures[name].map { sign * $0 } ?? .nan
    // An epoch of no batches, or with a figure that is not a number, is no better than any.
    let isBest = !value.isNaN && (best == nil || value < best!)
    if isBest { (best, bestEpoch) = (value, epoch) }
    if let patience = options.patience, epoch - (bestEpoch ?? -1) >= patience { stoppedEarly = true }
    if !value.isNaN { plateau?.observe(Float(value)) }
    (epoch, batch, sums) = (epoch + 1, 0, MetricSums())
    return isBest
  }

  /// Throws when the run was begun with other data.
  mutating func check(batches count: Int, file: String?) throws(RecurrentError) {
    if batch > 0, let batches, batches != count {
      throw .invalidFile(
        path: file ?? "checkpoint",
        reason: "is of a run with \(batches) batches in epoch \(epoch + 1), this one has \(count): the data or the batch size differ")
    }
    batches = count
  }

  // MARK: Files

  private static let key = "training"

  func save(
    to path: String, model: some Module, optimiser: Optimiser, carried: CarriedState?, metadata: [String: String]
  ) throws(RecurrentError) {
    var file = Safetensors()
    file.metadata = metadata
    file.set(model)
    optimiser.save(to: &file)
    carried?.save(to: &file)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    // Numbers, strings and lists of them: this cannot fail.
    file.metadata[TrainingState.key] = String(decoding: try! encoder.encode(self), as: UTF8.self)
    try file.write(to: path)
  }

  /// Reads a checkpoint, into the model, the optimiser and the carried state too. Throws, and changes nothing, when it is of another run
  /// than `expected`.
  init(
    resuming path: String, model: some Module, optimiser: Optimiser, carried: CarriedState?, expected: TrainingState
  ) throws(RecurrentError) {
    let file = try Safetensors(contentsOf: path)
    func fail(_ reason: String) -> RecurrentError { .invalidFile(path: path, reason: reason) }
    guard let text = file.metadata[TrainingState.key] else {
      throw fail("has no '\(TrainingState.key)' in its metadata: it is not a checkpoint of a training run")
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let state: TrainingState
    do {
      state = try decoder.decode(TrainingState.self, from: Data(text.utf8))
    } catch {
      throw fail("its training state cannot be read: \(error.localizedDescription)")
    }
    guard state.format == expected.format else { throw fail("has format \(state.format), expected \(expected.format)") }
    guard state.seed == expected.seed else { throw fail("is of a run with seed \(state.seed), this one has \(expected.seed)") }
    guard state.rule == expected.rule else { throw fail("is of a run with \(state.rule), this one has \(expected.rule)") }
    guard (state.plateau == nil) == (expected.plateau == nil) else {
      throw fail("is of a run \(state.plateau == nil ? "without" : "with") a plateau schedule, unlike this one")
    }
    let places = 0..<1 << 40
    guard [state.epoch, state.batch, state.step, state.bestEpoch ?? 0].allSatisfy({ places ~= $0 }) else {
      throw fail("has an impossible place in its training state")
    }
    let values = try carried?.values(in: file)
    // All is looked at before anything is changed.
    let (missing, _) = try model.compare(with: file, strict: false)
    guard missing.isEmpty else { throw fail("is of a run with another model: it lacks \(missing.joined(separator: ", "))") }
    try optimiser.load(from: file)
    try model.load(from: file, strict: false)
    if let carried { carried.values = values }
    self = state
  }
}

/// Weighted sums of an epoch's figures.
struct MetricSums: Codable, Equatable {
  private var sums: [String: Double] = [:]
  /// In Double, which no file can make overflow.
  private var weight = 0.0

  mutating func add(_ loss: Float, _ result: StepResult) {
    weight += Double(result.weight)
    for (name, value) in result.metrics { sums[name, default: 0] += Double(value) * Double(result.weight) }
    sums["loss", default: 0] += Double(loss) * Double(result.weight)
  }

  /// Empty when nothing was added.
  var means: [String: Double] { sums.mapValues { weight == 0 ? 0 : $0 / weight } }
}
