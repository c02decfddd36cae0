// Input of `predict`: lines are decoded as files are, and answered as they arrive.

import Foundation
import Testing
import _TestSupport

@Suite struct PredictInputTests {
  /// A running `predict` of a model of names.
  private struct Conversation {
    let process = Process()
    let input = Pipe()
    let output = Pipe()
    let errors = Pipe()

    init(model: String) throws {
      process.executableURL = Bundle.main.bundleURL.appendingPathComponent("recurrent")
      process.arguments = ["predict", "names", "--model", model]
      (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
      try process.run()
    }

    func write(_ bytes: [UInt8]) throws { try input.fileHandleForWriting.write(contentsOf: Data(bytes)) }

    /// Up to the end of a line, or of everything.
    func readLine() -> String {
      var line = Data()
      while line.last != UInt8(ascii: "\n"), case let byte = output.fileHandleForReading.readData(ofLength: 1),
        !byte.isEmpty
      { line += byte }
      return String(decoding: line, as: UTF8.self)
    }

    func end() throws -> (status: Int32, errors: String) {
      try input.fileHandleForWriting.close()
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return (process.terminationStatus, text)
    }
  }

  @Test func everyLineIsAnsweredOrRefused() throws {
    try SystemCommandTests.withFolder { folder in
      #expect(
        try runProduct("recurrent", ["train", "names", "--epochs", "1", "--hidden", "4"], folder: folder).status == 0)
      let model = folder + "/names.safetensors"

      // Each answer arrives before the next input, without the byte order mark.
      let first = try Conversation(model: model)
      try first.write(Array("\u{FEFF}Nagy\r\n".utf8))
      #expect(first.readLine().utf8.starts(with: "Nagy\t".utf8))
      try first.write(Array("d \u{301}\n".utf8))
      #expect(first.readLine().utf8.starts(with: "d \u{301}\t".utf8))
      try first.write([0x61, 0xFF, 0x0A, 0x62, 0x0A])
      let (status, errors) = try first.end()
      #expect(
        status == 1 && errors.contains("standard input: line 3 is not UTF-8") && first.readLine() == "", "\(errors)")

      // An argument that Swift would repair.
      let script = "exec \"$1\" predict names --model \"$2\" \"$(printf 'a\\377')\""
      let refused = Process()
      let pipe = Pipe()
      refused.executableURL = URL(fileURLWithPath: "/bin/sh")
      refused.arguments = ["-c", script, "sh", Bundle.main.bundleURL.appendingPathComponent("recurrent").path, model]
      (refused.standardError, refused.standardOutput) = (pipe, FileHandle.nullDevice)
      try refused.run()
      let complaint = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      refused.waitUntilExit()
      #expect(
        refused.terminationStatus == 64 && complaint.contains("argument 5: '") && complaint.contains("expected UTF-8"),
        "\(complaint)")
      let marked = try runProduct("recurrent", ["predict", "names", "--model", model, "\u{FEFF}Nagy"])
      #expect(marked.status == 0 && marked.output.utf8.starts(with: "Nagy\t".utf8))
    }
  }
}
