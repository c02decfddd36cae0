// The loop of training, and every way in which it may end.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct TrainerTests {
  /// Data is often in the order of its classes: samples of one length that lie beside each other
  /// there are not to be one batch.
  @Test func batchesOfOneLengthAreMixed() {
    let batches = Batches.bucketed(Array(0..<1000), size: 50, seed: 2) { $0 % 2 }
    for batch in batches.epoch(0) {
      #expect(batch.count { $0 < 500 } > 10 && batch.count { $0 >= 500 } > 10, "\(batch)")
      #expect(Set(batch.map { $0 % 2 }).count == 1)
    }
    #expect(batches.epoch(0) != batches.epoch(1) && batches.epoch(1) == batches.epoch(1))
  }

  /// y = 2 a - b + 1, which a linear layer can learn.
  struct Line: Module {
    let layer = Linear(2, 1)

    func loss(_ batch: [[Float]], _ tape: Tape) -> Variable {
      let x = tape.constant(Tensor(batch.flatMap { $0 }, shape: [batch.count, 2]))
      return meanSquaredError(layer(x), Tensor(batch.map { 2 * $0[0] - $0[1] + 1 }, shape: [batch.count, 1]))
    }
  }

  static let samples = (0..<40).map { [Float($0 % 7) / 7, Float($0 % 5) / 5] }

  /// What a trainer says.
  final class Lines: Sendable {
    private let all = NSLockedArray()
    var text: String { all.joined }
    func add(_ line: String) { all.append(line) }
  }

  static func trainer(_ change: (inout TrainingOptions) -> Void = { _ in }, lines: Lines = Lines()) throws -> Trainer<
    Line
  > {
    let model = Line()
    model.initialise(seed: 1)
    var options = TrainingOptions()
    options.epochs = 5
    options.progress = .lines { lines.add($0) }
    options.handlesInterruption = false
    change(&options)
    return try Trainer(model, Adam(learningRate: 0.05), options)
  }

  static let batches = Batches.bucketed(samples, size: 8, seed: 2)

  static func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "recurrent-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  @Test func lossFallsAndIsReported() throws {
    let lines = Lines()
    let trainer = try TrainerTests.trainer({ $0.epochs = 60 }, lines: lines)
    let report = try trainer.fit(
      TrainerTests.batches, validation: .bucketed(TrainerTests.samples, size: 40, shuffled: false)
    ) { batch, tape in
      StepResult(loss: trainer.model.loss(batch, tape), metrics: ["rows": Float(batch.count)], weight: batch.count)
    }
    #expect(report.steps == 300 && report.epochs.count == 60 && !report.stoppedEarly && !report.wasInterrupted)
    #expect(report.epochs.last!.training["loss"]! < 1e-3 && report.epochs[0].training["loss"]! > 0.1)
    #expect(report.epochs[0].training["rows"] == 8)
    #expect(
      lines.text.contains("Epoch 1/60: loss ") && lines.text.contains("rows 8.0")
        && lines.text.contains("validation loss"))
  }

  /// In the step that meets it, before parameters take it in; what was saved before is whole.
  @Test(arguments: [Float.nan, .infinity]) func divergenceStopsTraining(_ poison: Float) throws {
    try TrainerTests.withFolder { folder in
      let trainer = try TrainerTests.trainer { $0.checkpoint = folder + "/model.safetensors" }
      var before: Tensor?
      #expect {
        try trainer.fit(TrainerTests.batches) { batch, tape in
          let loss = trainer.model.loss(batch, tape)
          if tape.step < 7 { return StepResult(loss: loss) }
          before = trainer.model.layer.weight.value
          return StepResult(loss: loss * poison)
        }
      } throws: { error in
        guard case .diverged(let step, let loss, _, let parameter)? = error as? RecurrentError else { return false }
        return step == 7 && !loss.isFinite && parameter == nil && "\(error)".contains("step 7")
      }
      #expect(before != nil && sameBits(trainer.model.layer.weight.value, before!))
      let saved = try Safetensors(contentsOf: folder + "/model.last.safetensors")
      #expect(try saved.tensor("layer.weight").elements.allSatisfy(\.isFinite))
      let fresh = Line()
      try fresh.load(from: folder + "/model.safetensors")
    }
  }

  /// A finite loss with a gradient that is not.
  @Test func infiniteGradientStopsTraining() throws {
    let trainer = try TrainerTests.trainer()
    let error = #expect(throws: RecurrentError.self) {
      try trainer.fit(TrainerTests.batches) { batch, tape in
        // 1e30 · 1e-30 · loss, whose slope is multiplied by 1e30 first, twice.
        let loss = trainer.model.loss(batch, tape)
        return StepResult(loss: loss * 1e-30 * 1e-8 * 1e30 * 1e30)
      }
    }
    guard case .diverged(0, let loss, let norm, nil)? = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
    #expect(loss.isFinite && !norm.isFinite)
  }

  /// g, until the step in which it writes to some element: of the parameter, or of its moment.
  struct Poison: UpdateRule {
    enum Place { case parameter, moment }
    var learningRate: Float = 0.05
    let moments = ["momentum_buffer"]
    let place: Place
    let value: Float

    func update(_ e: borrowing UpdateElements, step: Int, rate: Float) {
      var w = e.value
      let g = e.gradient
      for k in 0..<e.count { w[k] -= rate * g[k] }
      guard step == 8 else { return }
      var target = place == .parameter ? e.value : e.moment(0)
      target[e.count - 1] = value
    }
  }

  /// From finite gradients, too, an update may make something that is not: that is noticed before
  /// it is used or saved.
  @Test(arguments: [Poison.Place.parameter, .moment], [Float.nan, -.infinity])
  func updatesThatAreNotFiniteStopTraining(_ place: Poison.Place, _ value: Float) throws {
    try TrainerTests.withFolder { folder in
      let model = try TrainerTests.trainer().model
      var options = try TrainerTests.trainer().options
      options.checkpoint = folder + "/model.safetensors"
      options.checkpointInterval = 1
      let trainer = try Trainer(model, Poison(place: place, value: value), options)
      var last = -1
      #expect {
        try trainer.fit(TrainerTests.batches) { batch, tape in
          last = tape.step
          return StepResult(loss: model.loss(batch, tape))
        }
      } throws: { error in
        guard case .diverged(7, let loss, let norm, let parameter)? = error as? RecurrentError else { return false }
        let name = place == .parameter ? "layer.weight" : "layer.weight.momentum_buffer"
        return loss.isFinite && norm.isFinite && parameter == name
          && "\(error)".contains("left NaN or infinity in '\(name)'")
      }
      #expect(last == 7)
      for file in ["model", "model.last"].map({ folder + "/\($0).safetensors" }) {
        let saved = try Safetensors(contentsOf: file)
        for name in saved.names where !name.hasSuffix(".step") {
          #expect(try saved.tensor(name).elements.allSatisfy(\.isFinite), "\(name)")
        }
      }
      // The checkpoint is from before that step.
      #expect(
        try Safetensors(contentsOf: folder + "/model.last.safetensors").integers("optimiser.layer.weight.step") == [7])
    }
  }

  /// Adam's mean of squares: with an infinite one, a parameter would never move again.
  @Test func momentsThatOverflowStopTraining() throws {
    let trainer = try TrainerTests.trainer()
    let error = #expect(throws: RecurrentError.self) {
      try trainer.fit(TrainerTests.batches) { StepResult(loss: trainer.model.loss($0, $1) * 1e25) }
    }
    guard case .diverged(0, _, let norm, "layer.weight.exp_avg_sq")? = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
    #expect(norm.isFinite)
  }

  /// Large, but finite: their sum alone overflows.
  @Test func largeParametersAreFinite() {
    var huge = Tensor(repeating: 3e38, shape: [1000])
    #expect(huge.isFinite && Tensor(zeros: [0]).isFinite)
    for (place, value) in [(0, Float.nan), (500, .infinity), (999, -.infinity)] {
      huge[place] = value
      #expect(!huge.isFinite)
      huge[place] = -3e38
    }
    #expect(huge.isFinite)
  }

  @Test func modelsThatAreNotFiniteAreNeitherTrainedNorJudgedNorSaved() throws {
    struct Model: Module {
      let layer = Linear(2, 1)
      let unused = Linear(3, 3)
    }
    try TrainerTests.withFolder { folder in
      let path = folder + "/model.safetensors"
      let model = Model()
      try model.save(to: path)
      for value in [Float.nan, .infinity, -.infinity] {
        model.unused.weight.value[1, 2] = value
        let trainer = try Trainer(model, SGD(), TrainerTests.trainer().options)
        func step(_ batch: [[Float]], _ tape: Tape) -> StepResult {
          StepResult(loss: tape.variable(model.layer.weight).mean())
        }
        #expect(throws: RecurrentError.notFinite(parameter: "unused.weight")) {
          try trainer.fit(TrainerTests.batches, step: step)
        }
        #expect(throws: RecurrentError.notFinite(parameter: "unused.weight")) {
          try trainer.evaluate(TrainerTests.batches, step: step)
        }
        let error = #expect(throws: RecurrentError.self) { try model.save(to: path) }
        #expect("\(error!)" == "\(path): is not written: the parameter 'unused.weight' holds NaN or infinity")

        var file = Safetensors()
        file.set(model)
        let fresh = Model()
        let before = fresh.layer.weight.value
        #expect(
          throws: RecurrentError.invalidFile(
            path: "safetensors", reason: "tensor 'unused.weight' holds NaN or infinity")
        ) { try fresh.load(from: file) }
        #expect(sameBits(fresh.layer.weight.value, before))
        // To look at them.
        try fresh.load(from: file, allowsNonFinite: true)
        #expect(sameBits(fresh.unused.weight.value, model.unused.weight.value))
      }
      // What was there before still is.
      try Model().load(from: path)
    }
  }

  /// Patience is for epochs that are not better than the best, an equal one or one with NaN among
  /// them; 0 and 1 end with the first of those.
  @Test(
    arguments: [
      (nil, [5, 6, 7, 8, 9, 10], 6), (0, [5, 4, 3, 2, 1, 0], 6), (0, [5, 4, 4, 3, 2, 1], 3),
      (1, [5, 4, 4, 3, 2, 1], 3), (2, [5, 4, 4, 3, 3, 3], 6),
      (2, [5, 4, 4, 4, 3, 2], 4), (0, [.nan, 4, 3, 2, 1, 0], 1), (2, [.nan, .nan, 3, 2, 1, 0], 2),
      (2, [3, .nan, 2, .nan, .infinity, 1], 5),
    ] as [(Int?, [Float], Int)]) func patience(_ patience: Int?, _ figures: [Float], _ expected: Int) throws
  {
    let lines = Lines()
    let trainer = try TrainerTests.trainer(
      {
        $0.epochs = 6
        $0.patience = patience
        $0.monitor = .lowest("figure")
      }, lines: lines)
    var epoch = -1
    let report = try trainer.fit(TrainerTests.batches, validation: .bucketed([[0, 0]], size: 1)) { batch, tape in
      if tape.mode == .evaluation { epoch += 1 }
      return StepResult(
        loss: trainer.model.loss(batch, tape), metrics: ["figure": tape.mode == .evaluation ? figures[epoch] : 0])
    }
    #expect(
      report.epochs.count == expected
        && report.stoppedEarly == (patience != nil && lines.text.contains("Stopped early")))
    #expect(report.stoppedEarly || expected == 6)
    let best = figures.prefix(expected).enumerated().filter { !$0.element.isNaN }.min {
      ($0.element, $0.offset) < ($1.element, $1.offset)
    }
    #expect(report.bestEpoch == best?.offset)
  }

  @Test func earlyStoppingAndPlateau() throws {
    let lines = Lines()
    let trainer = try TrainerTests.trainer(
      {
        $0.epochs = 50
        $0.patience = 3
        $0.plateau = PlateauSchedule(reduction: 0.5, patience: 0)
        $0.monitor = .highest("figure")
      }, lines: lines)
    var epoch = -1
    let report = try trainer.fit(TrainerTests.batches, validation: .bucketed([[0, 0]], size: 1)) { batch, tape in
      if tape.mode == .evaluation { epoch += 1 }
      // 0, 1, 2, 2, 2, 2...
      return StepResult(loss: trainer.model.loss(batch, tape), metrics: ["figure": Float(min(epoch, 2))])
    }
    #expect(report.stoppedEarly && report.bestEpoch == 2 && report.epochs.count == 6)
    #expect(lines.text.contains("Stopped early") && lines.text.contains("epoch 3"))
    #expect(report.epochs.map(\.rateFactor).last! < 1)
  }

  /// Epochs of no batches, and nothing to validate on.
  @Test func emptyDataIsNoAccident() throws {
    for (training, validation) in [([], TrainerTests.samples), ([], []), (TrainerTests.samples, [])] {
      let trainer = try TrainerTests.trainer { $0.epochs = 2 }
      let report = try trainer.fit(.bucketed(training, size: 8), validation: .bucketed(validation, size: 8)) {
        batch, tape in
        StepResult(loss: trainer.model.loss(batch, tape), weight: batch.count)
      }
      #expect(report.epochs.count == 2 && report.epochs[0].training.isEmpty == training.isEmpty)
      #expect((report.bestEpoch == nil) == (training.isEmpty && validation.isEmpty))
    }
  }

  @Test func scheduleActsByStepOrEpoch() throws {
    for (unit, expected) in [(TrainingOptions.ScheduleUnit.step, Float(0.5 * 0.5)), (.epoch, 1)] {
      let trainer = try TrainerTests.trainer {
        $0.schedule = .step(every: 2, gamma: 0.5)
        $0.scheduleUnit = unit
        $0.epochs = 1
      }
      let report = try trainer.fit(TrainerTests.batches) { StepResult(loss: trainer.model.loss($0, $1)) }
      #expect(report.epochs[0].rateFactor == expected)
    }
  }

  /// A run that stops after an epoch, or after a step, and goes on, is one run.
  @Test func resumedRunsGiveTheSameBits() throws {
    try TrainerTests.withFolder { folder in
      func train(_ name: String, epochs: Int, failingAt failure: Int? = nil) throws -> (Tensor, TrainingReport?) {
        let trainer = try TrainerTests.trainer {
          $0.epochs = epochs
          $0.checkpoint = "\(folder)/\(name).safetensors"
          $0.checkpointInterval = 2
          $0.resumes = true
        }
        struct Failure: Error {}
        let report = try? trainer.fit(TrainerTests.batches) { batch, tape in
          if tape.step == failure { throw Failure() }
          return StepResult(loss: trainer.model.loss(batch, tape))
        }
        return (trainer.model.layer.weight.value, report)
      }
      let (whole, report) = try train("whole", epochs: 4)
      _ = try train("parts", epochs: 2)
      for step in [11, 13, 14, 18] { _ = try train("parts", epochs: 4, failingAt: step) }
      let (parts, resumed) = try train("parts", epochs: 4)
      #expect(sameBits(whole, parts) && report == resumed && report?.epochs.count == 4)
      // Nothing is left to do.
      let (again, same) = try train("parts", epochs: 4)
      #expect(sameBits(again, whole) && same == report)
    }
  }

  @Test func otherRunsCannotBeResumed() throws {
    try TrainerTests.withFolder { folder in
      func message(
        _ change: (inout TrainingOptions) -> Void = { _ in }, rule: any UpdateRule = SGD(),
        batches: Batches<[[Float]]> = TrainerTests.batches
      ) -> String {
        do {
          let model = Line()
          var options = try TrainerTests.trainer().options
          options.checkpoint = folder + "/model.safetensors"
          options.resumes = true
          change(&options)
          let trainer = Trainer(
            model, Optimiser([.init(model.parameters, rule)], backend: try Backends.preferred.get()), options,
            backend: try Backends.preferred.get())
          struct Failure: Error {}
          try trainer.fit(batches) { batch, tape in
            if tape.step == 8 { throw Failure() }
            return StepResult(loss: model.loss(batch, tape))
          }
          return "nothing thrown"
        } catch {
          return "\(error)"
        }
      }
      #expect(message { $0.checkpointInterval = 1 } == "Failure()")
      #expect(message { $0.seed = 9 }.contains("is of a run with seed 0, this one has 9"))
      #expect(message(rule: Adam()).contains("is of a run with SGD("))
      #expect(
        message(batches: .bucketed(TrainerTests.samples, size: 4)).contains("5 batches in epoch 2, this one has 10"))
      #expect(
        message(batches: .bucketed(TrainerTests.samples, size: 8, seed: 3)).contains(
          "batches in epoch 2 hold other samples"))
      #expect(message { $0.plateau = PlateauSchedule() }.contains("without a plateau schedule"))
      #expect(message { $0.monitor = .lowest("accuracy") }.contains("lacks the figure 'accuracy' of epoch 1"))
      let last = URL(fileURLWithPath: folder + "/model.last.safetensors")
      let bytes = try Data(contentsOf: last)
      try bytes.dropLast(7).write(to: last)
      #expect(message().contains("not a valid safetensors file"))
      var plain = Safetensors()
      plain.set("layer.weight", Tensor(zeros: [1, 2]))
      try plain.write(to: last.path)
      #expect(message().contains("it is not a checkpoint of a training run"))
      for text in ["{", "{}", #"{"format":1,"seed":0,"rule":"","epoch":-1}"#] {
        plain.metadata = ["training": text]
        try plain.write(to: last.path)
        #expect(message().contains("its training state cannot be read"))
      }
      // A place that would overflow.
      var tampered = try Safetensors(bytes, path: "model.last.safetensors")
      let state = try #require(tampered.metadata["training"])
      for (place, value) in [
        ("step", "9223372036854775807"), ("step", "-1"), ("epoch", "9223372036854775807"), ("batch", "-3"),
      ] {
        tampered.metadata["training"] = state.replacing(try Regex("\"\(place)\":\\d+"), with: "\"\(place)\":\(value)")
        try tampered.write(to: last.path)
        #expect(message().contains("impossible place"), "\(place) \(value)")
      }
      #expect(message { $0.checkpoint = folder + "/nowhere/model.safetensors" }.contains("nowhere/model"))
    }
  }

  /// A carried state of other layers, or of another number of rows.
  @Test func carriedStatesOfAnotherShapeAreRefused() throws {
    try TrainerTests.withFolder { folder in
      func run(rows: Int, hidden: Int, failing: Bool) throws {
        struct Model: Module { let lstm: RNN }
        let model = Model(lstm: RNN(.lstm, inputSize: 1, hiddenSize: hidden))
        let carried = CarriedState(for: model.lstm, rows: rows)
        var options = try TrainerTests.trainer().options
        options.checkpoint = folder + "/model.safetensors"
        options.checkpointInterval = 1
        options.resumes = true
        struct Failure: Error {}
        try Trainer(model, SGD(), options).fit(.streams(Array(0..<100), rows: rows, steps: 2), carried: carried) {
          batch, tape in
          if failing, tape.step == 2 { throw Failure() }
          let x = tape.constant(Tensor(batch.tokens.elements.map { Float($0) / 100 }, shape: batch.tokens.shape))
            .reshaped(to: [batch.tokens.shape[0], rows, 1])
          let (y, state) = model.lstm(x, state: carried.state(tape))
          carried.values = state.values
          return StepResult(loss: y.mean())
        }
      }
      #expect(throws: (any Error).self) { try run(rows: 4, hidden: 3, failing: true) }
      let error = #expect(throws: RecurrentError.self) { try run(rows: 5, hidden: 3, failing: false) }
      #expect("\(error!)".contains("'carried.hidden' has shape [1, 4, 3], expected [1, 5, 3]"))
      try run(rows: 4, hidden: 3, failing: false)
    }
  }

  // MARK: Batches

  @Test func bucketsHoldEverySampleOnceAndAlikeLengths() {
    var random = RandomStream(seed: 3)
    let samples = (0..<1003).map { _ in Int.random(in: 1...50, using: &random) }
    let batches = Batches.bucketed(samples, size: 32, seed: 1) { $0 }
    let (first, second) = (batches.epoch(0), batches.epoch(1))
    for epoch in [first, second] { #expect(epoch.flatMap { $0 }.sorted() == Array(0..<1003)) }
    #expect(first != second && first == batches.epoch(0))
    let spread = first.map { batch -> Int in
      let lengths = batch.map { samples[$0] }
      return lengths.max()! - lengths.min()!
    }
    #expect(spread.max()! <= 4)
    // Long and short batches come in no order.
    #expect(first.map { samples[$0[0]] } != first.map { samples[$0[0]] }.sorted())
    #expect(Batches.bucketed([Int](), size: 3).epoch(0).isEmpty)
  }

  @Test func streamsGoOnFromBatchToBatch() {
    let batches = Batches.streams(Array(0..<24), rows: 2, steps: 4)
    let parts = batches.epoch(0).map(batches.make)
    #expect(parts.map(\.tokens.shape) == [[4, 2], [4, 2], [3, 2]])
    #expect(
      parts[0].tokens.elements == [0, 11, 1, 12, 2, 13, 3, 14] && parts[0].targets.elements.prefix(2) == [1, 12])
    #expect(parts[1].tokens.elements.prefix(2) == [4, 15] && parts.map(\.isFirst) == [true, false, false])
    #expect(Batches.streams([1], rows: 2, steps: 4).epoch(0).isEmpty)
  }

  @Test func metricsAreWeighted() {
    #expect(argmax(Tensor([1, 3, 3, 5, 4, 2], shape: [2, 3])) == Indices([1, 0]))
    #expect(accuracy(Tensor([1, 3, 3, 5, 4, 2], shape: [2, 3]), Indices([1, 2])) == 0.5)
    #expect(accuracy(Tensor([1, 3, 3, 5, 4, 2], shape: [2, 3]), Indices([1, -100])) == 1)
  }

  /// As `torch.argmax` has it; and a row with NaN is never right.
  @Test func aNaNIsTheMostLikely() {
    let nan = Float.nan
    let rows: [[Float]] = [[nan, 1, 5], [1, nan, 5], [5, 1, nan], [nan, nan, 1], [1, 5, nan], [2, 1, 0]]
    let scores = Tensor(rows.flatMap { $0 }, shape: [6, 3])
    #expect(argmax(scores) == Indices([0, 1, 2, 0, 2, 0]))
    #expect(accuracy(scores, Indices([0, 1, 2, 1, 1, 0])) == Float(1) / 6)
    #expect(accuracy(scores, Indices([0, 1, 2, 1, -100, -100])) == 0)
  }

  // MARK: State dictionaries

  @Test func errorsListEverything() throws {
    try TrainerTests.withFolder { folder in
      struct Model: Module {
        let one = Linear(2, 3)
        let two = Linear(3, 3)
      }
      var file = Safetensors()
      file.set("one.weight", Tensor(zeros: [3, 2]))
      file.set("one.bias", Tensor(zeros: [4]))
      file.set("two.bias", Tensor(zeros: [3]))
      file.set("three", Tensor(zeros: [3]))
      let model = Model()
      let before = model.one.weight.value
      let error = #expect(throws: RecurrentError.self) { try model.load(from: file) }
      let text = "\(error!)"
      #expect(
        text.contains("missing: two.weight;") && text.contains("unexpected: three;")
          && text.contains("one.bias is [4], expected [3]"))
      // Shapes must be right, strict or not; and nothing has been changed.
      #expect(throws: RecurrentError.self) { try model.load(from: file, strict: false) }
      #expect(sameBits(before, model.one.weight.value))
      file.set("one.bias", Tensor(repeating: 7, shape: [3]))
      let (missing, unexpected) = try model.load(from: file, strict: false)
      #expect(missing == ["two.weight"] && unexpected == ["three"] && model.one.bias!.value[0] == 7)
      try model.save(to: folder + "/m.safetensors")
      let other = Model()
      try other.load(from: folder + "/m.safetensors")
      for (a, b) in zip(model.parameters, other.parameters) {
        #expect(a.name == b.name && sameBits(a.parameter.value, b.parameter.value))
      }
      #expect(throws: RecurrentError.self) { try other.load(from: folder + "/none.safetensors") }
    }
  }
}

/// Strings that several threads may add.
private final class NSLockedArray: @unchecked Sendable {
  private let lock = NSLock()
  private var lines: [String] = []
  func append(_ line: String) { lock.withLock { lines.append(line) } }
  var joined: String { lock.withLock { lines.joined(separator: "\n") } }
}
