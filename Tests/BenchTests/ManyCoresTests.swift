// scripts/many-cores: what `run` writes, with the product and with programs in its place.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct ManyCoresTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let script = root.appendingPathComponent("scripts/many-cores").path

  /// Calls `body` with a temporary folder that has a folder "kit", as `build` makes it, around a shell
  /// program; nil for the product.
  private func withKit(_ bench: String?, _ body: (_ folder: URL) throws -> Void) throws {
    let files = FileManager.default
    let folder = files.temporaryDirectory.appendingPathComponent("many cores' \(UInt32.random(in: 0 ... .max))")
    let kit = folder.appendingPathComponent("kit")
    try files.createDirectory(at: kit, withIntermediateDirectories: true)
    defer { try? files.removeItem(at: folder) }
    try Data("glibc 2.0\n".utf8).write(to: kit.appendingPathComponent("BUILD"))
    if let bench {
      try write(bench, to: kit.appendingPathComponent("bench"))
    } else {
      try files.createSymbolicLink(
        at: kit.appendingPathComponent("bench"),
        withDestinationURL: Bundle.main.bundleURL.appendingPathComponent("bench"))
    }
    for name in ["many-cores", "usage", "peers/peer.py"] {
      let source = Self.root.appendingPathComponent("scripts/\(name)")
      try files.copyItem(at: source, to: kit.appendingPathComponent(source.lastPathComponent))
    }
    try body(folder)
  }

  private func write(_ program: String, to file: URL) throws {
    try Data(("#!/bin/bash\n" + program).utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
  }

  /// Runs the script of the kit, where there is neither Swift nor a Python unless it is given.
  private func run(_ arguments: [String], in folder: URL, python: String = "/no/such/python") throws -> ProgramResult {
    try runProgram(
      folder.appendingPathComponent("kit/many-cores").path, arguments,
      environment: ["PATH": "/usr/bin:/bin", "PYTHON": python, "RECURRENT_THREADS": ""], folder: folder.path)
  }

  /// The parts of a result, by name.
  private func parts(_ folder: URL) throws -> [String: String] {
    let text = try String(contentsOf: folder.appendingPathComponent("out.txt"), encoding: .utf8)
    var (parts, name) = ([String: String](), "")
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("== ") { name = String(line.dropFirst(3)) } else { parts[name, default: ""] += line + "\n" }
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("out") } == ["out.txt"])
    return parts
  }

  @Test func theMachineAndItsSpeedAreWritten() throws {
    try withKit(nil) { folder in
      let sizes = ["--cells", "gru", "--modes", "inference", "--hidden", "8", "--lengths", "4", "--batch", "2"]
      let result = try run(
        ["run", "kit", "out.txt", "--limit", "60", "--threads", "1,2", "--"] + sizes + ["--seconds", "0"], in: folder)
      #expect(result.status == 0, "\(result.errors)")
      let parts = try parts(folder)
      #expect(parts.keys.sorted() == ["end", "machine", "peers", "scaling", "topology"])
      #expect(parts["end"]?.hasPrefix("complete, after ") == true)
      #expect(parts["peers"]?.hasPrefix("no PyTorch and no ONNX Runtime") == true)
      #expect(parts["machine"]?.contains("Cpus_allowed_list") == true)
      let json = try JSONSerialization.jsonObject(with: Data((parts["scaling"] ?? "").utf8)) as? [String: Any]
      let results = try #require(json?["results"] as? [[String: Any]])
      func threads(areOfPredictions: Bool) -> [Int] {
        results.filter { ($0["backend"] as? String)?.hasSuffix(" predicted") == areOfPredictions }
          .compactMap { $0["threads"] as? Int }
      }
      #expect(threads(areOfPredictions: false) == Array(1...min(2, Machine.current.threads)))
      let powers = sequence(first: 2) { 2 * $0 }.prefix { $0 <= Machine.current.cores && $0 < 256 }
      #expect(threads(areOfPredictions: true) == Array(powers))
    }
  }

  /// A program in place of `bench` that writes its arguments into its file, after results with some
  /// numbers of threads.
  private static let echo = #"""
    [ "$1" = --version ] && exit
    out=
    for word; do if [ "$before" = --output ]; then out=$word; fi; before=$word; done
    { printf '"threads" : %s,\n' 1 2 4 8; printf '%s\n' "$@"; } >"$out"

    """#

  /// Those that Python has, with the same options, each within its limit; with
  /// fewer numbers of threads, unless they are given.
  @Test(arguments: [nil, "1,8"]) func peersAreThoseThatPythonHas(_ given: String?) throws {
    try withKit(Self.echo) { folder in
      let python = folder.appendingPathComponent("python")
      try write("echo pytorch onnxruntime\n", to: python)
      let result = try run(
        ["run", "kit", "out.txt", "--limit", "200"] + (given.map { ["--threads", $0] } ?? []) + [
          "--", "--cells", "lstm",
        ],
        in: folder,
        python: python.path)
      #expect(result.status == 0, "\(result.errors)")
      let parts = try parts(folder)
      var limits: [Int] = []
      for (name, peers) in [("scaling", 0), ("peers", 2)] {
        let words = (parts[name] ?? "").split(separator: "\n")
        #expect(words.count { $0 == "--peer" } == peers && words.suffix(2) == ["--cells", "lstm"])
        for (option, value) in [
          ("--suite", "scaling"), ("--format", "json"), ("--threads", given ?? (peers > 0 ? "8,2" : nil)),
        ] {
          // The last one counts.
          #expect(Array(zip(words, words.dropFirst())).last { $0.0 == option }?.1 == value.map { $0[...] }, "\(words)")
        }
        limits += zip(words, words.dropFirst()).filter { $0.0 == "--limit" }.compactMap { Int($0.1) }
      }
      // A third, and what is left, less what the start and the last row may take.
      #expect(limits.count == 2 && limits.first == 66 && (1...170).contains(limits.last ?? 0), "\(limits)")
      // The folder's name has a quote, which a shell reads right.
      let peer = (parts["peers"] ?? "").split(separator: "\n").first { $0.hasSuffix("pytorch") }.map(String.init) ?? ""
      let words = try runProgram("/bin/sh", ["-c", peer.replacingOccurrences(of: "exec ", with: "printf '%s\\n' ")])
      #expect(
        words.output.split(separator: "\n")
          == [python.path[...], folder.appendingPathComponent("kit/peer.py").path[...], "pytorch"])
    }
  }

  /// `bench` is told to end, and what it has written until then is kept.
  @Test(arguments: [("INT", Int32(130)), ("TERM", 143), ("HUP", 129)]) func anInterruptedRunKeepsWhatItHas(
    _ signal: String, _ status: Int32
  ) throws {
    // The parent of `timeout`, which is the parent of `bench`, is the script.
    let bench =
      Self.echo + #"""
        sleep 600 &
        trap 'kill $!; echo written at the end >>"$out"; exit 143' TERM
        read -r _ _ _ script _ </proc/$PPID/stat
        kill -\#(signal) "$script"
        wait

        """#
    try withKit(bench) { folder in
      let result = try run(["run", "kit", "out.txt"], in: folder)
      #expect(result.status == status, "\(result.errors)")
      let parts = try parts(folder)
      #expect(parts["scaling"]?.hasSuffix("written at the end\n") == true)
      #expect(parts["end"]?.hasPrefix("interrupted, after ") == true && parts["topology"] != nil)
    }
  }

  @Test func aFailureIsTold() throws {
    try withKit("[ \"$1\" = --version ] && exit\necho no memory >&2\nexit 3\n") { folder in
      let result = try run(["run", "kit", "out.txt"], in: folder)
      #expect(result.status == 1 && result.errors.contains("bench ended with status 3: no memory"))
      #expect(try parts(folder)["end"]?.contains("failed: bench ended with status 3: no memory") == true)
    }
    try withKit("echo version GLIBC_9.99 not found >&2\nexit 1\n") { folder in
      let result = try run(["run", "kit", "out.txt"], in: folder)
      #expect(result.status == 1 && result.errors.contains("bench does not run here"))
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/out.txt"))
    }
  }

  @Test func wrongArgumentsChangeNothing() throws {
    try withKit(Self.echo) { folder in
      try Data("mine".utf8).write(to: folder.appendingPathComponent("mine"))
      for (arguments, status, text) in [
        ([], 64, "expected build or run"), (["walk"], 64, "expected build or run"),
        (["run", "kit"], 64, "run takes a"),
        (["run", "kit", "out.txt", "--limit", "soon"], 64, "--limit: 'soon' is not valid"),
        (["run", "kit", "out.txt", "--limit", "5"], 64, "--limit: '5' is not valid"),
        (["run", "kit", "out.txt", "--fast"], 64, "unknown option --fast"),
        (["run", "kit", "out.txt", "--threads"], 64, "--threads needs a value"),
        (["run", ".", "out.txt"], 1, "has no bench"), (["run", "kit", "mine"], 1, "is there already"),
        (["build", "."], 1, "is there, and is no folder of this script's"), (["build"], 64, "build takes one folder"),
        (["build", "new"], 1, "build works in the package's own folder"),
      ] as [([String], Int32, String)] {
        let result = try run(arguments, in: folder)
        #expect(result.status == status && result.errors.contains(text), "\(arguments): \(result)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["kit", "mine"])
    }
  }
}
