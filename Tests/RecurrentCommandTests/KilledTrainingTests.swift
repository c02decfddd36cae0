// Killed training: `recurrent train`, killed at random moments and resumed.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite(.serialized) struct KilledTrainingTests {
  /// Killed at random moments, and in the first run and every second one as soon as its checkpoint
  /// is replaced, before its model is: resumed until it ends, with the parameters, the moments and
  /// the figures of a run that nobody disturbed. `RECURRENT_KILLS` sets how often, all tasks
  /// together.
  @Test(arguments: [
    ("names", ["--hidden", "32", "--epochs", "6", "--held-out", "0.2"]),
    ("charlm", ["--hidden", "64", "--epochs", "4"]),
    ("translate", ["--hidden", "32", "--epochs", "4", "--held-out", "0.1"]),
  ]) func killedTrainingsEndWithTheSameBits(_ task: String, _ options: [String]) throws {
    let wanted = max(2, (ProcessInfo.processInfo.environment["RECURRENT_KILLS"].flatMap(Int.init) ?? 6) / 3)
    try SystemCommandTests.withFolder { folder in
      func train(_ more: [String], whileRunning: ((Process) -> Void)? = nil) throws -> ProgramResult {
        try runProduct(
          "recurrent", ["train", task, "--threads", "1"] + more, folder: folder, whileRunning: whileRunning)
      }
      #expect(try train(options + ["--output", "whole.safetensors"]).status == 0)
      let (model, last) = (folder + "/m.safetensors", folder + "/m.last.safetensors")
      var (kills, between, runs) = (0, 0, 0)
      while kills < wanted {
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) where !file.hasPrefix("whole") {
          try FileManager.default.removeItem(atPath: folder + "/" + file)
        }
        runs += 1
        let atTheCheckpoint = runs % 2 == 1
        var attempts: UInt32 = 0
        var result: ProgramResult
        repeat {
          // Ever longer waits, so that every run comes to its end even on a busy machine.
          attempts += 1
          let wait = UInt32.random(in: 20_000...500_000 + 100_000 * attempts)
          let more =
            FileManager.default.fileExists(atPath: last)
            ? ["--resume", "m.safetensors"] : options + ["--output", "m.safetensors"]
          let before = KilledTrainingTests.identity(of: last)
          result = try train(more) { process in
            if atTheCheckpoint {
              // The epoch's, or, in every second attempt, the one after the first that it sees.
              var seen = before
              for _ in 0..<1 + attempts % 2 {
                while KilledTrainingTests.identity(of: last) == seen, process.isRunning { usleep(50) }
                seen = KilledTrainingTests.identity(of: last)
              }
            } else {
              usleep(wait)
            }
            kill(process.processIdentifier, SIGKILL)
          }
          if result.status == SIGKILL {
            kills += 1
            if try KilledTrainingTests.isBetweenItsFiles(model, last, task) { between += 1 }
          }
        } while result.status == SIGKILL && attempts < 100
        #expect(result.status == 0, "after \(kills) kills: \(result.output)\(result.errors)")
        for name in ["", ".last"] {
          let found = try Safetensors(contentsOf: "\(folder)/m\(name).safetensors")
          let expected = try Safetensors(contentsOf: "\(folder)/whole\(name).safetensors")
          #expect(found.names == expected.names)
          for tensor in expected.names {
            if tensor.hasSuffix(".step") {
              #expect(try found.integers(tensor) == expected.integers(tensor))
            } else {
              #expect(try sameBits(found.tensor(tensor), expected.tensor(tensor)), "\(tensor) after \(kills) kills")
            }
          }
          #expect(found.metadata["recurrent.system"] == expected.metadata["recurrent.system"])
          #expect(found.metadata["training.epoch"] == expected.metadata["training.epoch"])
          #expect(
            try KilledTrainingTests.state(found)["epochs"] as? NSArray == KilledTrainingTests.state(expected)["epochs"]
              as? NSArray)
        }
        // What killed writers left behind is gone.
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(files == ["m.last.safetensors", "m.safetensors", "whole.last.safetensors", "whole.safetensors"])
      }
      print("\(task): \(kills) kills in \(runs) runs, \(between) of them between the two files")
    }
  }

  /// Tells one version of a file from the next: it is replaced, not changed.
  private static func identity(of path: String) -> UInt64? {
    var information = stat()
    return stat(path, &information) == 0 ? UInt64(information.st_ino) : nil
  }

  private static func state(_ file: Safetensors) throws -> [String: Any] {
    try file.metadata["training"].flatMap { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
      ?? [:]
  }

  /// Whether the checkpoint knows of a best epoch that the model's file does not have yet.
  private static func isBetweenItsFiles(_ model: String, _ last: String, _ task: String) throws -> Bool {
    guard FileManager.default.fileExists(atPath: last) else { return false }
    let epochs = try state(Safetensors(contentsOf: last))["epochs"] as? [[String: Any]] ?? []
    let figures = epochs.compactMap { epoch -> Double? in
      let figures = (epoch["validation"] ?? epoch["training"]) as? [String: Double]
      return task == "names" ? figures?["accuracy"].map { -$0 } : figures?["loss"]
    }
    guard let best = figures.min().flatMap(figures.firstIndex(of:)) else { return false }
    return try !FileManager.default.fileExists(atPath: model)
      || Safetensors(contentsOf: model).metadata["training.epoch"] != String(best)
  }
}
