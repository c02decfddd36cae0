// Character language model: predicts the next character, and generates text (many to many).

import Foundation
import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// A character-level language model. Karpathy, "The unreasonable effectiveness of recurrent neural
/// networks", 2015.
public struct CharacterModel: TextSystem {
  /// The vocabularies of the model.
  public struct Vocabularies: SystemVocabularies {
    /// Splits texts into characters, and maps them to indices.
    public let characters: Vectoriser
    /// The size of each vocabulary.
    public var counts: [Int] { [characters.vocabulary.count] }
    /// The reason why no model can be built from these vocabularies; nil if they are valid.
    public var problem: String? { characters.problem(as: "characters", .character) }
  }

  /// The settings of the model.
  public let settings: SystemSettings
  /// The vocabularies of the model.
  public let vocabularies: Vocabularies
  /// The embedding; nil for one-hot vectors.
  let embedding: Embedding?
  let recurrent: RNN
  let dropout: Dropout
  let output: Linear

  /// The precision of evaluation and prediction: that of every matrix.
  public var precision: Precision { output.weight.precision }

  /// The task of the system.
  public static let task = TextTask.charlm
  /// The best epoch has the lowest loss.
  public static let monitor = TrainingOptions.Monitor.lowest("loss")
  /// The settings that the system uses.
  public static let settingsTaken = SystemSettings.Option.common.union([.minimumCount, .steps])
  /// The decoding options that the system uses.
  public static let decodingTaken: Set<DecodingOptions.Option> = [.length, .temperature, .topK, .topP, .seed]
  /// The default settings.
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

  /// Creates a model; `initialise(seed:)` draws its parameters.
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

  /// The logits [T, B, V] of the next characters, and the final state.
  func callAsFunction(_ characters: Indices, state: RNN.State?, _ tape: Tape) -> (Variable, RNN.State) {
    let (y, next) = recurrent(vectors(characters, tape), state: state)
    return (output(dropout(y)), next)
  }

  /// The input vectors [..., E] of characters: embeddings, or one-hot vectors.
  func vectors(_ characters: Indices, _ tape: Tape) -> Variable {
    if let embedding { return embedding(characters, tape) }
    let V = vocabularies.characters.vocabulary.count
    var oneHot = Tensor(zeros: [characters.count, V])
    for (row, character) in characters.elements.enumerated() { oneHot[row, character] = 1 }
    return tape.constant(oneHot.reshaped(to: Shape(characters.shape.dimensions + [V])))
  }

  // MARK: Training

  /// Reads .txt files, each of which is one text.
  public static func samples(in source: DataSource) throws(RecurrentError) -> [String] {
    let files = try source.texts("txt", builtIn: Samples.charlm, Samples.charlmTest)
    for file in files where file.text.unicodeScalars.count < 2 {
      throw file.error("has fewer than two characters")
    }
    return files.map(\.text)
  }

  /// The number of characters; fewer than 2000 are too few to train on.
  public static func amount(of texts: [String]) -> (count: Int, unit: String, little: Int) {
    (texts.reduce(0) { $0 + $1.unicodeScalars.count }, "character", 2000)
  }

  /// Holds out the end of each text.
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

  /// Builds the vocabulary of training texts.
  public static func vocabularies(of texts: [String], _ settings: SystemSettings) throws(RecurrentError) -> Vocabularies
  {
    Vocabularies(characters: Vectoriser(.character, counting: texts, minimum: settings.minimumCount))
  }

