// The examples of the articles Training, LongSequences and Serving, word for word.

import Foundation
import Recurrent
import Testing
import _TestSupport

struct LanguageModel: Module {
  let embedding = Embedding(count: 50, size: 16)
  let lstm = RNN(.lstm, inputSize: 16, hiddenSize: 32, layers: 2, dropout: 0.2)
  let output = Linear(32, 50)
}

struct Reader: Module {
  let gru = RNN(.gru(.after), inputSize: 8, hiddenSize: 16)
  let head = Sequential(
    LayerNorm(16), Linear(16, 32), GELU(), Dropout(0.1), Linear(32, 3))

  /// [T, B, 8] to [B, 3].
  func callAsFunction(_ x: Variable) -> Variable { head(gru(x).state.last) }
}

struct Translator: Module {
  let source = Embedding(count: 40, size: 16, paddingIndex: 0)
  let encoder = RNN(.gru(.after), inputSize: 16, hiddenSize: 32, bidirectional: true)
  let attention = Attention(.general, querySize: 32, keySize: 64)
  let decoder = RNN(.gru(.after), inputSize: 16 + 64, hiddenSize: 32)
  let target = Embedding(count: 40, size: 16, paddingIndex: 0)
  let output = Linear(32 + 64, 40)

  /// Logits [T, B, 40] for the target words, each given those before it.
  func callAsFunction(_ sources: [[Int]], _ targets: Indices, _ tape: Tape) -> Variable {
    let lengths = sources.map(\.count)
    let (encoded, _) = encoder(source(Indices(sequences: sources), tape), lengths: lengths)
    let memory = attention.memory(encoded, lengths: lengths)
    let words = target(targets, tape)  // [T, B, 16]
    let B = sources.count
    var state: RNN.State?
    var context = tape.constant(Tensor(zeros: [B, 64]))
    let steps = (0..<targets.shape[0]).map { step in
      let x = concatenated([words[step], context], along: 1).reshaped(to: [1, B, 80])
      let (y, next) = decoder(x, state: state)
      state = next
      context = attention(y[0], memory).context
      return concatenated([y[0], context], along: 1)
    }
    return output(stacked(steps))
  }
}

@Suite struct TrainingGuideTests {
  @Test func reader() throws {
    let y = Reader()(try Tape().constant(Tensor(zeros: [4, 2, 8])))
    #expect(y.shape == [2, 3] && Reader().parameters.map(\.name).contains("head.4.weight"))
  }

  @Test func ownInitialisation() throws {
    let model = LanguageModel()
    model.initialise(seed: 1)
    var random = RandomStream(seed: 1)

    for p in model.parameters where p.name.contains("weight_hh") {
      p.parameter.initialise(.orthogonal(blocks: 4), using: &random)
    }

    // The four blocks [32, 32] of a layer's recurrent weights have orthonormal rows: their squares
    // sum to 4 x 32.
    let weight = try #require(model.parameters.first { $0.name.contains("weight_hh") }).parameter.value
    #expect(abs(weight.elements.reduce(0) { $0 + $1 * $1 } - 128) < 1e-3)
  }

  @Test func ownLoop() throws {
    let (model, labels) = (Linear(3, 2), Indices([0, 0, 1, 1]))
    let x = Tensor((0..<12).map { Float($0 * $0 % 7) }, shape: [4, 3])
    var losses: [Float] = []

    let tape = try Tape(seed: 1)
    let decayed = model.parameters.filter { $0.name.contains("weight") }
    let others = model.parameters.filter { !$0.name.contains("weight") }
    let optimiser = Optimiser(
      [
        .init(decayed, AdamW(learningRate: 1e-1)),
        .init(others, AdamW(learningRate: 1e-1, weightDecay: 0)),
      ],
      backend: tape.backend)
    let schedule = Schedule.warmUp(over: 10, then: .cosine(over: 90))
    for step in 0..<100 {
      tape.begin(step: step)
      optimiser.zeroGradients()
      let loss = crossEntropy(model(tape.constant(x)), labels, smoothing: 0.1)
      loss.backward()
      optimiser.clipGradients(toNorm: 1)
      optimiser.rateFactor = schedule.factor(at: step)
      optimiser.step()
      losses.append(loss.value.elements[0])
    }

    #expect(losses.last! < 0.7 * losses[0])
  }

