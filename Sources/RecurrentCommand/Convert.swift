// `recurrent convert`: stores the matrices of a model in another precision.

import ArgumentParser
import Foundation
import Recurrent

struct Convert: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    abstract: "Stores the matrices of a model in int8, bfloat16 or float32.",
    discussion: """
      The file takes about a quarter of the bytes in int8, and half in bfloat16. `evaluate`, `predict` and `inspect` \
      read it like any other model. Names, settings and vocabularies stay the same. Biases stay float32.

      Weights are rounded to nearest: in int8 to a multiple of the scale of their row, in bfloat16 to 8 significant \
      bits. Numbers that were rounded before stay the same, so that conversion to the same precision or to float32 is \
      exact: what rounding lost does not come back, so keep the float32 model.

      Prints the bytes of both files and the greatest relative rounding error of a matrix: the norm of the errors, \
      divided by the norm of the matrix.

      A run cannot be resumed from a converted model, only from its checkpoint.
      """)

  @Argument(help: "The model file.", completion: .file(extensions: ["safetensors"])) var model: String
  @Option(
    help: "Precision: \(Precision.allCases.map(\.rawValue).joined(separator: ", ")).",
    completion: .list(Precision.allCases.map(\.rawValue)),
    transform: {
      guard let precision = Precision(rawValue: $0) else {
        throw ValidationError("expected \(Precision.allCases.map(\.rawValue).joined(separator: ", ")).")
      }
      return precision
    })
  var precision: Precision
  @Option(help: "The model file to write.", completion: .file(extensions: ["safetensors"])) var output: String
  @Flag(help: "Replace an existing file.") var overwrite = false

  var caller: String { "convert" }
  var options: [String] { ["precision", "output", "overwrite"] }

  func run() throws {
    let files = RunFiles(model: output)
    if RunFiles(either: output) != files {
      throw ValidationError("--output: '\(output)' is the name of a checkpoint; expected the name of a model.")
    }
    try files.checkWritable()
    try checkOutput(output, reading: [model], isModel: true)
    try checkExtension(of: output, ["safetensors"], option: "--output")
    if !overwrite, AtomicFile.exists(output) {
      throw RecurrentError.inputOutput(
        path: output, reason: "already exists; --overwrite replaces it, another name keeps it")
    }
    let before = try RegularFile(model).size
    let system = try loadSystem(contentsOf: model)
    let rounding = try system.store(as: precision)
    let file = try system.file.encoded()
    try AtomicFile.write(file, to: output)
    let error = rounding.map { "greatest relative rounding error \(number($0.error, "%.2g")) in '\($0.parameter)'" }
    try StandardOutput.writeLine(
      """
      \(output): \(precision), \(counted(file.count, "byte")), \
      \(String(format: "%.2f", Double(file.count) / Double(before))) of the \(before) of \(model); \
      \(error ?? "all numbers are the same")
      """)
  }
}
