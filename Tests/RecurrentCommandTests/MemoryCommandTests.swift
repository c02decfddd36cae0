// Commands under `ulimit -v`: no limit ends one with a signal.

import Foundation
import Testing
import _TestSupport

@Suite struct MemoryCommandTests {
  /// Runs a command with so many kilobytes of address space. 127 is the dynamic loader's status
  /// when there is no room for the libraries.
  static func run(_ arguments: [String], kilobytes: Int, folder: String? = nil) throws -> ProgramResult {
    let program = Bundle.main.bundleURL.appendingPathComponent("recurrent").path
    return try runProgram(
      "/bin/sh", ["-c", "ulimit -v \(kilobytes) && exec \"$0\" \"$@\"", program] + arguments, folder: folder)
  }

  @Test func noLimitEndsACommandByASignal() throws {
    try SystemCommandTests.withFolder { folder in
      #expect(
        try runProduct("recurrent", ["train", "names", "--epochs", "1", "--hidden", "16", "--quiet"], folder: folder)
          .status == 0)
      var succeeded = Set<String>()
      for kilobytes in [
        60_000, 110_000, 130_000, 150_000, 180_000, 230_000, 260_000, 300_000, 330_000, 400_000, 600_000, 1_500_000,
      ] {
        for arguments in [
          ["predict", "names", "--model", "names.safetensors", "Nagy"],
          ["evaluate", "names", "--model", "names.safetensors"], ["doctor"],
          ["train", "names", "--epochs", "1", "--hidden", "16", "--quiet", "--output", "b\(kilobytes).safetensors"],
        ] {
          let result = try MemoryCommandTests.run(arguments, kilobytes: kilobytes, folder: folder)
          #expect(
            [0, 1, 127].contains(result.status),
            "\(arguments[0]) with \(kilobytes) kB: \(result.status) \(result.errors)")
          if result.status == 1 { #expect(result.errors.contains("ulimit -v"), "\(result.errors)") }
          if result.status == 0 { succeeded.insert(arguments[0]) }
        }
      }
      #expect(succeeded.count == 4)
    }
  }

  @Test func whatDoesNotFitIsSaidWithTheNumbers() throws {
    try SystemCommandTests.withFolder { folder in
      let flow = try MemoryCommandTests.run(
        ["gradient-flow", "--output", "a.svg", "--hidden", "1000", "--steps", "5000"], kilobytes: 1_200_000,
        folder: folder)
      #expect(
        flow.status == 1 && flow.errors.contains("this plot needs about ")
          && flow.errors.contains("`ulimit -v` is 1.2 GB"), "\(flow.errors)")
      let training = try MemoryCommandTests.run(
        ["train", "names", "--hidden", "4000"], kilobytes: 1_200_000, folder: folder)
      #expect(
        training.status == 1 && training.errors.contains("training needs about ")
          && training.errors.contains("hidden takes less"), "\(training.errors)")
    }
  }

  /// An allocation that nobody planned.
  @Test func anAllocationThatFailsIsAnErrorToo() throws {
    let program = Bundle.main.bundleURL.appendingPathComponent("bench").path
    let arguments = [
      "--cells", "lstm", "--hidden", "4096", "--batch", "64", "--lengths", "512", "--backends", "packed", "--seconds",
      "0.01",
    ]
    let result = try runProgram("/bin/sh", ["-c", "ulimit -v 900000 && exec \"$0\" \"$@\"", program] + arguments)
    #expect(
      result.status == 1 && result.errors.contains("Error: out of memory: the system refused "), "\(result.errors)")
  }

  @Test func aLongLineIsNamedAndTrainingGoesOn() throws {
    try SystemCommandTests.withFolder { folder in
      let long = String(repeating: "x", count: 1_000_000)
      try Data("Nagy\tHungarian\nSmith\tEnglish\n\(long)\tEnglish\n".utf8).write(
        to: URL(fileURLWithPath: folder + "/a.tsv"))
      let trained = try MemoryCommandTests.run(
        ["train", "names", "--data", "a.tsv", "--epochs", "1", "--quiet"], kilobytes: 1_000_000, folder: folder)
      #expect(
        trained.status == 0 && trained.errors.contains("Warning: a.tsv: line 3: 1000000 characters"),
        "\(trained.errors)")
      let judged = try runProduct(
        "recurrent", ["evaluate", "names", "--data", "a.tsv", "--model", "names.safetensors"], folder: folder)
      #expect(judged.status == 0 && judged.errors.contains("Warning: a.tsv: line 3"))
      let asked = try runProduct(
        "recurrent", ["predict", "names", "--model", "names.safetensors", String(long.prefix(101))], folder: folder)
      #expect(asked.status == 0 && asked.errors.contains("Warning: a text of 101 characters"))
    }
  }
}
