// Tests of the compiler's messages about mistakes in a training step.

import Foundation
import Testing
import _TestSupport

/// The folder of the modules that the tests were built with.
private let compiledModules: String? = {
  let path = Bundle.main.bundleURL.appendingPathComponent("Modules").path
  return FileManager.default.fileExists(atPath: path + "/Recurrent.swiftmodule") ? path : nil
}()

/// The README's trainer with a mistake, which the compiler must report within some ten thousand
/// scopes of its solver (`-solver-scope-threshold`), about a second; it gives up after a million.
@Suite(.enabled(if: compiledModules != nil, "the compiled modules are not beside the tests"))
struct CompilerMessageTests {
  /// The arguments that let `swiftc` import Recurrent.
  static let arguments: [String] = {
    let package = ReadmeTrainerTests.tests.deletingLastPathComponent()
    let built =
      (try? FileManager.default.contentsOfDirectory(at: Bundle.main.bundleURL, includingPropertiesForKeys: nil)) ?? []
    let maps =
      built.map { $0.appendingPathComponent("module.modulemap").path } + [
        package.appendingPathComponent("CBLAS/module.modulemap").path
      ]
    return [
      "swiftc", "-typecheck", "-swift-version", "6", "-I", compiledModules ?? "", "-Xfrontend",
      "-solver-scope-threshold=40000",
    ]
      + maps.filter(FileManager.default.fileExists).flatMap { ["-Xcc", "-fmodule-map-file=" + $0] }
      + ["CRecurrentProcessor", "CRecurrentKernels"].flatMap {
        ["-Xcc", "-I" + package.appendingPathComponent("Sources/\($0)/include").path]
      }
  }()

  /// The replaced text, its replacement, and the compiler's message.
  static let mistakes: [(String, String, String)] = [
    ("metrics:", "metric:", "have 'loss:metric:weight:', expected 'loss:metrics:weight:'"),
    ("weight:", "weights:", "have 'loss:metrics:weights:', expected 'loss:metrics:weight:'"),
    ("loss: crossEntropy(logits, labels), ", "", "missing argument for parameter 'loss' in call"),
    ("\"accuracy\": accuracy(logits.value, labels)", "\"accuracy\": \"high\"", "cannot convert value of type 'String'"),
    (
      "accuracy(logits.value,", "accuracy(logits,",
      "cannot convert value of type 'Variable' to expected argument type 'Tensor'"
    ),
    ("Indices(batch.map(\\.label))", "Indices(batch.mapp(\\.label))", "has no member 'mapp'"),
    ("\\.label)", "\\.lable)", "has no member 'lable'"),
    ("crossEntropy(", "crossEntropie(", "cannot find 'crossEntropie' in scope"),
    ("crossEntropy(logits, labels)", "crossEntropy(logits, labels, smoothin: 0.1)", "expected '_:_:smoothing:'"),
    ("crossEntropy(logits, labels)", "crossEntropy(logits, labels) * batch.count", "'Variable' and 'Int'"),
    (
      "crossEntropy(logits, labels)", "crossEntropy(logits, labels) * 0.5 + (logits * logits).maen() * 1e-3",
      "has no member 'maen'"
    ),
    ("letters), tape)", "letters))", "missing argument for parameter #2 in call"),
  ]

  @Test(arguments: mistakes.indices) func mistakesInAStepAreNamed(_ number: Int) throws {
    let (right, wrong, expected) = CompilerMessageTests.mistakes[number]
    try TrainerTests.withFolder { folder in
      let source = try String(
        contentsOf: ReadmeTrainerTests.tests.appendingPathComponent("_ReadmeTrainer/main.swift"), encoding: .utf8)
      let step = try #require(source.range(of: "{ batch, tape in"))
      let (head, body) = (source[..<step.upperBound], source[step.upperBound...])
      #expect(body.contains(right))
      let path = folder + "/main.swift"
      try (head + body.replacingOccurrences(of: right, with: wrong)).write(
        toFile: path, atomically: true, encoding: .utf8)
      let result = try runProgram("/usr/bin/env", CompilerMessageTests.arguments + [path])
      #expect(result.status != 0 && result.errors.contains(expected), "\(wrong): \(result.errors)")
    }
  }

  /// Shows that the messages above are due to the mistakes.
  @Test func theTrainerCompiles() throws {
    let path = ReadmeTrainerTests.tests.appendingPathComponent("_ReadmeTrainer/main.swift").path
    let result = try runProgram("/usr/bin/env", CompilerMessageTests.arguments + [path])
    #expect(result.status == 0, "\(result.errors)")
  }
}
