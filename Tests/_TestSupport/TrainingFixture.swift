// PyTorch's answers about training: what scripts/training_fixtures.py writes.

import Foundation
import Recurrent

/// A file of Tests/Fixtures/Training: tensors named CASE.WHAT.
public struct TrainingFixture {
  private let file: Safetensors

  public init(_ name: String) throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    file = try Safetensors(contentsOf: tests.appendingPathComponent("Fixtures/Training/\(name).safetensors").path)
  }

  /// The names before the first dot: a test that compares them with its own leaves none out.
  public var cases: Set<String> { Set(file.names.map { String($0.prefix { $0 != "." }) }) }

  public func tensor(_ name: String) throws -> Tensor { try file.tensor(name) }

  public func indices(_ name: String) throws -> Indices {
    Indices(try file.integers(name), shape: Shape(file.dimensions(name) ?? []))
  }

  /// A JSON array of the metadata.
  public func list<Element: Decodable>(_ name: String, of: Element.Type) throws -> [Element] {
    try JSONDecoder().decode([Element].self, from: Data((file.metadata[name] ?? "").utf8))
  }
}

extension Module {
  /// Takes every parameter's value from where its name leads.
  public func setParameters(_ value: (String) throws -> Tensor) rethrows {
    for named in parameters { named.parameter.value = try value(named.name) }
  }

  /// A parameter by its name; stops when there is none.
  public func parameter(_ name: String) -> Parameter { parameters.first { $0.name == name }!.parameter }
}