  /// Truncated backpropagation through time: the texts are cut into `batchSize` parallel streams,
  /// whose states are carried from batch to batch.
  public func fit(_ trainer: Trainer<Self>, training: [String], heldOut: [String]) throws -> TrainingReport {
    let rows = settings.batchSize
    func streams(_ texts: [String]) throws -> Batches<StreamBatch> {
      let tokens = texts.flatMap { vocabularies.characters($0) }
      guard tokens.count > rows else {
        throw RecurrentError.invalidOption(
          name: "batch", value: "\(rows)",
          expected: "fewer streams than the \(tokens.count) characters to train on or to hold out")
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

  /// The maximum number of floats that a training step allocates.
  private func floats(steps: Int, rows: Int) -> Int {
    let (V, E) = (vocabularies.characters.vocabulary.count, settings.embeddingSize)
    return steps * rows * (4 + (E > 0 ? 2 * E : V) + 2 * (settings.hiddenSize + V))
      + recurrent.floats(steps: steps, batch: rows, valid: steps * rows, isTraining: true)
  }

  // MARK: Evaluation

  /// Mean cross-entropy per character and perplexity, over all characters but the first of each
  /// text.
  public func evaluate(_ texts: [String], _ options: DecodingOptions, backend: any Backend) throws -> Evaluation {
    var (total, count, unknown) = (0.0, 0, 0)
    let tape = evaluationTape(backend)
    for text in texts {
      let tokens = vocabularies.characters(text)
      unknown += tokens.dropFirst().count { $0 == vocabularies.characters.vocabulary.unknown }
      forEachPart(of: tokens, tape) { logits, targets in
        total += Double(crossEntropy(logits, targets, reduction: .sum).value.elements[0])
        count += targets.count
      }
    }
    let nats = count == 0 ? 0 : total / Double(count)
    return Evaluation(
      [("nats_per_char", nats), ("bits_per_char", nats / log(2)), ("perplexity", exp(nats))], count: count,
      of: "characters",
      details: unknown == 0
        ? "" : "\(unknown) characters are not in the model's vocabulary; they count as <unknown>.")
  }

  /// The natural logarithm of the probability of each character of a text but the first, given all
  /// characters before it.
  public func logProbabilities(of text: String, backend: any Backend) -> [Float] {
    var result: [Float] = []
    let V = vocabularies.characters.vocabulary.count
    forEachPart(of: vocabularies.characters(text), evaluationTape(backend)) { logits, targets in
      let scores = logits.logSoftmax().value.elements
      result += targets.elements.enumerated().map { scores[$0 * V + $1] }
    }
    return result
  }

  /// Runs the model over a text, up to 1024 characters at a time; the state is carried from part to
  /// part. `body` receives the logits [T, 1, V] and the characters [T, 1] that follow.
  private func forEachPart(of tokens: [Int], _ tape: Tape, _ body: (_ logits: Variable, _ targets: Indices) -> Void) {
    var state: RecurrentState?
    for start in stride(from: 0, to: tokens.count - 1, by: 1024) {
      tape.begin(step: 0)
      let end = min(start + 1024, tokens.count - 1)
      let (logits, next) = self(
        Indices(Array(tokens[start..<end]), shape: [end - start, 1]), state: state.map { recurrent.state($0, tape) },
        tape)
      state = next.values
      body(logits, Indices(Array(tokens[start + 1...end]), shape: [end - start, 1]))
    }
  }

  // MARK: Generation

  /// Generates text after a prompt, one character at a time.
  /// - Parameters:
  ///   - prompt: The text to continue; if empty, a line end.
  ///   - options: The length, the sampling rule and the seed.
  ///   - backend: The backend to compute on.
  ///   - write: Receives each character as soon as it is sampled. An error it throws ends the text.
  /// - Returns: The generated text, and its mean log-probability per character in nats, at
  ///   temperature 1.
  /// - Throws: `invalidOption` if a sampling option is invalid or the vocabulary has no characters;
  ///   `undefinedScore` if a logit is not a number; the errors of `write`.
  @discardableResult
  public func continued(
    _ prompt: String, _ options: DecodingOptions, backend: any Backend,
    write: (_ character: String) throws(RecurrentError) -> Void = { _ in }
  ) throws(RecurrentError) -> (text: String, logProbability: Double) {
    try options.sampling.check()
    let vocabulary = vocabularies.characters.vocabulary
    let candidates = Vocabulary.special.count..<vocabulary.count
    guard !candidates.isEmpty else {
      throw .invalidOption(name: "model", value: "no characters", expected: "one or more characters in its vocabulary")
    }
    let tape = evaluationTape(backend)
    let stack = recurrent.stack(backend: backend, precision: precision)
    var state = stack.initialState(batch: 1)
    var y = Tensor(zeros: [1, settings.hiddenSize])
    let workspace = Workspace()
    var random = RandomStream(seed: options.seed, stream: 0)
    var (text, total) = ("", 0.0)
    func read(_ token: Int) {
      tape.begin(step: 0)
      stack.step(vectors(Indices([token]), tape).value, state: &state, output: &y, workspace: workspace)
    }
    // An empty prompt starts as after a line end.
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

  /// Continues a prompt. `write` receives the prompt, each character, and a line end.
  public func answer(
    _ prompt: String, _ options: DecodingOptions, backend: any Backend, write: (String) throws(RecurrentError) -> Void
  ) throws(RecurrentError) -> ContinuationAnswer {
    try write(prompt)
    let (text, logProbability) = try continued(prompt, options, backend: backend, write: write)
    try write("\n")
    return ContinuationAnswer(continuation: text, meanLogProbability: logProbability)
  }
}
