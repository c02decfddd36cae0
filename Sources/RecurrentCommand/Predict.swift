// `recurrent predict`: runs a model on new inputs.

import ArgumentParser
import Foundation
import Recurrent

struct Predict: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    abstract: "Runs a trained model on each argument, or on each line of standard input.",
    discussion: """
      Prints one answer per line, in the order of the inputs, with columns separated by tabs:
        names, sentiment: the text, then the most probable classes, each with its probability
        tagger: word/tag for each word of a sentence
        translate: the translation of a sentence
        caption: the caption of 64 pixels separated by commas
        charlm: the prompt and generated text, which may have several lines; its probability goes to standard error

      With --n-best, translate and caption print a line for each of the best answers: the number of the input, from \
      1; the natural logarithm of the answer's probability; the answer. With --format json, each input has one line, \
      an object with "number", "input", and "classes" (name, probability), "words" (word, tag, probability), \
      "hypotheses" (text, log_probability), or "continuation" and "mean_log_probability".
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

  @Argument(help: "The task.") var task: TextTask
  @Argument(help: "The inputs; without any, the lines of standard input.") var texts: [String] = []
  @OptionGroup var model: ModelOptions
  @OptionGroup var answers: AnswerOptions
  @Option(
    help: .ofAnswers(
      .nBest, "number of answers per input, each with its number and log-probability; at most --beam.")) var nBest: Int?
  @Option(help: .ofAnswers(.top, "number of classes per answer.")) var top = 3
  @Option(help: .ofAnswers(.length, "number of characters to generate.")) var length = 500
  @Option(help: .ofAnswers(.temperature, "divisor of the logits; 0 takes the most probable character."))
  var temperature: Float = 1
  @Option(help: .ofAnswers(.topK, "number of most probable characters to sample from.")) var topK: Int?
  @Option(help: .ofAnswers(.topP, "probability mass of the most probable characters to sample from."))
  var topP: Float?
  @Option(help: .ofAnswers(.seed, "seed of sampling, 0 or above.")) var seed: UInt64 = 1
  @Option(help: "Output: text or json.") var format = Format.text
  @OptionGroup(title: "Engine") var engine: EngineOptions

  var caller: String { "predict \(task.rawValue)" }
  var options: [String] { ModelOptions.names + ["format"] + AnswerOptions.names(for: task) + CommandOptions.engine }

  func run() throws {
    try answers.check()
    var options = answers.options
    options.sampling = Sampling(temperature: temperature, topK: topK, topP: topP)
    do throws(RecurrentError) { try options.sampling.check() } catch { throw ValidationError("--" + error.description) }
    guard top >= 1 else { throw ValidationError("--top: \(top) is not valid; expected 1 or more.") }
    if let nBest {
      guard 1...answers.beam ~= nBest else {
        throw ValidationError(
          "--n-best: \(nBest) is not valid; expected 1 to \(answers.beam), the number of beams (--beam).")
      }
    }
    guard 0...10_000_000 ~= length else {
      throw ValidationError("--length: \(length) is not valid; expected 0 to 10000000.")
    }
    (options.alternatives, options.hypotheses, options.length, options.seed) = (top, nBest, length, seed)
    let inputs = try argumentTexts()
    let backend = try engine.makeBackend()
    let system = try model.load(for: task)

    if texts.isEmpty {
      var lines = LineReader.standardInput
      while let line = try lines.next() {
        try answer(String(line.text), line.number, at: "line \(line.number): ", system, options, backend)
      }
    } else {
      for (index, text) in inputs.enumerated() {
        try answer(text, index + 1, at: inputs.count > 1 ? "text \(index + 1): " : "", system, options, backend)
      }
    }
  }

  /// The inputs among the arguments, decoded as files are.
  private func argumentTexts() throws -> [String] {
    try texts.map { try TextFile(name: "argument", bytes: $0.utf8).text }
  }

  /// Prints the answer to an input. Messages name its `place`.
  private func answer<System: TextSystem>(
    _ text: String, _ number: Int, at place: String, _ system: System, _ options: DecodingOptions,
    _ backend: any Backend
  ) throws {
    if let note = system.note(onQuestion: text) { complain("Warning: " + place + note) }
    do {
      switch format {
      case .json:
        let answer = try system.answer(text, options, backend: backend) { _ in }
        try StandardOutput.writeLine(
          JSON.encode(NumberedAnswer(number: number, input: text, answer: answer), keys: .convertToSnakeCase))
      case .text:
        // Generated text is written while it is computed.
        let answer = try system.answer(text, options, backend: backend, write: StandardOutput.write)
        for line in answer.lines(number: number) { try StandardOutput.writeLine(line) }
        if let note = answer.note { complain(note) }
      }
    } catch RecurrentError.invalidFile(let path, let reason) {
      throw RecurrentError.invalidFile(path: place + path, reason: reason)
    }
  }
}

/// An answer with its input, as JSON.
private struct NumberedAnswer<Answer: SystemAnswer>: Encodable {
  let number: Int
  let input: String
  let answer: Answer

  private enum CodingKeys: String, CodingKey { case number, input }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(number, forKey: .number)
    try container.encode(input, forKey: .input)
    try answer.encode(to: encoder)
  }
}
