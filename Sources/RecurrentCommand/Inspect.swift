// `recurrent inspect`: what each unit of a trained model follows in a text.

import ArgumentParser
import Foundation
import Recurrent

struct Inspect: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    abstract:
      "Shows a text coloured by the units of a model (charlm, names, sentiment), and ranks units that follow something readable.",
    discussion: """
      Writes a page for a browser: the text, each character with the value that a hidden unit or cell has after it, blue for -1 to red \
      for +1; and the units that follow quotes, brackets, the position in the line and so on most closely. Prints the ranking, too. \
      Without --text, the page shows the data to judge by that come with this program for the model's task.
      """)

  @Option(help: "The model's file.", completion: .file(extensions: ["safetensors"])) var model: String
  @Option(help: "The text's file.", completion: .file()) var text: String?
  @Option(help: "The page's file.", completion: .file(extensions: ["html"])) var output: String
  @Option(
    help: "Characters of the text at most, 1 to 100000; the page has a byte and a third for each of them and each unit."
  ) var characters = 4000
  @OptionGroup(title: "Engine") var engine: EngineOptions

  var caller: String { "inspect" }
  var options: [String] { ["model", "text", "output", "characters"] + CommandOptions.engine }

  func run() throws {
    guard 1...100_000 ~= characters else {
      throw ValidationError("--characters: \(characters) is not valid; expected 1 to 100000.")
    }
    try checkOutput(output, reading: [model, text])
    let backend = try engine.makeBackend()
    let system = try loadSystem(contentsOf: model)
    guard let system = system as? any InspectableSystem else {
      throw RecurrentError.invalidFile(
        path: model,
        reason:
          "is a model for \(type(of: system).task.rawValue), which reads words; expected one for charlm, names or sentiment"
      )
    }
    let all = try text.map { try CharacterModel.samples(in: .path($0))[0] } ?? type(of: system).ownText()
    let part = String(String.UnicodeScalarView(all.unicodeScalars.prefix(characters)))
    // Units' values, in the model and in order; the page's text and its encoding.
    let values = 2 * system.settings.layers * system.settings.hiddenSize
    try MemoryLimits.current().check(
      part.unicodeScalars.count * (24 * values + 4 * max(system.settings.embeddingSize, system.vocabularies.counts[0])),
      for: "this page",
      advice: "fewer --characters take less")
    let activations = system.activations(reading: part, backend: backend)
    let ranking = UnitRanking(activations)
    let name = Path.name(of: text ?? "own text")
    try InspectionPage(activations, ranking: ranking, title: "\(name), read by \(Path.name(of: model))").write(
      to: output)
    try StandardOutput.writeLine("\(ranking)\n")
    let units = activations.groups.reduce(0) { $0 + $1.units }
    try StandardOutput.writeLine(
      "Written to \(output): \(counted(activations.characters.count, "character")), \(counted(units, "unit")).")
  }
}
