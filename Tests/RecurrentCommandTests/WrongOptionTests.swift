// Wrong options, environment variables and data: error messages and exit statuses.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct WrongOptionTests {
  /// Each ends with the usage of its own command, be it found in parsing, in checks or in running;
  /// and names the option with its dashes.
  @Test(arguments: [
    (["train", "names", "--epochs", "-1"], "Error: --epochs: '-1' is not valid; expected 1 to 100000"),
    (["train", "names", "--clip", "-inf"], "Error: --clip: '-inf' is not valid"),
    (["train", "names", "--held-out", "-.5"], "Error: --held-out: '-0.5'"),
    (
      ["predict", "translate", "--model", "m", "--length-penalty", "-1"],
      "Error: --length-penalty: -1.0 is not valid; expected 0 to 10"
    ),
    (["predict", "charlm", "--model", "m", "--top-k", "-3"], "Error: --top-k: '-3' is not valid"),
    (["baseline", "names", "--up-to", "-1"], "Error: --up-to: -1 is not valid"),
    (["gradient-flow", "--output", "o", "--hidden", "-8"], "Error: --hidden: '-8'"),
    (["gradient-flow", "--output", "f.png"], "Error: --output: f.png ends in .png; expected .svg."),
    (["inspect", "--model", "m", "--output", "p.pdf"], "Error: --output: p.pdf ends in .pdf; expected .html."),
    (["inspect", "--model", "m", "--output", "o", "--characters", "-1"], "Error: --characters: -1"),
    (["verify", "f", "--threads", "-1"], "Error: --threads: '-1'"),
    (
      ["evaluate", "names", "--model", "m", "--backend", "cuda"],
      "Error: --backend: unknown backend 'cuda'; available: "
    ),
    (["train", "names", "--output", "n.txt"], "Error: --output: n.txt ends in .txt; expected .safetensors."),
    (["train", "names", "--batch", "no"], "Error: The value 'no' is invalid for '--batch <batch>'"),
  ])
  func anErrorEndsWithItsCommandsUsage(_ arguments: [String], _ text: String) throws {
    let result = try runProduct("recurrent", arguments)
    #expect(result.status == 64 && result.output.isEmpty && result.errors.hasPrefix(text), "\(result.errors)")
    #expect(result.errors.contains("\nUsage: recurrent \(arguments[0]) "), "\(result.errors)")
    #expect(
      result.errors.hasSuffix("\n  See 'recurrent \(arguments[0]) --help' for more information.\n"), "\(result.errors)")
  }

  @Test func oneVersionIsTold() throws {
    for program in ["recurrent", "bench"] {
      let result = try runProduct(program, ["--version"])
      #expect(result.status == 0 && result.output == RecurrentVersion.current + "\n")
    }
  }

  /// Of every command of both programs, before it does anything.
  @Test(arguments: [("RECURRENT_ISA", "mmx"), ("RECURRENT_BACKEND", "foo"), ("RECURRENT_THREADS", "256")])
  func aWrongVariableIsAnErrorOfEveryCommand(_ name: String, _ value: String) throws {
    for command in [
      ["train", "names", "--backend", "swift", "--threads", "1"], ["evaluate", "names", "--model", "m"],
      ["predict", "names", "--model", "m", "x"],
      ["baseline", "names"], ["inspect", "--model", "m", "--output", "o"], ["gradient-flow", "--output", "o"],
      ["drift", "--model", "m"], ["verify", "f"], ["doctor"],
    ] {
      let result = try runProduct("recurrent", command, environment: [name: value])
      #expect(
        result.status == 64 && result.output.isEmpty
          && result.errors.hasPrefix("Error: \(name): '\(value)' is not valid; expected "), "\(result.errors)")
    }
    let bench = try runProduct("bench", ["--backends", "swift"], environment: [name: value])
    #expect(
      bench.status == 1 && bench.output.isEmpty
        && bench.errors.hasPrefix("Error: \(name): '\(value)' is not valid; expected "), "\(bench.errors)")
  }

  @Test func doctorTellsWhatIsForced() throws {
    let forced = ["RECURRENT_ISA": "baseline", "RECURRENT_BACKEND": "swift", "RECURRENT_THREADS": "1"]
    let result = try runProduct("recurrent", ["doctor"], environment: forced)
    for (name, value) in forced { #expect(result.output.contains("\(name)=\(value)\n"), "\(result.output)") }
    #expect(
      result.output.contains("advice: RECURRENT_BACKEND=swift forces the swift backend"),
      "\(result.output)")
    #expect(result.output.contains("kernels"))
    if try Backends.instructionSets().available.count > 1 {
      #expect(
        result.output.contains("advice: RECURRENT_ISA=baseline forces baseline kernels, although"),
        "\(result.output)")
    }
    let json = try SystemCommandTests.json(
      runProduct("recurrent", ["doctor", "--format", "json"], environment: forced))
    #expect(json["forced"] as? [String: String] == forced && json["kernels"] as? String == "baseline")
  }

  /// The help lists each task's defaults for the built-in data. `train` prints which data selected
  /// the best epoch.
  @Test func theHelpAndTheResultTellWhatIsDone() throws {
    let help = try runProduct("recurrent", ["train", "--help"]).output
    for text in [
      "epochs 12, batch 64", "without --data: epochs 24, batch 16, learning rate 0.004\n", "without --data: epochs 40",
      "clip 5\n",
    ] {
      #expect(help.contains(text), "\(text)")
    }
    try SystemCommandTests.withFolder { folder in
      let train = ["train", "names", "--epochs", "2", "--hidden", "4"]
      let held = try runProduct("recurrent", train, folder: folder)
      #expect(
        held.output.contains("; best held-out accuracy in epoch ") && held.errors.contains("10 % of the data held out"),
        "\(held)")
      let all = try runProduct("recurrent", train + ["--held-out", "0", "--overwrite"], folder: folder)
      #expect(
        all.output.contains("; best training accuracy in epoch ") && all.errors.contains("no data held out"), "\(all)")
    }
  }

  // MARK: Files and data

  @Test func aRunThatIsNotThereIsNamedAsGiven() throws {
    for (given, other) in [("x.safetensors", "x.last.safetensors"), ("none/x", "none/x.last")] {
      let result = try runProduct("recurrent", ["train", "names", "--resume", given])
      #expect(
        result.status == 1 && result.errors.hasPrefix("Error: \(given): no such file, nor \(other) beside it"),
        "\(result.errors)")
    }
    let last = try runProduct("recurrent", ["train", "names", "--resume", "x.last.safetensors"])
    #expect(last.status == 1 && last.errors.hasPrefix("Error: x.last.safetensors: no such file"), "\(last.errors)")
  }

  @Test func whatIsOddAboutDataIsTold() throws {
    try SystemCommandTests.withFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/n", withIntermediateDirectories: false)
      func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
      }
      try write("n/Irish.txt", "abc\ncab\n")
      try write("n/Welsh.txt", "bca\n")
      try write("n/Scots.txt", "\n")
      let train = ["train", "names", "--data", "n", "--epochs", "1", "--hidden", "4", "--output", "m", "--overwrite"]
      let result = try runProduct("recurrent", train, folder: folder)
      #expect(
        result.status == 0
          && result.errors.contains("Warning: n/Scots.txt: has no texts; there will be no class 'Scots'"),
        "\(result.errors)")
      #expect(result.errors.contains("Warning: 3 samples to train on, fewer than 100: "), "\(result.errors)")

      try write("d.tsv", "abc\tIrish\nx\tManx\ny\tManx\n")
      let judged = try runProduct(
        "recurrent", ["evaluate", "names", "--model", "m", "--data", "d.tsv"], folder: folder)
      #expect(
        judged.errors
          == "Warning: class 'Manx' is unknown to the model: 2 with this class cannot be classified correctly\n",
        "\(judged.errors)")
      try write("one.tsv", "abc\tIrish\n")
      #expect(
        try runProduct("recurrent", ["evaluate", "names", "--model", "m", "--data", "one.tsv"], folder: folder).output
          .contains("1 text in "))
      try write("bad.tsv", "abc\n")
      #expect(
        try runProduct("recurrent", ["evaluate", "names", "--model", "m", "--data", "bad.tsv"], folder: folder).errors
          .contains("line 1: has 1 column, "))

      // A name that Foundation repairs.
      try runShell("printf 'a\\n' > \"$(printf 'n/B\\377.txt')\"", folder)
      let named = try runProduct("recurrent", train, folder: folder)
      #expect(
        named.status == 1
          && named.errors.contains("Error: n: contains a file whose name is not UTF-8: 'B\u{FFFD}.txt'"),
        "\(named.errors)")
    }
  }

  private func runShell(_ script: String, _ folder: String) throws {
    _ = try runProgram("/bin/sh", ["-c", script], folder: folder)
  }

  @Test func questionsAreNamedByTheirLines() throws {
    try SystemCommandTests.withFolder { folder in
      for task in ["names", "caption"] {
        #expect(
          try runProduct("recurrent", ["train", task, "--epochs", "1", "--hidden", "4"], folder: folder).status == 0)
      }
      let script =
        "printf 'a\\n%0200d\\n' 0 | \"$0\" predict names --model names.safetensors; "
        + "printf '\\n1,2\\n' | \"$0\" predict caption --model caption.safetensors"
      let result = try runProgram(
        "/bin/sh", ["-c", script, Bundle.main.bundleURL.appendingPathComponent("recurrent").path], folder: folder)
      #expect(result.errors.contains("Warning: line 2: a text of 200 characters, more than"), "\(result.errors)")
      #expect(
        result.errors.contains("Error: line 1: picture '': has 1 column, expected 64 pixels, separated by commas"),
        "\(result.errors)")
    }
  }

  /// The built-in text of the page is that of the model's task.
  @Test(arguments: [
    ("names", try! NameClassifier.builtInText()), ("charlm", try! CharacterModel.builtInText()),
    ("sentiment", try! SentimentClassifier.builtInText()),
  ])
  func aTasksOwnTextIsInspected(_ task: String, _ text: String) throws {
    try SystemCommandTests.withFolder { folder in
      #expect(
        try runProduct("recurrent", ["train", task, "--epochs", "1", "--hidden", "2", "--output", "m"], folder: folder)
          .status == 0)
      let result = try runProduct(
        "recurrent", ["inspect", "--model", "m", "--output", "o.html", "--characters", "100000"], folder: folder)
      #expect(result.status == 0 && result.output.contains("\(text.unicodeScalars.count) characters"), "\(result)")
    }
  }

  @Test func noCharactersHaveNoProbability() throws {
    try SystemCommandTests.withFolder { folder in
      #expect(
        try runProduct("recurrent", ["train", "charlm", "--epochs", "1", "--hidden", "4"], folder: folder).status == 0)
      let result = try runProduct(
        "recurrent", ["predict", "charlm", "--model", "charlm.safetensors", "--length", "0", "ab"], folder: folder)
      #expect(result.status == 0 && result.output == "ab\n" && result.errors.isEmpty, "\(result)")
    }
  }

  /// A terminal that is closed ends a run as Ctrl-C does, unless `nohup` has it go on.
  @Test func aHangUpSavesWhatIsDone() throws {
    try SystemCommandTests.withFolder { folder in
      let train = ["train", "charlm", "--hidden", "64", "--epochs", "400", "--output"]
      let result = try runProduct("recurrent", train + ["a"], folder: folder) { process in
        while !FileManager.default.fileExists(atPath: folder + "/a.last"), process.isRunning { usleep(10_000) }
        kill(process.processIdentifier, SIGHUP)
      }
      #expect(result.status == 130 && result.errors.contains("--resume a.last"), "\(result.errors)")

      let ignoring =
        ["-c", "trap '' HUP; exec \"$0\" \"$@\"", Bundle.main.bundleURL.appendingPathComponent("recurrent").path]
        + train + ["b"]
      let kept = try runProgram("/bin/sh", ignoring, folder: folder) { process in
        while !FileManager.default.fileExists(atPath: folder + "/b.last"), process.isRunning { usleep(10_000) }
        // Among those that it ignores, HUP is the first.
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let ignored = status.split(separator: "\n").first { $0.hasPrefix("SigIgn:") }?.last?.hexDigitValue ?? 0
        #expect(ignored & 1 == 1, "\(status)")
        kill(process.processIdentifier, SIGTERM)
      }
      #expect(kept.status == 130, "\(kept.errors)")

      // It passes a signal on, to the program and once more to its group.
      let limited = [
        "-c", "exec timeout 600 \"$0\" \"$@\"", Bundle.main.bundleURL.appendingPathComponent("recurrent").path,
      ]
      let ended = try runProgram("/bin/sh", limited + train + ["c"], folder: folder) { process in
        while !FileManager.default.fileExists(atPath: folder + "/c.last"), process.isRunning { usleep(10_000) }
        kill(process.processIdentifier, SIGTERM)
      }
      #expect(ended.status == 130 && ended.errors.contains("--resume c.last"), "\(ended.errors)")
    }
  }
}
