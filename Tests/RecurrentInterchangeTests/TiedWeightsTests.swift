// Tests of tied weights: parameters with several names, in the model and in the file.

import Foundation
import RecurrentCore
import RecurrentInterchange
import RecurrentLayers
import Testing

@Suite struct TiedWeightsTests {
  /// A language model whose output layer has the embedding's matrix as its weight.
  final class Tied: Module {
    let embedding = Parameter(Tensor(zeros: [3, 2]))
    let output: Parameter
    init() { output = embedding }
  }

  /// The same model with separate matrices.
  final class Untied: Module {
    let embedding = Parameter(Tensor(zeros: [3, 2]))
    let output = Parameter(Tensor(zeros: [3, 2]))
  }

  /// Has only the kept name, or only the removed one.
  final class Kept: Module { let embedding = Parameter(Tensor(zeros: [3, 2])) }
  final class Removed: Module { let output = Parameter(Tensor(zeros: [3, 2])) }

  static let weight = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])

  /// As `safetensors.torch.save_model` writes it: one tensor, and its other names in the metadata.
  static func saved(_ metadata: [String: String] = ["output": "embedding"], prefix: String = "") throws -> Safetensors {
    var file = Safetensors()
    file.metadata = metadata
    file.set(prefix + "embedding", weight)
    return try Safetensors(file.encoded(), path: "memory")
  }

  @Test func bothNamesOfASharedTensorLoad() throws {
    let file = try TiedWeightsTests.saved()
    #expect(file.names == ["embedding", "output"])
    #expect(file.contains("output") && file.dimensions("output") == [3, 2])
    #expect(try file.tensor("output") == TiedWeightsTests.weight)
    let (tied, untied, kept, removed) = (Tied(), Untied(), Kept(), Removed())
    for model in [tied, untied, kept, removed] as [any Module] {
      let (missing, unexpected) = try model.load(from: file)
      #expect(missing.isEmpty && unexpected.isEmpty)
    }
    for parameter in [tied.output, untied.embedding, untied.output, kept.embedding, removed.output] {
      #expect(parameter.value == TiedWeightsTests.weight)
    }
    // Written again, it is stored once.
    let again = try Safetensors(file.encoded(), path: "memory")
    #expect(again.encoded() == file.encoded() && again.names == file.names)
  }

  @Test func namesThatAreSharedAreWholeNames() throws {
    let file = try TiedWeightsTests.saved(["model.output": "model.embedding"], prefix: "model.")
    let model = Untied()
    try model.load(from: file, prefix: "model.")
    #expect(model.output.value == TiedWeightsTests.weight)
  }

  @Test func aTiedParameterNeedsOneOfItsNames() throws {
    for name in ["embedding", "output"] {
      var file = Safetensors()
      file.set(name, TiedWeightsTests.weight)
      let model = Tied()
      try model.load(from: file)
      #expect(model.embedding.value == TiedWeightsTests.weight)
      #expect { try Untied().load(from: file) } throws: {
        "\($0)".contains("missing: \(name == "output" ? "embedding" : "output")")
      }
    }
  }

  @Test func otherMetadataSharesNothing() throws {
    let file = try TiedWeightsTests.saved([
      "format": "pt", "output": "encoder", "embedding": "output", "other": "other",
    ])
    #expect(file.names == ["embedding"] && !file.contains("output") && !file.contains("other"))
    #expect { try Untied().load(from: file) } throws: { "\($0)".contains("missing: output") }
    let accented = try TiedWeightsTests.saved(["caf\u{e9}": "embedding"])
    #expect(accented.contains("caf\u{e9}") && !accented.contains("cafe\u{301}"))
    #expect(accented.elementCount == 6)
    // A stored tensor takes precedence over the metadata.
    var both = try TiedWeightsTests.saved()
    both.set("output", Tensor(zeros: [3, 2]))
    #expect(try both.tensor("output") == Tensor(zeros: [3, 2]))
  }

  @Test func longListsOfNamesAreCut() {
    var file = Safetensors()
    for number in 0..<1000 { file.set("x\(1000 + number)", Tensor([1])) }
    #expect { try Kept().load(from: file) } throws: {
      "\($0)".contains("unexpected: x1000, ") && "\($0)".hasSuffix("x1099 and 900 more")
    }
  }
}
