// Model options: the model of `recurrent evaluate` and `recurrent predict`, and its precision.

import ArgumentParser
import Recurrent

/// The model of a command.
struct ModelOptions: ParsableArguments {
  @Option(help: "The model file.", completion: .file(extensions: ["safetensors"])) var model: String
  @Option(help: "Precision of matrices and their products: float32, bfloat16 or int8 (default: the model file's).")
  var precision: Precision?

  static let names = ["model", "precision"]

  /// Loads the model of a task, and converts it to the precision.
  func load(for task: TextTask) throws -> any TextSystem {
    func load<System: TextSystem>(_: System.Type) throws -> any TextSystem { try System(contentsOf: model) }
    let system = try load(task.system)
    if let precision { try system.store(as: precision) }
    return system
  }
}
