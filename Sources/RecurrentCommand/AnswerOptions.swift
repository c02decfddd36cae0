// Answer options: the decoding options of `recurrent evaluate` and `recurrent predict`.

import ArgumentParser
import Foundation
import Recurrent

/// The decoding options that evaluation and prediction share.
struct AnswerOptions: ParsableArguments {
  @Option(help: .ofAnswers(.beam, "number of beams; 1 is greedy search.")) var beam = 5
  @Option(help: .ofAnswers(.lengthPenalty, "length penalty alpha: scores are divided by ((5 + length) / 6)^alpha."))
  var lengthPenalty: Float = 1

  static func names(
    for task: TextTask, among options: Set<DecodingOptions.Option> = Set(DecodingOptions.Option.allCases)
  ) -> [String] {
    DecodingOptions.Option.allCases.filter(options.intersection(task.system.decodingTaken).contains).map(\.rawValue)
  }

  func check() throws {
    guard 1...64 ~= beam else { throw ValidationError("--beam: \(beam) is not valid; expected 1 to 64.") }
    guard 0...10 ~= lengthPenalty else {
      throw ValidationError("--length-penalty: \(lengthPenalty) is not valid; expected 0 to 10.")
    }
  }

  var options: DecodingOptions {
    var options = DecodingOptions()
    (options.beams, options.lengthPenalty) = (beam, lengthPenalty)
    return options
  }
}
