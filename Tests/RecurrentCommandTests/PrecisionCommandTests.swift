// Tests of --precision, `doctor`'s precisions, and `drift`.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct PrecisionCommandTests {
  private static let train = ["train", "names", "--epochs", "1", "--hidden", "4"]

  @Test func trainingInBfloat16IsShownAndResumedOnlyAsSuch() throws {
    try SystemCommandTests.withFolder { folder in
      func run(_ arguments: [String]) throws -> ProgramResult {
        try runProduct("recurrent", arguments, folder: folder)
      }
      let plain = try run(PrecisionCommandTests.train + ["--output", "a"])
      #expect(plain.status == 0 && plain.errors.contains("gru of 4 units in float32, "), "\(plain.errors)")
      let low = try run(PrecisionCommandTests.train + ["--precision", "bfloat16"])
      #expect(low.status == 0 && low.errors.contains("gru of 4 units in bfloat16 ("), "\(low.errors)")

      let other = try run(["train", "names", "--resume", "names.safetensors", "--precision", "float32"])
      #expect(
        other.status == 64
          && other.errors.contains("--resume: the resumed run has --precision bfloat16; omit --precision."),
        "\(other.errors)")
      let more = try run(["train", "names", "--resume", "names.safetensors", "--epochs", "2"])
      #expect(more.status == 0 && more.errors.contains(" in bfloat16 ("), "\(more.errors)")
      let done = try run(["train", "names", "--resume", "names.safetensors"])
      #expect(done.status == 0 && done.errors.contains("nothing is left of a run of 2 epochs"), "\(done.errors)")
    }
  }

  @Test func whatNoPrecisionDoesIsRefused() throws {
    for (arguments, text) in [
      (
        PrecisionCommandTests.train + ["--precision", "int8"],
        "Error: --precision: 'int8' is not valid; expected float32 or bfloat16; for int8, train in float32, then run "
          + "`recurrent convert --precision int8`"
      ),
      (PrecisionCommandTests.train + ["--precision", "half"], "Error: The value 'half' is invalid for '--precision "),
      (["evaluate", "names", "--model", "m", "--precision", "int4"], "'float32', 'bfloat16' or 'int8'"),
      (["predict", "names", "--model", "m", "--precision", "f", "x"], "'float32', 'bfloat16' or 'int8'"),
      (["baseline", "names", "--precision", "int8"], "Unknown option '--precision'"),
      (["drift", "--model", "m", "--precision", "float32"], "Error: --precision: 'float32' is not valid; expected bf"),
      (["drift", "--model", "m", "--steps", "0"], "Error: --steps: 0 is not valid; expected 1 to 100000."),
      (["drift", "--model", "m", "--output", "d.png"], "Error: --output: d.png ends in .png; expected .svg."),
    ] {
      let result = try runProduct("recurrent", arguments)
      #expect(result.status == 64 && result.output.isEmpty && result.errors.contains(text), "\(result.errors)")
    }
  }

  @Test(arguments: ["names", "charlm", "translate"]) func modelsAreUsedInEachPrecision(_ task: String) throws {
    try SystemCommandTests.withFolder { folder in
      #expect(
        try runProduct("recurrent", ["train", task, "--epochs", "1", "--hidden", "8", "--quiet"], folder: folder)
          .status == 0)
      for precision in Precision.allCases.map(\.rawValue) {
        let model = ["--model", task + ".safetensors", "--precision", precision]
        let judged = try runProduct("recurrent", ["evaluate", task, "--format", "json"] + model, folder: folder)
        // The metrics are those of the converted file.
        let file = "\(precision).safetensors"
        let convert = ["convert", task + ".safetensors", "--precision", precision, "--output", file]
        #expect(try runProduct("recurrent", convert, folder: folder).status == 0)
        let converted = try runProduct(
          "recurrent", ["evaluate", task, "--format", "json", "--model", file], folder: folder)
        let (figures, expected) = (try SystemCommandTests.json(judged), try SystemCommandTests.json(converted))
        #expect(figures["task"] as? String == task && figures.keys == expected.keys)
        for (name, value) in figures where name != "seconds" {
          #expect(value as? Double == expected[name] as? Double, "\(precision) \(name)")
        }
        let answer = try runProduct(
          "recurrent", ["predict", task, "ab"] + model + (task == "charlm" ? ["--length", "4"] : []), folder: folder)
        #expect(answer.status == 0 && !answer.output.isEmpty, "\(answer)")
      }
    }
  }

  /// For every backend that can be used, and each precision.
  @Test func doctorTellsHowEachPrecisionIsComputed() throws {
    let text = try runProduct("recurrent", ["doctor"]).output
    let json = try SystemCommandTests.json(runProduct("recurrent", ["doctor", "--format", "json"]))
    let lines = text.split(separator: "\n")
    for precision in Precision.allCases {
      // Further lines of a text are further to the right.
      #expect(lines.count { $0.hasPrefix("  \(precision) ") } == TestBackend.named.count, "\(text)")
    }
    for backend in try #require(json["backends"] as? [[String: Any]]) {
      let paths = backend["precisions"] as? [String: String]
      #expect(
        paths.map { Set($0.keys) == Set(Precision.allCases.map(\.rawValue)) && $0.values.allSatisfy { !$0.isEmpty } }
          == (backend["usable"] as? Bool == true ? true : nil))
    }
  }

  /// A row for each thousand steps; of a text that is shorter, as many as there are.
  @Test func driftIsPrintedAndPlotted() throws {
    try SystemCommandTests.withFolder { folder in
      for task in ["charlm", "names"] {
        #expect(
          try runProduct("recurrent", ["train", task, "--epochs", "1", "--hidden", "8", "--quiet"], folder: folder)
            .status == 0)
      }
      let drift = ["drift", "--model", "charlm.safetensors"]
      let result = try runProduct("recurrent", drift + ["--steps", "1500", "--output", "d.svg"], folder: folder)
      #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
      let lines = result.output.split(separator: "\n")
      #expect(
        lines.count == 5 && lines[0].hasPrefix("steps ") && lines[1].hasPrefix("1 to 1000 ")
          && lines[2].hasPrefix("1001 to 1500 ") && lines[3].hasPrefix("Nats per character: float32 ")
          && lines[4] == "Written to d.svg.", "\(result.output)")
      let svg = try String(contentsOfFile: folder + "/d.svg", encoding: .utf8)
      #expect(svg.contains("mean of 100 steps") && svg.contains("int8 against float32, charlm.safetensors"))

      try Data("ab".utf8).write(to: URL(fileURLWithPath: folder + "/short.txt"))
      let short = try runProduct(
        "recurrent", drift + ["--precision", "bfloat16", "--text", "short.txt"], folder: folder)
      #expect(short.status == 0 && short.output.contains("\n1 to 1 ") && short.output.contains("bfloat16"), "\(short)")
      let wrong = try runProduct("recurrent", ["drift", "--model", "names.safetensors"], folder: folder)
      #expect(wrong.status == 1 && wrong.errors.contains("is a model for names, not for charlm"), "\(wrong.errors)")
    }
  }
}
