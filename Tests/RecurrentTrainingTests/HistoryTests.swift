// Tests of the history file of a run.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct HistoryTests {
  static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  static func train(
    _ folder: String, _ ending: String, epochs: Int = 3, failingAt failure: Int? = nil, name: String = "m",
    _ change: (inout TrainingOptions) -> Void = { _ in }
  ) throws {
    try RunFilesTests.train(
      name + ".safetensors", in: folder, epochs: epochs, failingAt: failure, figures: [5, 4, .nan, 2, .infinity]
    ) {
      $0.history = "\(folder)/\(name).\(ending)"
      change(&$0)
    }
  }

  @Test func everyEpochIsARow() throws {
    try TrainerTests.withFolder { folder in
      try HistoryTests.train(folder, "csv", epochs: 5) { $0.schedule = .step(every: 10, gamma: 0.5) }
      let rows = try HistoryTests.text(folder + "/m.csv").split(separator: "\n", omittingEmptySubsequences: false).map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }
      #expect(
        rows.count == 7 && rows[0] == ["epoch", "rate_factor", "training_loss", "training_figure"] && rows[6] == [""])
      #expect(
        rows[1...5].map { $0[0] } == ["1", "2", "3", "4", "5"]
          && rows[1...5].map { $0[1] } == ["1.0", "1.0", "0.5", "0.5", "0.25"])
      #expect(
        rows[1...5].map { $0[3] } == ["5.0", "4.0", "nan", "2.0", "inf"]
          && rows[1...5].allSatisfy { Double($0[2])! > 0 })

      try HistoryTests.train(folder, "jsonl", epochs: 5, name: "n")
      let lines = try HistoryTests.text(folder + "/n.jsonl").split(separator: "\n")
      let objects = try lines.map { try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
      #expect(objects.map { $0["epoch"] as? Int } == [1, 2, 3, 4, 5] && objects[0]["training_figure"] as? Double == 5)
      #expect(objects[2]["training_figure"] as? String == "nan" && objects[4]["training_figure"] as? String == "inf")
    }
  }

  @Test(arguments: ["csv", "jsonl"]) func resumedRunsLoseNoRows(_ ending: String) throws {
    try TrainerTests.withFolder { folder in
      let path = "\(folder)/m.\(ending)"
      try HistoryTests.train(folder, ending, epochs: 5, name: "whole")
      let whole = try HistoryTests.text("\(folder)/whole.\(ending)")
      func resume(_ epochs: Int = 5) throws {
        try HistoryTests.train(folder, ending, epochs: epochs) { $0.resumes = true }
      }
      // Killed in the middle of the third epoch.
      _ = try? HistoryTests.train(folder, ending, epochs: 5, failingAt: 13)
      let two = try HistoryTests.text(path)
      #expect(whole.hasPrefix(two) && two.split(separator: "\n").count == (ending == "csv" ? 3 : 2))
      // Killed before or while the row was written, or the file was removed.
      for left in [two, String(two.dropLast(9)), "", nil] {
        _ = try? FileManager.default.removeItem(atPath: path)
        try left.map { try Data($0.utf8).write(to: URL(fileURLWithPath: path)) }
        try resume(2)
        #expect(try HistoryTests.text(path) == two)
      }
      try resume()
      #expect(try HistoryTests.text(path) == whole)
      // Under another name as well.
      try HistoryTests.train(folder, ending, epochs: 5, name: "other") { $0.resumesFrom = folder + "/m.safetensors" }
      #expect(try HistoryTests.text("\(folder)/other.\(ending)") == whole)
    }
  }

  /// Rows removed during a run are written again.
  @Test func rowsThatAreTakenAwayComeBack() throws {
    try TrainerTests.withFolder { folder in
      let trainer = try TrainerTests.trainer { ($0.epochs, $0.history) = (3, folder + "/h.csv") }
      try trainer.fit(TrainerTests.batches) { batch, tape in
        if tape.step == 7 { try FileManager.default.removeItem(atPath: folder + "/h.csv") }
        return StepResult(loss: trainer.model.loss(batch, tape))
      }
      #expect(
        try HistoryTests.text(folder + "/h.csv").split(separator: "\n").map { $0.prefix(2) } == [
          "ep", "1,", "2,", "3,",
        ])
    }
  }

  /// A metric that appears later has a column, in earlier rows too.
  @Test func laterFiguresHaveColumns() throws {
    try TrainerTests.withFolder { folder in
      func fit(epochs: Int) throws {
        let trainer = try TrainerTests.trainer {
          ($0.epochs, $0.history, $0.checkpoint, $0.resumes) = (epochs, folder + "/h.csv", folder + "/m", true)
        }
        try trainer.fit(TrainerTests.batches, validation: .bucketed([[0, 0]], size: 1)) { batch, tape in
          let later = tape.mode == .training && tape.step >= 10 ? ["a \"b\", c": Float(7)] : [:]
          return StepResult(loss: trainer.model.loss(batch, tape), metrics: later)
        }
      }
      try fit(epochs: 2)
      #expect(try HistoryTests.text(folder + "/h.csv").hasPrefix("epoch,rate_factor,training_loss,validation_loss\n"))
      try fit(epochs: 4)
      let lines = try HistoryTests.text(folder + "/h.csv").split(separator: "\n")
      #expect(lines[0] == #"epoch,rate_factor,training_loss,"training_a ""b"", c",validation_loss"#)
      #expect(lines[1].contains(",,") && lines[3].contains(",7.0,") && lines.count == 5)
      let before = lines.joined(separator: "\n")
      try fit(epochs: 5)
      #expect(try HistoryTests.text(folder + "/h.csv").hasPrefix(before))
    }
  }

  @Test func otherFilesAreKept() throws {
    try TrainerTests.withFolder { folder in
      func message(_ change: (inout TrainingOptions) -> Void) -> String {
        RunFilesTests.message { try HistoryTests.train(folder, "csv", epochs: 4, change) }
      }
      try HistoryTests.train(folder, "csv")
      let own = try HistoryTests.text(folder + "/m.csv")
      try FileManager.default.removeItem(atPath: folder + "/m.safetensors")
      try FileManager.default.removeItem(atPath: folder + "/m.last.safetensors")
      #expect(message { _ in } == "\(folder)/m.csv: already exists; `overwrites` replaces it, another name keeps it")
      // There is nothing to resume.
      #expect(message { $0.resumes = true }.contains("already exists"))
      #expect(try HistoryTests.text(folder + "/m.csv") == own)
      #expect(message { $0.overwrites = true } == "nothing thrown")
      let four = try HistoryTests.text(folder + "/m.csv")
      #expect(four.hasPrefix(own) && four != own)
      for foreign in ["a,b\n", four + "5,1.0\n", four.replacing("4.0\n", with: "4.5\n")] {
        try Data(foreign.utf8).write(to: URL(fileURLWithPath: folder + "/m.csv"))
        let text = message { $0.resumes = true }
        #expect(
          text.contains("is not the history of the run of \(folder)/m.last.safetensors, which has 4 epochs"), "\(text)")
        #expect(try HistoryTests.text(folder + "/m.csv") == foreign)
      }
      for (name, reason) in [
        ("h.txt", "ends in .csv or .jsonl"), ("csv/", "a folder's name"), ("", "ends in .csv"),
        ("nowhere/h.csv", "No such file"), ("folder.csv", "is a folder"),
      ] {
        try? FileManager.default.createDirectory(atPath: folder + "/folder.csv", withIntermediateDirectories: false)
        let text = message { ($0.history, $0.overwrites) = (name.isEmpty ? "" : folder + "/" + name, true) }
        #expect(text.contains(reason), "\(name): \(text)")
      }
      #expect(
        message { ($0.history, $0.checkpoint) = (folder + "/x.csv", folder + "/x.csv") }.contains(
          "another file than the run's own"))
    }
  }
}
