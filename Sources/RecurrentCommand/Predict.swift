// `recurrent predict`: what a model makes of something new.

import ArgumentParser
import Foundation
import Recurrent

struct Predict: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    abstract: "Asks a trained system: each argument, or each line of standard input.",
    discussion: """
      names, sentiment: a text; prints its likeliest classes with their probabilities. tagger: a sentence; prints each word with its \
      tag. translate: a sentence. caption: 64 pixels, separated by commas. charlm: a prompt, from which it goes on.
      """)

  @Argument(help: "The task.") var task: TextTask
  @Argument(help: "What to ask; standard input when there is none.") var texts: [String] = []
  @Option(help: "The model's file.", completion: .file(extensions: ["safetensors"])) var model: String
  @OptionGroup var answers: AnswerOptions
  @Option(help: .ofAnswers(.top, "classes to name.")) var top = 3
  @Option(help: .ofAnswers(.length, "characters to write.")) var length = 500
  @Option(help: .ofAnswers(.temperature, "what scores are divided by; 0 takes the likeliest character.")) var temperature: Float = 1
  @Option(help: .ofAnswers(.topK, "only so many of the likeliest characters are drawn from.")) var topK: Int?
  @Option(help: .ofAnswers(.topP, "only the likeliest characters with this share of the probability are drawn from.")) var topP: Float?
  @Option(help: .ofAnswers(.seed, "seed of what is drawn, 0 or above.")) var seed: UInt64 = 1
  @OptionGroup(title: "Engine") var engine: EngineOptions

  var caller: String { "predict \(task.rawValue)" }
  var options: [String] { ["model"] + AnswerOptions.names(for: task) + CommandOptions.engine }

  func run() throws {
    try answers.check()
    var options = answers.options
    options.sampling = Sampling(temperature: temperature, topK: topK, topP: topP)
    do throws(RecurrentError) { try options.sampling.check() } catch { throw ValidationError("--" + error.description) }
    guard top >= 1 else { throw ValidationError("--top: \(top) is not valid; expected 1 or more.") }
    guard 0...10_000_000 ~= length else { throw ValidationError("--length: \(length) is not valid; expected 0 to 10000000.") }
    (options.alternatives, options.length, options.seed) = (top, length, seed)
    let questions = try argumentTexts()
    let backend = try engine.makeBackend()
    let system = try loadModel(model, for: task)

    if texts.isEmpty {
      var lines = LineReader.standardInput
      while let line = try lines.next() { try answer(String(line.text), at: "line \(line.number): ", system, options, backend) }
    } else {
      for (number, text) in questions.enumerated() {
        try answer(text, at: questions.count > 1 ? "text \(number + 1): " : "", system, options, backend)
      }
    }
  }

  /// The questions among the arguments, read as those of a file are.
  private func argumentTexts() throws -> [String] { try texts.map { try TextFile(name: "argument", bytes: $0.utf8).text } }

  /// - Parameter place: where the text stands, for messages.
  private func answer(_ text: String, at place: String, _ system: any TextSystem, _ options: DecodingOptions, _ backend: any Backend) throws {
    if let note = system.note(onQuestion: text) { complain("Warning: " + place + note) }
    // Piece by piece: a long text is something to watch.
    do throws(RecurrentError) {
      try system.answer(text, options, backend: backend, write: StandardOutput.write)
    } catch .invalidFile(let path, let reason) {
      throw RecurrentError.invalidFile(path: place + path, reason: reason)
    }
    try StandardOutput.writeLine()
  }
}
