// Line reader: lines as they arrive, and errors with line numbers.

import Foundation
import Recurrent
import Testing

@Suite struct LineReaderTests {
  /// Runs `body` with a reader of a pipe, and the pipe's end to write to.
  private func withPipe(limit: Int = 1 << 20, _ body: (inout LineReader, FileHandle) throws -> Void) throws {
    let pipe = Pipe()
    var reader = LineReader(pipe.fileHandleForReading.fileDescriptor, name: "here", limit: limit)
    try withExtendedLifetime(pipe) { try body(&reader, pipe.fileHandleForWriting) }
  }

  @Test func aLineIsThereWhenItHasItsEnd() throws {
    try withPipe { reader, pipe in
      try pipe.write(contentsOf: Data("\u{FEFF}one\ntw".utf8))
      #expect(try reader.next()?.text == "one")
      try pipe.write(contentsOf: Data("o\u{FEFF} \u{301}\r\n\n\r\n".utf8))
      #expect(try reader.next()?.text == "two\u{FEFF} \u{301}")
      let blank = try (reader.next(), reader.next())
      #expect(blank.0?.text == "" && blank.1?.text == "" && blank.1?.number == 4)
      try pipe.write(contentsOf: Data("five".utf8))
      try pipe.close()
      #expect(try reader.next()?.text == "five")
      #expect(try reader.next() == nil)
      #expect(try reader.next() == nil)
    }
  }

  /// Lines longer than what is read at once, and many of them.
  @Test func linesAreThoseOfAFile() throws {
    let text = (0..<300).map { String(repeating: "ä\($0)", count: $0 * $0 % 7919) }.joined(separator: "\n")
    try DataSourceTests.withFiles(["a": text]) { folder in
      let file = try #require(FileHandle(forReadingAtPath: folder + "/a"))
      var reader = LineReader(file.fileDescriptor, name: "a")
      var lines: [Substring] = []
      while let line = try reader.next() { lines.append(line.text) }
      #expect(lines == TextFile(name: "a", text: text).lines.map(\.text))
    }
  }

  @Test func whatIsWrongNamesItsLine() throws {
    try withPipe { reader, pipe in
      try pipe.write(contentsOf: Data([0x61, 0x0A, 0x62, 0x0A, 0x63, 0xC3, 0x0A, 0x64, 0x0A]))
      try pipe.close()
      #expect(try reader.next()?.text == "a")
      #expect(try reader.next()?.text == "b")
      #expect(throws: RecurrentError.invalidFile(path: "here", reason: "line 3 is not UTF-8")) { try reader.next() }
    }
    // However long it may become.
    try withPipe(limit: 10) { reader, pipe in
      try pipe.write(contentsOf: Data("0123456789\n0123456789a".utf8))
      #expect(try reader.next()?.text == "0123456789")
      #expect(throws: RecurrentError.invalidFile(path: "here", reason: "line 2 has more than 10 bytes")) {
        try reader.next()
      }
    }
    var reader = LineReader(-1, name: "nowhere")
    #expect(throws: RecurrentError.inputOutput(path: "nowhere", reason: "cannot be read: Bad file descriptor")) {
      try reader.next()
    }
  }
}
