// `recurrent drift`: compares a language model in a lower precision with float32, over a long text.

import ArgumentParser
import Foundation
import Recurrent

struct DriftCommand: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    commandName: "drift",
    abstract: "Compares a model (charlm) in a lower precision with float32, over a long text.",
    discussion: """
      The model reads the text twice, in both precisions, and carries its state from the first character to the last. \
      At each step, the logarithms of the probability of the next character are compared. The table has their mean \
      and greatest absolute difference for every \(rows) steps, in nats; the plot has the mean. Where the text is hard \
      to predict, differences are greater. If they keep growing over a text of one kind, errors accumulate in the \
      state. Without --text, the text is the built-in test data, of about 3000 characters.
      """)

  /// The steps of a row of the table, and of a point of the plot.
  private static let (rows, points) = (1000, 100)

  @Option(help: "The model file.", completion: .file(extensions: ["safetensors"])) var model: String
  @Option(help: "The precision that is compared with float32: bfloat16 or int8.") var precision = Precision.int8
  @Option(help: "The text file.", completion: .file()) var text: String?
  @Option(help: "Maximum number of steps, 1 to 100000.") var steps = 10_000
  @Option(help: "The plot to write (SVG); without it, none.", completion: .file(extensions: ["svg"]))
  var output: String?
  @OptionGroup(title: "Engine") var engine: EngineOptions

  var caller: String { "drift" }
  var options: [String] { ["model", "precision", "text", "steps", "output"] + CommandOptions.engine }

  func run() throws {
    guard precision != .float32 else {
      throw ValidationError("--precision: 'float32' is not valid; expected bfloat16 or int8, to compare with float32.")
    }
    guard 1...100_000 ~= steps else { throw ValidationError("--steps: \(steps) is not valid; expected 1 to 100000.") }
    if let output { try checkOutput(output, reading: [model, text], extensions: ["svg"]) }
    let backend = try engine.makeBackend()
    let system = try CharacterModel(contentsOf: model)
    guard system.precision == .float32 else {
      throw RecurrentError.invalidFile(
        path: model,
        reason:
          "the matrices are stored in \(system.precision); expected the model in float32, from before it was rounded")
    }
    let all = try text.map { try CharacterModel.samples(in: .path($0))[0] } ?? CharacterModel.builtInText()
    let part = String(String.UnicodeScalarView(all.unicodeScalars.prefix(steps + 1)))
    let reference = system.logProbabilities(of: part, backend: backend)
    try system.store(as: precision)
    let lower = system.logProbabilities(of: part, backend: backend)
    let drift = PrecisionDrift(lower, reference)

    var table = TextTable([.text("steps"), .number("mean difference"), .number("greatest")])
    for part in drift.parts(of: DriftCommand.rows) {
      table.add([
        "\(part.steps.lowerBound + 1) to \(part.steps.upperBound)", number(part.mean, "%.5f"),
        number(part.greatest, "%.5f"),
      ])
    }
    try StandardOutput.writeLine(table.text(width: StandardOutput.columns))
    func nats(_ logProbabilities: [Float]) -> Double {
      -logProbabilities.reduce(0) { $0 + Double($1) } / Double(logProbabilities.count)
    }
    try StandardOutput.writeLine(
      """
      Nats per character: float32 \(number(nats(reference), "%.4f")), \(precision.rawValue) \
      \(number(nats(lower), "%.4f")), difference \(number(nats(lower) - nats(reference), "%+.4f"))
      """)
    guard let output else { return }
    func series(_ size: Int) -> LinePlot.Series {
      let parts = drift.parts(of: size)
      return LinePlot.Series(
        "mean of \(size) steps", x: parts.map { Double($0.steps.upperBound) }, y: parts.map(\.mean))
    }
    try LinePlot(
      title: "\(precision.rawValue) against float32, \(Path.name(of: model))", x: .init("step"),
      y: .init("|difference of ln p| in nats"), series: [series(DriftCommand.points), series(DriftCommand.rows)]
    ).write(to: output)
    try StandardOutput.writeLine("Written to \(output).")
  }
}
