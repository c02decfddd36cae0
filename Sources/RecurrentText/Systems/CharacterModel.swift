// What letter comes next: many to many, and a writer of texts.

import Foundation
import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// A language model by character. Karpathy, "The unreasonable effectiveness of recurrent neural
/// networks", 2015.
public struct CharacterModel: TextSystem {
  public struct Vocabularies: SystemVocabularies {
    public let characters: Vectoriser
    public var counts: [Int] { [characters.vocabulary.count] }
    public var problem: String? { characters.problem(as: "characters", .character) }
  }

  public let settings: SystemSettings
  public let vocabularies: Vocabularies
  /// nil for one-hot vectors.
  let embedding: Embedding?
  let recurrent: RNN
  let dropout: Dropout
  let output: Linear

  public static let task = TextTask.charlm
  public static let monitor = TrainingOptions.Monitor.lowest("loss")
  public static let settingsTaken = SystemSettings.Option.common.union([.minimumCount, .steps])
  public static let decodingTaken: Set<DecodingOptions.Option> = [.length, .temperature, .topK, .topP, .seed]
  public static var defaults: SystemSettings {
    var settings = SystemSettings()
    settings.hiddenSize = 256
    settings.layers = 2
    settings.dropout = 0.2
    settings.batchSize = 32
    settings.learningRate = 3e-3
    settings.epochs = 6
    return settings
  }

  public init(_ settings: SystemSettings, _ vocabularies: Vocabularies) {
    (self.settings, self.vocabularies) = (settings, vocabularies)
    let (V, E) = (vocabularies.characters.vocabulary.count, settings.embeddingSize)
    embedding = E > 0 ? Embedding(count: V, size: E) : nil
    recurrent = RNN(
      settings.cell.cell, inputSize: E > 0 ? E : V, hiddenSize: settings.hiddenSize, layers: settings.layers,
      dropout: settings.dropout)
    dropout = Dropout(settings.dropout)
    output = Linear(settings.hiddenSize, V)
  }

  /// Logits [T, B, V] of the characters that follow, and the state to go on from.
  func callAsFunction(_ characters: Indices, state: RNN.State?, _ tape: Tape) -> (Variable, RNN.State) {
    let (y, next) = recurrent(vectors(characters, tape), state: state)
    return (output(dropout(y)), next)
  }

  /// What the layers read: [..., E].
  func vectors(_ characters: Indices, _ tape: Tape) -> Variable {
    if let embedding { return embedding(characters, tape) }
    let V = vocabularies.characters.vocabulary.count
    var oneHot = Tensor(zeros: [characters.count, V])
    for (row, character) in characters.elements.enumerated() { oneHot[row, character] = 1 }
    return tape.constant(oneHot.reshaped(to: Shape(characters.shape.dimensions + [V])))
  }

  // MARK: Training

  /// Each file is a text.
  public static func samples(in source: DataSource) throws(RecurrentError) -> [String] {
    let files = try source.texts("txt", own: Samples.charlm, Samples.charlmTest)
    for file in files where file.text.unicodeScalars.count < 2 {
      throw file.error("has too few characters to predict one from another")
    }
    return files.map(\.text)
  }

  public static func amount(of texts: [String]) -> (count: Int, unit: String, little: Int) {
    (texts.reduce(0) { $0 + $1.unicodeScalars.count }, "character", 2000)
  }

  /// The end of each text is held out.
  public static func split(_ texts: [String], heldOut: Double, seed: UInt64) -> (training: [String], heldOut: [String])
  {
    if heldOut == 0 { return (texts, []) }
    let parts = texts.map { text in
      let scalars = text.unicodeScalars
      let end = scalars.index(scalars.startIndex, offsetBy: Int(Double(scalars.count) * (1 - heldOut)))
      return (String(scalars[..<end]), String(scalars[end...]))
    }
    return (parts.map(\.0), parts.map(\.1))
  }

  public static func vocabularies(of texts: [String], _ settings: SystemSettings) throws(RecurrentError) -> Vocabularies
  {
    Vocabularies(characters: Vectoriser(.character, counting: texts, minimum: settings.minimumCount))
  }

  /// Truncated backpropagation through time: each text as streams side by side, whose states go on
  /// from part to part.
  public func fit(_ trainer: Trainer<Self>, training: [String], heldOut: [String]) throws -> TrainingReport {
    let rows = settings.batchSize
    func streams(_ texts: [String]) throws -> Batches<StreamBatch> {
      let tokens = texts.flatMap { vocabularies.characters($0) }
      guard tokens.count > rows else {
        throw RecurrentError.invalidOption(
          name: "batch", value: "\(rows)",
          expected: "fewer streams than the \(tokens.count) characters of a text to train on, or to hold out")
      }
      return .streams(tokens, rows: rows, steps: settings.steps)
    }
    let batches = try streams(training)
    try checkMemory(forTraining: floats(steps: settings.steps, rows: rows))
    let carried = CarriedState(for: recurrent, rows: rows)
    trainer.options.schedule = settings.schedule(batches: batches.epoch(0).count)
    return try trainer.fit(batches, validation: heldOut.isEmpty ? nil : streams(heldOut), carried: carried) {
      batch, tape in
      let (logits, state) = self(batch.tokens, state: carried.state(tape), tape)
      carried.values = state.values
      return StepResult(loss: settings.loss(logits, batch.targets), weight: batch.targets.count)
    }
  }

