// The deterministic part of scripts/fuzz.

import Foundation
import Testing
import _TestSupport

@Suite struct FuzzTests {
  /// Inputs of all targets together.
  static let count = 2000

  @Test func noMutatedInputStopsAReader() throws {
    let result = try runProduct(
      "_Fuzz", ["--count", "\(FuzzTests.count)", "--output", NSTemporaryDirectory() + "fuzz-failures"])
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }

  /// Files of Tests/Fixtures/Found/TARGET, at which a reader once stopped.
  @Test func whatOnceStoppedAReaderDoesSoNoMore() throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let result = try runProduct(
      "_Fuzz",
      [
        "--replay", tests.appendingPathComponent("Fixtures/Found").path, "--output",
        NSTemporaryDirectory() + "fuzz-failures",
      ])
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }
}
