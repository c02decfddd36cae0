// `recurrent inspect`: shows and ranks the units of a model by their values in a text.

import ArgumentParser
import Foundation
import Recurrent

struct Inspect: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    abstract: "Shows and ranks the units of a model (charlm, names, sentiment) by their values in a text.",
    discussion: """
      Writes an HTML page and prints a ranking. The page shows the text; the background of each character is the value \
      of a hidden unit or cell after it, from blue for -1 to red for +1. The ranking lists the units with the highest \
      correlation with features of the text: quotes, brackets, the position in the line and others. Without --text, \
      the text is the built-in test data of the model's task.
      """)

  @Option(help: "The model file.", completion: .file(extensions: ["safetensors"])) var model: String
  @Option(help: "The text file.", completion: .file()) var text: String?
  @Option(help: "The page to write (HTML).", completion: .file(extensions: ["html"])) var output: String
  @Option(
    help: "Maximum number of characters, 1 to 100000. The page has 4/3 bytes for each character and unit."
  ) var characters = 4000
  @OptionGroup(title: "Engine") var engine: EngineOptions

  var caller: String { "inspect" }
  var options: [String] { ["model", "text", "output", "characters"] + CommandOptions.engine }

  func run() throws {
    guard 1...100_000 ~= characters else {
      throw ValidationError("--characters: \(characters) is not valid; expected 1 to 100000.")
    }
    try checkOutput(output, reading: [model, text], extensions: ["html", "htm"])
    let backend = try engine.makeBackend()
    let system = try loadSystem(contentsOf: model)
    guard let system = system as? any InspectableSystem else {
      throw RecurrentError.invalidFile(
        path: model,
        reason:
          "is a model for \(type(of: system).task.rawValue); expected a model for charlm, names or sentiment"
      )
    }
    let all = try text.map { try CharacterModel.samples(in: .path($0))[0] } ?? type(of: system).builtInText()
    let part = String(String.UnicodeScalarView(all.unicodeScalars.prefix(characters)))
    // Values of the units, in the model and sorted; the page and its encoding.
    let values = 2 * system.settings.layers * system.settings.hiddenSize
    try MemoryLimits.current().check(
      part.unicodeScalars.count * (24 * values + 4 * max(system.settings.embeddingSize, system.vocabularies.counts[0])),
      for: "this page",
      advice: "fewer --characters take less")
    let activations = system.activations(reading: part, backend: backend)
    let ranking = UnitRanking(activations)
    let name = Path.name(of: text ?? "built-in text")
    try InspectionPage(activations, ranking: ranking, title: "\(name), read by \(Path.name(of: model))").write(
      to: output)
    try StandardOutput.writeLine("\(ranking)\n")
    let units = activations.groups.reduce(0) { $0 + $1.units }
    try StandardOutput.writeLine(
      "Written to \(output): \(counted(activations.characters.count, "character")), \(counted(units, "unit")).")
  }
}