  @Test func lowerPrecisions() throws {
    try TrainerTests.withFolder { folder in
      let path = folder + "/model.safetensors"
      func trained() throws -> Precision {
        let model = LanguageModel()
        model.initialise(seed: 1)

        var options = TrainingOptions()
        options.precision = .bfloat16
        let trainer = try Trainer(model, Adam(learningRate: 1e-2), options)

        (trainer.options.epochs, trainer.options.progress) = (1, .none)
        var found = Precision.float32
        try trainer.fit(.streams((0..<300).map { $0 % 50 }, rows: 2, steps: 32)) { batch, tape in
          found = tape.precision
          let (y, _) = model.lstm(model.embedding(batch.tokens, tape))
          return StepResult(loss: crossEntropy(model.output(y), batch.targets))
        }
        try model.save(to: path)
        return found
      }
      #expect(try trained() == .bfloat16)

      let model = LanguageModel()
      try model.load(from: path)
      try model.store(as: .int8)
      let tape = try Tape(.evaluation, precision: model.precision)
      let stack = model.lstm.stack(backend: tape.backend, precision: model.precision)

      #expect(tape.precision == model.precision && stack.configuration.layers == 2)
    }
  }

  @Test func streams() throws {
    let model = LanguageModel()
    model.initialise(seed: 1)
    let tokens = (0..<4000).map { ($0 * $0) % 50 }
    var options = TrainingOptions()
    options.progress = .none
    options.epochs = 8

    let carried = CarriedState(for: model.lstm, rows: 8)
    let trainer = try Trainer(model, Adam(learningRate: 1e-2), options)
    let batches = Batches.streams(tokens, rows: 8, steps: 32)
    let report = try trainer.fit(batches, carried: carried) { batch, tape in
      let (y, state) = model.lstm(model.embedding(batch.tokens, tape), state: carried.state(tape))
      carried.values = state.values
      let loss = crossEntropy(model.output(y), batch.targets)
      return StepResult(loss: loss, weight: batch.targets.count)
    }

    #expect(report.epochs[7].training["loss"]! < report.epochs[0].training["loss"]! / 2)
  }

  @Test func serving() throws {
    try TrainerTests.withFolder { folder in
      let path = folder + "/model.safetensors"
      try LanguageModel().save(to: path)

      let model = LanguageModel()
      try model.load(from: path)
      let tape = try Tape(.evaluation, precision: model.precision)
      let stack = model.lstm.stack(backend: tape.backend, precision: model.precision)
      var state = stack.initialState(batch: 1)
      var y = Tensor(zeros: [1, 32])
      let workspace = Workspace()
      var token = 7
      for _ in 0..<20 {
        let x = model.embedding(Indices([token]), tape).value
        stack.step(x, state: &state, output: &y, workspace: workspace)
        token = argmax(model.output(tape.constant(y)).value).elements[0]
      }

      #expect((0..<50).contains(token))
    }
  }

  @Test func attentionLearnsToReverse() throws {
    let model = Translator()
    model.initialise(seed: 1)
    var random = RandomStream(seed: 2)
    let samples = (0..<600).map { _ in
      (0..<Int.random(in: 2...6, using: &random)).map { _ in Int.random(in: 3..<20, using: &random) }
    }
    var options = TrainingOptions()
    options.progress = .none
    options.epochs = 6
    let report = try Trainer(model, Adam(learningRate: 5e-3), options).fit(.bucketed(samples, size: 32) { $0.count }) {
      batch, tape in
      // The begin token is 1; padding does not count.
      let inputs = Indices(sequences: batch.map { [1] + $0.reversed().dropLast() })
      let answers = Indices(sequences: batch.map { $0.reversed() }, padding: -100)
      let logits = model(batch, inputs, tape)
      return StepResult(loss: crossEntropy(logits, answers), metrics: ["accuracy": accuracy(logits.value, answers)])
    }
    #expect(report.epochs.last!.training["accuracy"]! > 0.6, "\(report.epochs.map(\.training))")
  }

  @Test func diagnostics() throws {
    try TrainerTests.withFolder { folder in
      let backend = try Backends.preferred.get()

      var random = RandomStream(seed: 1)
      let x = Tensor(normal: 1, shape: [200, 8, 16], using: &random)
      let cells = [("Elman", Cell.elman(.tanh)), ("LSTM", .lstm), ("GRU", .gru(.after))]
      let flows = cells.map { name, cell in
        let layer = RNN(cell, inputSize: 16, hiddenSize: 64)
        if cell.gates > 1 { layer.initialiseTimescales(upTo: 200, using: &random) }
        return (name: name, flow: GradientFlow(layer.stack(backend: backend), input: x))
      }
      try LinePlot(gradientFlows: flows).write(to: folder + "/gradient-flow.svg")

      #expect(flows[0].flow.relativeNorms.last! < 1e-20)
      #expect(flows[1].flow.relativeNorms.last! > 1e-4 && flows[2].flow.relativeNorms.last! > 1e-4)
    }
  }
}
