// Tests of the README's trainer: it builds, runs and learns.

import Foundation
import Testing
import _TestSupport

@Suite struct ReadmeTrainerTests {
  static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  @Test func isInTheReadmeWordForWord() throws {
    let program = try String(
      contentsOf: ReadmeTrainerTests.tests.appendingPathComponent("_ReadmeTrainer/main.swift"), encoding: .utf8)
    let readme = try String(
      contentsOf: ReadmeTrainerTests.tests.deletingLastPathComponent().appendingPathComponent("README.md"),
      encoding: .utf8)
    #expect(readme.contains("```swift\n" + program + "```"))
    let lines = program.split(separator: "\n").filter { !$0.trimmingCharacters(in: .whitespaces).isEmpty }
    #expect(lines.count <= 35 && lines.allSatisfy { $0.count <= 100 })
  }

  @Test func learns() throws {
    try TrainerTests.withFolder { folder in
      let result = try runProduct("_ReadmeTrainer", [], folder: folder)
      #expect(result.status == 0, "\(result.errors)")
      let last = try #require(result.errors.split(separator: "\n").last)
      #expect(last.hasPrefix("Epoch 6/6: ") && last.contains(/validation loss .*, accuracy (0\.9[5-9]|1)/), "\(last)")
      #expect(FileManager.default.fileExists(atPath: folder + "/classifier.safetensors"))
    }
  }
}
