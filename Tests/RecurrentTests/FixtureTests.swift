// Fixtures: results and gradients computed by PyTorch.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct FixtureTests {
  /// The fixtures of the package, and further ones that a checkout has beside it.
  static let files: [String] = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return ["Tests/Fixtures", "../shared/fixtures"].flatMap { folder in
      let url = root.appendingPathComponent(folder)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
      return names.filter { $0.hasSuffix(".safetensors") }.sorted().map { url.appendingPathComponent($0).path }
    }
  }()

  @Test func someAreShipped() { #expect(FixtureTests.files.count >= 6) }

  @Test(arguments: FixtureTests.files)
  func everyBackendReproducesPyTorch(_ file: String) throws {
    let fixture = try Fixture(contentsOf: file)
    for backend in TestBackend.all {
      for deviation in fixture.deviations(on: backend.backend) {
        #expect(deviation.isWithinTolerance, "\(backend): \(deviation.name) is off by \(deviation.error)")
      }
    }
  }

  @Test func whatIsNotAFixtureIsRefused() throws {
    let path = try #require(FixtureTests.files.first)
    let file = try Safetensors(contentsOf: path)
    let config = try #require(file.metadata["config"])
    func expectFailure(_ reason: String, _ change: (inout Safetensors) -> Void) {
      var changed = file
      change(&changed)
      #expect("\(reason)") { try Fixture(changed) } throws: { "\($0)".contains(reason) }
    }
    expectFailure("recurrent_fixture") { $0.metadata["recurrent_fixture"] = nil }
    expectFailure("lacks config") { $0.metadata["config"] = nil }
    expectFailure("its config is not a JSON object") { $0.metadata["config"] = "{" }
    expectFailure("hidden_size is 0") {
      $0.metadata["config"] = config.replacing(/"hidden_size": \d+/, with: "\"hidden_size\": 0")
    }
    expectFailure("num_layers is 99999999999") {
      $0.metadata["config"] = config.replacing(/"num_layers": \d+/, with: "\"num_layers\": 99999999999")
    }
    expectFailure("cell is 'perceptron'") {
      $0.metadata["config"] = config.replacing(/"cell": "\w+"/, with: "\"cell\": \"perceptron\"")
    }
    expectFailure("has shape") {
      $0.metadata["config"] = config.replacing(/"hidden_size": \d+/, with: "\"hidden_size\": 16777216")
    }
    expectFailure("the length of row 0 is -1") {
      $0.set("lengths", [-1] + Array(repeating: 0, count: $0.dimensions("input")![1] - 1))
    }
    expectFailure("expected 0...") { $0.set("lengths", Array(repeating: 1000, count: $0.dimensions("input")![1])) }
    expectFailure("'lengths' has") { $0.set("lengths", [1, 1, 1, 1, 1, 1, 1, 1, 1]) }
    expectFailure("'input' is missing or not of shape") { $0.set("input", Tensor([1])) }
  }
}
