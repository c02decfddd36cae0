// Tests of fixtures with impossible or empty sizes.

import Foundation
import RecurrentCore
import RecurrentInterchange
import RecurrentLayers
import RecurrentSwiftBackend
import Testing

@Suite struct FixtureSizeTests {
  /// A GRU's fixture of zeros with T steps of B rows.
  static func fixture(_ T: Int, _ B: Int, layers: Int = 2, bidirectional: Bool = false, batchFirst: Bool = false)
    -> Safetensors
  {
    let configuration = RecurrentStack.Configuration(
      cell: .gru(.after), inputSize: 2, hiddenSize: 3, layers: layers, bidirectional: bidirectional,
      batchFirst: batchFirst)
    var file = Safetensors()
    file.metadata = [
      "recurrent_fixture": "1",
      "config": """
      {"cell": "gru", "input_size": 2, "hidden_size": 3, "num_layers": \(layers), "bidirectional": \(bidirectional), \
      "bias": true, "proj_size": 0, \
      "nonlinearity": "", "batch_first": \(batchFirst)}
      """,
    ]
    let stack = RecurrentStack(
      configuration,
      parameters: (0..<configuration.layers * configuration.directions).map {
        DirectionParameters(zeros: configuration.layer($0 / configuration.directions))
      }, backend: SwiftBackend(pool: ThreadPool(threads: 1)))
    for (name, tensor) in stack.namedParameters {
      file.set(name, tensor)
      file.set("grad_" + name, tensor)
    }
    func sequence(_ features: Int) -> Tensor { Tensor(zeros: [T, B, features]) }
    let state = Tensor(zeros: [configuration.layers * configuration.directions, B, 3])
    for name in ["h0", "grad_h0", "hn", "grad_hn"] { file.set(name, state) }
    for name in ["input", "grad_input"] { file.set(name, sequence(2)) }
    for name in ["output", "grad_output"] { file.set(name, sequence(3 * configuration.directions)) }
    return file
  }

  /// More steps than a loop could run.
  @Test(arguments: [false, true], [false, true]) func stepsWithoutRowsCostNothing(
    _ bidirectional: Bool, _ batchFirst: Bool
  ) throws {
    let backend = SwiftBackend(pool: ThreadPool(threads: 1))
    for steps in [1 << 20, Int(Int32.max)] {
      let fixture = try Fixture(
        FixtureSizeTests.fixture(steps, 0, bidirectional: bidirectional, batchFirst: batchFirst))
      let deviations = fixture.deviations(on: backend)
      let areRight = deviations.allSatisfy { $0.isWithinTolerance }
      #expect(areRight)
    }
  }

  @Test func sizesThatOverflowAreRefused() throws {
    for (steps, rows) in [(0, 1 << 31), (1 << 31, 0), (0, 1 << 40)] {
      #expect("\(steps) x \(rows)") { try Fixture(FixtureSizeTests.impossible([steps, rows, 2])) } throws: {
        "\($0)".contains("are too many")
      }
    }
    for dimensions in [[0, 1 << 61, 2], [1 << 61, 0, 2], [1 << 61, 2, 0]] {
      #expect("\(dimensions)") { try Fixture(FixtureSizeTests.impossible(dimensions)) } throws: {
        "\($0)".contains("has the impossible shape")
      }
    }
  }

  /// A fixture with an empty input of a given shape in its header.
  static func impossible(_ dimensions: [Int]) throws -> Safetensors {
    var file = fixture(0, 1)
    file.set("input", Tensor(zeros: [0, 1, 2]))
    let bytes = file.encoded()
    let length = Int(bytes[0]) | Int(bytes[1]) << 8
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
      .replacingOccurrences(
        of: #""input":{"dtype":"F32","shape":[0,1,2]"#, with: #""input":{"dtype":"F32","shape":\#(dimensions)"#)
    return try Safetensors(SafetensorsTests.file(header, [UInt8](bytes[(8 + length)...])), path: "memory")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: SafetensorsTests.cases))) func sharedCasesEnd() throws {
    let folder = SafetensorsTests.cases + "/outside/"
    #expect(throws: RecurrentError.self) {
      try Fixture(contentsOf: folder + "fixture-zero-steps-many-rows.safetensors")
    }
    let deviations = try Fixture(contentsOf: folder + "fixture-no-rows-2e31-steps.safetensors").deviations(
      on: SwiftBackend(pool: ThreadPool(threads: 1)))
    #expect(!deviations.isEmpty)
  }
}