  /// Those that a training step takes at most.
  private func floats(steps: Int, rows: Int) -> Int {
    let (V, E) = (vocabularies.characters.vocabulary.count, settings.embeddingSize)
    return steps * rows * (4 + (E > 0 ? 2 * E : V) + 2 * (settings.hiddenSize + V))
      + recurrent.floats(steps: steps, batch: rows, valid: steps * rows, isTraining: true)
  }

  // MARK: Judging

  /// Every character of a text but the first, given all before it.
  public func evaluate(_ texts: [String], _ options: DecodingOptions, backend: any Backend) throws -> Evaluation {
    var (total, count, unknown) = (0.0, 0, 0)
    let tape = Tape(.evaluation, backend: backend)
    for text in texts {
      let tokens = vocabularies.characters(text)
      unknown += tokens.dropFirst().count { $0 == vocabularies.characters.vocabulary.unknown }
      var state: RecurrentState?
      for start in stride(from: 0, to: tokens.count - 1, by: 1024) {
        tape.begin(step: 0)
        let end = min(start + 1024, tokens.count - 1)
        let (logits, next) = self(
          Indices(Array(tokens[start..<end]), shape: [end - start, 1]), state: state.map { recurrent.state($0, tape) },
          tape)
        state = next.values
        let targets = Indices(Array(tokens[start + 1...end]), shape: [end - start, 1])
        total += Double(crossEntropy(logits, targets, reduction: .sum).value.elements[0])
        count += end - start
      }
    }
    let nats = count == 0 ? 0 : total / Double(count)
    return Evaluation(
      [("nats_per_char", nats), ("bits_per_char", nats / log(2)), ("perplexity", exp(nats))], count: count,
      of: "characters",
      details: unknown == 0
        ? "" : "\(unknown) characters are not in the model's vocabulary; they count as the unknown one.")
  }

  // MARK: Writing

  /// Goes on from a prompt, character by character, without a tape.
  /// - Parameter write: gets each character as soon as it is drawn; what it throws ends the text.
  /// - Returns: what was written, and its mean log-probability in nats per character, under the
  ///   model itself (temperature 1).
  @discardableResult
  public func continued(
    _ prompt: String, _ options: DecodingOptions, backend: any Backend,
    write: (_ character: String) throws(RecurrentError) -> Void = { _ in }
  ) throws(RecurrentError) -> (text: String, logProbability: Double) {
    try options.sampling.check()
    let vocabulary = vocabularies.characters.vocabulary
    let candidates = Vocabulary.special.count..<vocabulary.count
    guard !candidates.isEmpty else {
      throw .invalidOption(name: "model", value: "no characters", expected: "a vocabulary to write with")
    }
    let tape = Tape(.evaluation, backend: backend)
    let stack = recurrent.stack(backend: backend)
    var state = stack.initialState(batch: 1)
    var y = Tensor(zeros: [1, settings.hiddenSize])
    let workspace = Workspace()
    var random = RandomStream(seed: options.seed, stream: 0)
    var (text, total) = ("", 0.0)
    func read(_ token: Int) {
      tape.begin(step: 0)
      stack.step(vectors(Indices([token]), tape).value, state: &state, output: &y, workspace: workspace)
    }
    // A text begins as after the end of a line.
    for token in vocabularies.characters(prompt.isEmpty ? "\n" : prompt) { read(token) }
    for number in 0..<options.length {
      let logits = output(tape.constant(y))
      let token = try options.sampling(logits.value.elements, among: candidates, using: &random)
      total += Double(logits.logSoftmax().value.elements[token])
      text += vocabulary.tokens[token]
      try write(vocabulary.tokens[token])
      if number < options.length - 1 { read(token) }
    }
    return (text, total / Double(max(1, options.length)))
  }

  public func answer(
    _ prompt: String, _ options: DecodingOptions, backend: any Backend, write: (String) throws(RecurrentError) -> Void
  ) throws(RecurrentError) -> ContinuationAnswer {
    try write(prompt)
    let (text, logProbability) = try continued(prompt, options, backend: backend, write: write)
    try write("\n")
    return ContinuationAnswer(continuation: text, meanLogProbability: logProbability)
  }
}
