// Training fixtures: PyTorch's results, as scripts/training_fixtures.py writes them.

import Foundation
import Recurrent

/// A file of Tests/Fixtures/Training: tensors named CASE.WHAT.
package struct TrainingFixture {
  private let file: Safetensors

  package init(_ name: String) throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    file = try Safetensors(contentsOf: tests.appendingPathComponent("Fixtures/Training/\(name).safetensors").path)
  }

  /// The names before the first dot. A test compares them with its own, so that it leaves no case
  /// out.
  package var cases: Set<String> { Set(file.names.map { String($0.prefix { $0 != "." }) }) }

  package func tensor(_ name: String) throws -> Tensor { try file.tensor(name) }

  package func indices(_ name: String) throws -> Indices {
    Indices(try file.integers(name), shape: Shape(file.dimensions(name) ?? []))
  }

  /// An array of the metadata, from JSON.
  package func list<Element: Decodable>(_ name: String, of: Element.Type) throws -> [Element] {
    try JSONDecoder().decode([Element].self, from: Data((file.metadata[name] ?? "").utf8))
  }
}

extension Module {
  /// Sets every parameter to the value for its name.
  package func setParameters(_ value: (String) throws -> Tensor) rethrows {
    for named in parameters { named.parameter.value = try value(named.name) }
  }

  /// The parameter of that name. Precondition: it exists.
  package func parameter(_ name: String) -> Parameter { parameters.first { $0.name == name }!.parameter }
}
