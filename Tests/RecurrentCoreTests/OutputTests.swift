// Output: failing writes, and text that is safe to write.

import Foundation
import RecurrentCore
import Testing

@Suite struct OutputTests {
  static func withPipe(_ body: (_ reading: Int32, _ writing: Int32) throws -> Void) throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { close(ends[1]) }
    try body(ends[0], ends[1])
  }

  static func write(_ bytes: [UInt8], to descriptor: Int32, timeout: Int32 = -1) -> Int32 {
    bytes.withUnsafeBytes { OutputDescriptor.write($0, to: descriptor, timeout: timeout) }
  }

  /// The signal's default action would end the process. The program's own action for it stays
  /// unchanged.
  @Test func aReaderThatHasGoneIsAnErrorAndNoSignal() throws {
    var (before, after, pending) = (sigaction(), sigaction(), sigset_t())
    sigaction(SIGPIPE, nil, &before)
    try OutputTests.withPipe { reading, writing in
      close(reading)
      for _ in 0..<2 { #expect(OutputTests.write([1, 2, 3], to: writing) == EPIPE) }
    }
    sigaction(SIGPIPE, nil, &after)
    sigpending(&pending)
    #expect(sigismember(&pending, SIGPIPE) == 0)
    let handlers = [before, after].map { unsafeBitCast($0.__sigaction_handler.sa_handler, to: Int.self) }
    #expect(handlers[0] == handlers[1])
    #expect(OutputTests.write([1], to: -1) == EBADF)
  }

  @Test func aPipeThatDoesNotBlockGetsEverything() throws {
    try OutputTests.withPipe { reading, writing in
      #expect(fcntl(writing, F_SETFL, O_NONBLOCK) == 0)
      let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
      let done = DispatchSemaphore(value: 0)
      let read = Locked<[UInt8]>([])
      DispatchQueue.global().async {
        let pipe = FileHandle(fileDescriptor: reading)
        while read.withLock({ $0.count }) < bytes.count, let chunk = try? pipe.read(upToCount: 10_000), !chunk.isEmpty {
          read.withLock { $0 += chunk }
        }
        done.signal()
      }
      #expect(OutputTests.write(bytes, to: writing) == 0)
      done.wait()
      #expect(read.withLock { $0 } == bytes)
      close(reading)
    }
  }

  /// A write with a timeout of 0 does not wait, on blocking and on non-blocking pipes.
  @Test(arguments: [0, O_NONBLOCK]) func whatNobodyReadsIsLeftOut(_ flags: Int32) throws {
    try OutputTests.withPipe { reading, writing in
      #expect(fcntl(writing, F_SETFL, flags) == 0)
      #expect(OutputTests.write([UInt8](repeating: 1, count: 10_000), to: writing, timeout: 0) == 0)
      for _ in 0..<2 {
        #expect(OutputTests.write([UInt8](repeating: 2, count: 10_000_000), to: writing, timeout: 0) == EAGAIN)
      }
      close(reading)
    }
  }

  @Test func whatActsOnATerminalIsEscaped() {
    for (text, escaped) in [
      ("a\u{1B}[31mb", #"a\u{1B}[31mb"#), ("\u{0}\u{7F}\u{9B}", #"\u{0}\u{7F}\u{9B}"#), ("\u{2028}", #"\u{2028}"#),
      ("\u{202E}\u{2066}\u{200F}", #"\u{202E}\u{2066}\u{200F}"#), ("line\r\nnext\tend", #"line\u{D}\u{A}next\u{9}end"#),
      ("é 漢 👩‍👩‍👧 \\ ' \"", "é 漢 👩‍👩‍👧 \\ ' \""), ("", ""),
    ] {
      #expect(text.printable() == escaped)
      #expect(escaped.printable() == escaped)
    }
  }

  @Test func severalLinesStayLines() { #expect("a\n\tb\r\u{7}".printable(multiline: true) == "a\n\tb\\u{D}\\u{7}") }

  /// The description of an error is one line of limited length without control characters, whatever
  /// the text in it.
  @Test func errorsAreOneShortLine() {
    let outside = String(repeating: "x\u{1B}]0;title\u{7}\n", count: 100_000)
    let errors: [RecurrentError] = [
      .unknownBackend(outside, available: ["swift"], refused: [:]),
      .unavailableBackend("packed", reason: outside, available: []),
      .invalidOption(name: outside, value: outside, expected: outside),
      .invalidFile(path: outside, reason: "label '\(outside)' is not known; expected a word"),
      .inputOutput(path: "a", reason: outside), .diverged(step: 3, loss: .nan, gradientNorm: 1),
    ]
    for error in errors {
      #expect(
        error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 } && error.description.count < 40_000,
        "\(error.description.count)")
    }
    #expect(
      errors[3].description.contains("label 'x\\u{1B}]0;title")
        && errors[3].description.hasSuffix("is not known; expected a word"))
    #expect(errors[3].description.contains("characters left out"))
    #expect("\(RecurrentError.invalidFile(path: "a.tsv", reason: "line 3: 'é'"))" == "a.tsv: line 3: 'é'")
  }

  @Test func longTextsLoseTheirMiddle() {
    let text = String(repeating: "a", count: 500) + String(repeating: "b", count: 501)
    #expect(text.shortened(to: 1001) == text)
    #expect(text.shortened(to: 10) == "aaaaa… (991 characters left out) …bbbbb")
  }

  /// All output goes through OutputDescriptor.swift, where every failure of a write is handled.
  @Test func nothingIsWrittenInOtherWays() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let pattern = try Regex(
      #"(^|[^.\w`])(print|debugPrint|dump|fputs|puts|fputc|putchar|fwrite|printf|vprintf)\("#
        + #"|FileHandle\.standard(Output|Error)"#
    )
    var files = 0
    for folder in ["Sources", "Benchmarks"] {
      let paths = try #require(FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path))
      for case let path as String in paths where path.hasSuffix(".swift") {
        files += 1
        let text = try String(contentsOf: root.appendingPathComponent(folder + "/" + path), encoding: .utf8)
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
          let isComment = line.drop { $0 == " " }.hasPrefix("//")
          #expect(isComment || !line.contains(pattern), "\(folder)/\(path):\(number + 1): \(line)")
        }
      }
    }
    #expect(files > 100)
  }
}
