// Tests of a run's files: existing files, identity of runs, locks, and the consistency of
// checkpoints.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct RunFilesTests {
  struct Failure: Error {}

  /// A run of a linear layer in `folder`; if `failure` is given, it ends with an error in that
  /// step. The monitored metric of each epoch is in `figures`.
  @discardableResult
  static func train(
    _ name: String, in folder: String, epochs: Int = 2, failingAt failure: Int? = nil,
    figures: [Float] = [5, 4, 3, 2, 1],
    _ change: (inout TrainingOptions) -> Void = { _ in }, during: (Int) throws -> Void = { _ in }
  ) throws -> (model: TrainerTests.Line, report: TrainingReport) {
    let trainer = try TrainerTests.trainer {
      $0.epochs = epochs
      $0.checkpoint = folder + "/" + name
      $0.checkpointInterval = 2
      $0.monitor = .lowest("figure")
      change(&$0)
    }
    let report = try trainer.fit(TrainerTests.batches) { batch, tape in
      try during(tape.step)
      if tape.step == failure { throw Failure() }
      return StepResult(loss: trainer.model.loss(batch, tape), metrics: ["figure": figures[tape.step / 5]])
    }
    return (trainer.model, report)
  }

  static func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing thrown"
    } catch {
      return "\(error)"
    }
  }

  /// The parameters in a model's file, and their epoch.
  static func contents(_ path: String) throws -> (parameters: [Float], run: String?, epoch: String?) {
    let file = try Safetensors(contentsOf: path)
    return (
      try file.tensor("layer.weight").elements + file.tensor("layer.bias").elements, file.metadata["training.run"],
      file.metadata["training.epoch"]
    )
  }

  // MARK: Existing files

  @Test func whatIsThereIsKeptUnlessItIsSaidToGo() throws {
    try TrainerTests.withFolder { folder in
      let (model, last) = (folder + "/m.safetensors", folder + "/m.last.safetensors")
      try RunFilesTests.train("m.safetensors", in: folder)
      let before = try (Data(contentsOf: URL(fileURLWithPath: model)), Data(contentsOf: URL(fileURLWithPath: last)))
      func again(_ change: (inout TrainingOptions) -> Void = { _ in }) -> String {
        RunFilesTests.message {
          try RunFilesTests.train("m.safetensors", in: folder, change, during: { _ in Issue.record("it trained") })
        }
      }
      let both = again()
      #expect(
        both.hasPrefix("\(model): already exists, as does its checkpoint \(last)") && both.contains("resumes")
          && both.contains("overwrites"))
      #expect(
        try before == (Data(contentsOf: URL(fileURLWithPath: model)), Data(contentsOf: URL(fileURLWithPath: last))))
      // Each alone. A model without a checkpoint cannot be resumed.
      try FileManager.default.removeItem(atPath: model)
      #expect(again().hasPrefix("\(last): already exists, without its model"))
      try before.0.write(to: URL(fileURLWithPath: model))
      try FileManager.default.removeItem(atPath: last)
      for resumes in [false, true] {
        let alone = again { $0.resumes = resumes }
        #expect(
          alone.hasPrefix("\(model): already exists, without a checkpoint") && !alone.contains("resumes that run"))
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: model)) == before.0)

      try before.1.write(to: URL(fileURLWithPath: last))
      let run = try RunFilesTests.contents(model).run
      try RunFilesTests.train("m.safetensors", in: folder) { $0.overwrites = true }
      let now = try RunFilesTests.contents(model)
      #expect(run != nil && now.run != nil && run != now.run)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["m.last.safetensors", "m.safetensors"])
    }
  }

  /// A run that overwrites another and is killed in its first epoch is the one that is resumed; the
  /// old model is intact until then.
  @Test func anOverwritingRunIsTheOneThatIsResumed() throws {
    try TrainerTests.withFolder { folder in
      let model = folder + "/m.safetensors"
      try RunFilesTests.train("m.safetensors", in: folder, epochs: 1)
      let old = try RunFilesTests.contents(model)
      for failure in [0, 4] {
        _ = try? RunFilesTests.train("m.safetensors", in: folder, failingAt: failure) {
          ($0.overwrites, $0.seed) = (true, 3)
        }
        #expect(try RunFilesTests.contents(model).run == old.run)
        #expect(
          try Safetensors(contentsOf: folder + "/m.last.safetensors").metadata["training"]?.contains("\"seed\":3")
            == true)
      }
      let (resumed, report) = try RunFilesTests.train("m.safetensors", in: folder) { ($0.resumes, $0.seed) = (true, 3) }
      #expect(report.steps == 10)
      let now = try RunFilesTests.contents(model)
      #expect(
        now.run != old.run && now.parameters == resumed.layer.weight.value.elements + resumed.layer.bias!.value.elements
      )
    }
  }

  /// The error is thrown before the first step, not after the first epoch.
  @Test func whatCannotBeWrittenIsSaidBeforeTraining() throws {
    try TrainerTests.withFolder { folder in
      try Data().write(to: URL(fileURLWithPath: folder + "/file"))
      try FileManager.default.createDirectory(
        atPath: folder + "/folder.safetensors", withIntermediateDirectories: false)
      try FileManager.default.createDirectory(
        atPath: folder + "/b.last.safetensors", withIntermediateDirectories: false)
      mkfifo(folder + "/pipe", 0o600)
      for (name, reason) in [
        ("nowhere/m", "No such file"), ("file/m", "Not a directory"), (String(repeating: "m", count: 256), "too long"),
        ("folder.safetensors", "is a folder"),
        ("b.safetensors", "is a folder"), ("pipe", "is not a regular file"), ("", "names no file"),
        ("c/", "names no file"),
      ] {
        let text = RunFilesTests.message {
          try RunFilesTests.train(
            name, in: folder, { $0.overwrites = true }, during: { _ in Issue.record("it trained") })
        }
        #expect(text.contains(reason), "\(name): \(text)")
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(left == ["b.last.safetensors", "file", "folder.safetensors", "pipe"])
    }
  }

  /// A model without an extension has a checkpoint of its own, not that of "m.safetensors"; either
  /// path names both files.
  @Test func theTwoFilesNameEachOther() {
    for model in ["m", "m.safetensors", "a.b/m", "é", "m.last.d/x.safetensors"] {
      let files = RunFiles(model: model)
      #expect(RunFiles(either: files.last) == files && RunFiles(either: files.model) == files)
    }
    #expect(RunFiles(model: "m").last == "m.last" && RunFiles(model: "m.safetensors").last == "m.last.safetensors")
    #expect(RunFiles(model: "m").last != RunFiles(model: "m.safetensors").last)
  }

  // MARK: Identity of runs

  @Test func filesOfTwoRunsAreNotTakenForOne() throws {
    try TrainerTests.withFolder { folder in
      let (a, b) = (folder + "/a.safetensors", folder + "/b.safetensors")
      try RunFilesTests.train("a.safetensors", in: folder)
      try RunFilesTests.train("b.safetensors", in: folder)
      let (inA, inB) = try (RunFilesTests.contents(a), RunFilesTests.contents(b))
      // Files of two runs with the same bits.
      #expect(inA.parameters == inB.parameters && inA.run != inB.run && inA.epoch == "1")
      func resume(_ epochs: Int = 3) -> String {
        RunFilesTests.message {
          try RunFilesTests.train("a.safetensors", in: folder, epochs: epochs) { $0.resumes = true }
        }
      }
      let own = try Data(contentsOf: URL(fileURLWithPath: a))
      try Data(contentsOf: URL(fileURLWithPath: b)).write(to: URL(fileURLWithPath: a))
      #expect(resume() == "\(a): is of another run than \(folder)/a.last.safetensors: they do not belong together")
      // Written by no run.
      try TrainerTests.Line().save(to: a)
      #expect(resume().contains("is of another run than"))
      try Data("nonsense".utf8).write(to: URL(fileURLWithPath: a))
      #expect(resume().contains("\(a): not a valid safetensors file"))
      // Nothing was written, whatever was thrown.
      try own.write(to: URL(fileURLWithPath: a))
      #expect(resume() == "nothing thrown" && resume() == "nothing thrown")

      // A checkpoint before the first best epoch, beside a model of another run.
      _ = try? RunFilesTests.train("c.safetensors", in: folder, failingAt: 3)
      try own.write(to: URL(fileURLWithPath: folder + "/c.safetensors"))
      #expect(
        RunFilesTests.message { try RunFilesTests.train("c.safetensors", in: folder) { $0.resumes = true } }.contains(
          "has no best epoch yet"))
    }
  }

  /// At the end of an epoch the checkpoint is written before the model. A run killed between the
  /// two writes the model when it is resumed, and ends with the same bits. An older model is an
  /// error if the checkpoint no longer holds the best parameters.
  @Test func aRunThatWasKilledBetweenItsTwoFilesGoesOn() throws {
    try TrainerTests.withFolder { folder in
      let model = folder + "/m.safetensors"
      try RunFilesTests.train("whole.safetensors", in: folder, epochs: 3, figures: [5, 4, 6])
      let whole = try RunFilesTests.contents(folder + "/whole.safetensors")
      #expect(whole.epoch == "1")
      func resume(epochs: Int) throws {
        try RunFilesTests.train("m.safetensors", in: folder, epochs: epochs, figures: [5, 4, 6]) { $0.resumes = true }
      }
      for step in [1, 2] {
        // The model as it was after epoch `step`, and the checkpoint as it is after the next one.
        var older: Data?
        try RunFilesTests.train("m.safetensors", in: folder, epochs: step) { $0.overwrites = true }
        older = step == 2 ? try Data(contentsOf: URL(fileURLWithPath: model)) : nil
        if step == 1 {
          try FileManager.default.removeItem(atPath: model)
        } else {
          // From epoch 1.
          try RunFilesTests.train("other.safetensors", in: folder, epochs: 1) { $0.overwrites = true }
          var early = try Safetensors(contentsOf: folder + "/other.safetensors")
          early.metadata["training.run"] = try RunFilesTests.contents(model).run
          try early.write(to: model)
        }
        try resume(epochs: step)
        let healed = try RunFilesTests.contents(model)
        #expect(healed.epoch == String(step - 1))
        if let older {
          #expect(try Data(contentsOf: URL(fileURLWithPath: model)) == older && healed.parameters == whole.parameters)
        }
        try resume(epochs: 3)
        #expect(
          try RunFilesTests.contents(model).parameters == whole.parameters && RunFilesTests.contents(model).epoch == "1"
        )
      }

      // Now the best epoch is not the last one.
      let bytes = try Data(contentsOf: URL(fileURLWithPath: model))
      try FileManager.default.removeItem(atPath: model)
      #expect(
        RunFilesTests.message { try resume(epochs: 4) }.contains(
          "no such file; \(folder)/m.last.safetensors says that the parameters of its best epoch, 2"))
      var early = try Safetensors(bytes, path: model)
      for (epoch, found) in [("0", "epoch 1"), (String(Int.max), "epoch 0"), ("x", "epoch 0")] {
        early.metadata["training.epoch"] = epoch
        try early.write(to: model)
        #expect(RunFilesTests.message { try resume(epochs: 4) }.contains("is from \(found) of its run, where"))
      }
    }
  }

  @Test func aRunGoesOnUnderAnotherName() throws {
    try TrainerTests.withFolder { folder in
      try RunFilesTests.train("whole.safetensors", in: folder, epochs: 4, figures: [5, 4, 6, 7])
      for (number, epochs) in [(0, 1), (1, 2), (2, 3)] {
        let (from, to) = ("from\(number).safetensors", "to\(number).safetensors")
        try RunFilesTests.train(from, in: folder, epochs: epochs, figures: [5, 4, 6, 7])
        let before = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + from))
        func goOn(_ change: (inout TrainingOptions) -> Void = { _ in }) throws {
          try RunFilesTests.train(to, in: folder, epochs: 4, figures: [5, 4, 6, 7]) {
            $0.resumesFrom = folder + "/" + from
            change(&$0)
          }
        }
        try goOn()
        #expect(
          try RunFilesTests.contents(folder + "/" + to).parameters
            == RunFilesTests.contents(folder + "/whole.safetensors").parameters)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + from)) == before)
        // Existing files are kept here as well.
        #expect(RunFilesTests.message { try goOn() }.contains("already exists"))
        try goOn { $0.overwrites = true }
        #expect(try RunFilesTests.contents(folder + "/" + to).epoch == "1")
      }
    }
  }

  // MARK: Locks

  @Test func aSecondRunIsKeptOut() throws {
    try TrainerTests.withFolder { folder in
      symlink("m.safetensors", folder + "/link.safetensors")
      var messages: [String] = []
      try RunFilesTests.train(
        "m.safetensors", in: folder,
        during: { step in
          if step != 1 { return }
          #expect(FileManager.default.fileExists(atPath: folder + "/.m.safetensors.lock"))
          for name in ["m.safetensors", "link.safetensors"] {
            messages.append(
              RunFilesTests.message {
                try RunFilesTests.train(name, in: folder) { ($0.overwrites, $0.resumes) = (true, true) }
              })
          }
          let other = try runProduct(
            "_ResumableRun", [folder + "/m.safetensors", "1"], environment: ["SWIFT_BACKTRACE": "enable=no"])
          #expect(other.status != 0)
          messages.append(other.errors)
        })
      #expect(messages.count == 3)
      for text in messages {
        #expect(text.contains("another training writes to it: process \(getpid()) on "), "\(text)")
      }
      // The lock was released with the run.
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
          "link.safetensors", "m.last.safetensors", "m.safetensors",
        ])
      try RunFilesTests.train("m.safetensors", in: folder) { $0.overwrites = true }
      // A lock file left by a killed process is ignored.
      try Data("process 1 on earth\n".utf8).write(to: URL(fileURLWithPath: folder + "/.m.safetensors.lock"))
      try RunFilesTests.train("m.safetensors", in: folder) { $0.overwrites = true }
      #expect(!FileManager.default.fileExists(atPath: folder + "/.m.safetensors.lock"))
    }
  }

  /// Without file locks, as on some network file systems, there is a warning, and the run
  /// continues.
  @Test func withoutLocksARunSaysSo() throws {
    try TrainerTests.withFolder { folder in
      let lock = folder + "/.m.safetensors.lock"
      try FileManager.default.createDirectory(atPath: lock, withIntermediateDirectories: false)
      let lines = TrainerTests.Lines()
      try RunFilesTests.train("m.safetensors", in: folder, epochs: 1) { $0.progress = .lines { lines.add($0) } }
      #expect(
        lines.text.contains(
          "\(lock): cannot be locked (Is a directory): "
            + "make sure that no other training writes to \(folder)/m.safetensors"
        ))
      #expect(FileManager.default.fileExists(atPath: lock))
    }
  }

  // MARK: Consistency of checkpoints

  /// A change of any field is refused with its reason, and nothing is loaded.
  @Test func checkpointsThatContradictThemselvesAreRefused() throws {
    try TrainerTests.withFolder { folder in
      let plateau = PlateauSchedule(reduction: 0.5, patience: 0)
      // In the middle of the third epoch, after two.
      _ = try? RunFilesTests.train("m.safetensors", in: folder, epochs: 4, failingAt: 13) { $0.plateau = plateau }
      let last = folder + "/m.last.safetensors"
      let sound = try Safetensors(contentsOf: last)
      let state = try #require(
        JSONSerialization.jsonObject(with: Data(sound.metadata["training"]!.utf8)) as? [String: Any])
      #expect(state["epoch"] as? Int == 2 && state["batch"] as? Int == 2 && state["step"] as? Int == 12)
      func message(_ change: (inout Safetensors) -> Void) throws -> String {
        var file = sound
        change(&file)
        try file.write(to: last)
        let text = RunFilesTests.message {
          try RunFilesTests.train(
            "m.safetensors", in: folder, epochs: 4, { ($0.resumes, $0.plateau) = (true, plateau) },
            during: { _ in Issue.record("it trained") })
        }
        return text.hasPrefix("\(last): ") ? String(text.dropFirst(last.count + 2)) : text
      }
      func message(_ change: (inout [String: Any]) -> Void) throws -> String {
        var changed = state
        change(&changed)
        let text = String(decoding: try JSONSerialization.data(withJSONObject: changed), as: UTF8.self)
        return try message { (file: inout Safetensors) in file.metadata["training"] = text }
      }
      func set(_ path: String..., to value: Any?) throws -> String {
        func set(_ object: Any?, _ path: ArraySlice<String>) -> Any? {
          guard let key = path.first else { return value }
          if let index = Int(key), var list = object as? [Any] {
            list[index] = set(list[index], path.dropFirst())!
            return list
          }
          var fields = object as? [String: Any] ?? [:]
          fields[key] = set(fields[key], path.dropFirst())
          return fields
        }
        return try message { (state: inout [String: Any]) in state = set(state, path[...]) as! [String: Any] }
      }
      let epochs = try #require(state["epochs"] as? [[String: Any]])
      for (found, expected) in try [
        (set("epochs", to: [Any]()), "says that it has done 2 epochs, but lacks the metrics of some"),
        (set("epochs", to: epochs + [epochs[1]]), "or has those of others"),
        (set("epochs", to: [epochs[1], epochs[0]]), "or has those of others"),
        (
          set("epochs", "0", "training", "figure", to: nil),
          "lacks the metric 'figure' of epoch 1, by which epochs are compared"
        ),
        (set("epochs", "1", "training", "figure", to: 7), "with another plateau schedule, or other metrics"),
        (set("epochs", "1", "rateFactor", to: "nan"), "learning rate is not finite"),
        (set("epochs", "1", "validation", to: ["figure": 1]), "is of a run with batches to validate on"),
        (set("plateau", to: nil), "without a plateau schedule"),
        (set("plateau", "factor", to: "nan"), "another plateau schedule"),
        (set("plateau", "patience", to: 3), "another plateau schedule"),
        (set("sums", "sums", "figure", to: nil), "lacks the sum of the metric 'figure' of epoch 3"),
        (set("sums", "sums", "loss", to: nil), "lacks the sum of the metric 'loss' of epoch 3"),
        (set("sums", "sums", "loss", to: "inf"), "has impossible sums"),
        (set("sums", "weight", to: -1), "has impossible sums"),
        (set("sums", to: ["sums": [String: Any](), "weight": 0]), "has impossible sums"),
        (set("batch", to: 0), "has impossible sums"), (set("batch", to: 6), "batch 6 of 5"),
        (set("order", to: nil), "lacks the order"),
        (set("order", "epoch", to: 1), "of another epoch than 3"),
        (set("order", "epoch", to: Int.max), "of another epoch than 3"),
        (set("order", "epoch", to: -1), "of another epoch than 3"), (set("order", "batches", to: -1), "batch 2 of -1"),
        (set("order", "batches", to: 1), "batch 2 of 1"),
        (set("order", "batches", to: 9), "with 9 batches in epoch 3, this one has 5"),
        (set("order", "digest", to: 5), "hold other samples"), (set("step", to: 3), "too few steps, 3"),
        (set("step", to: 11), "is not one of 0 to 11 steps"),
        (set("run", to: nil), "lacks the identity of its run"), (set("run", to: "x"), "lacks the identity of its run"),
        (set("run", to: UUID().uuidString), "is of another run than"),
        (set("epoch", to: "2"), "its training state cannot be read: 'epoch' is of another kind"),
        (set("step", to: 1.5), "has an impossible number"),
        (set("sums", "weight", to: nil), "its training state cannot be read: it lacks 'weight'"),
        (set("format", to: 7), "has format 7"),
        (
          message { (file: inout Safetensors) in file.metadata["training"] = "[" },
          "its training state cannot be read: it is not valid JSON"
        ),
        (message { $0.set("layer.bias", Tensor([.nan])) }, "tensor 'layer.bias' holds NaN or infinity"),
        (
          message { $0.set("optimiser.layer.bias.exp_avg", Tensor([.infinity])) },
          "tensor 'optimiser.layer.bias.exp_avg' holds NaN or infinity"
        ),
        (message { $0.set("optimiser.layer.bias.exp_avg", Tensor([1, 2])) }, "has shape [2], expected [1]"),
        (message { $0.set("optimiser.layer.bias.step", [Int]()) }, "is not one of 0 to 12 steps"),
        (message { $0.set("optimiser.layer.bias.step", [-1]) }, "is not one of 0 to 12 steps"),
      ] { #expect(found.contains(expected), "\(found)") }
      // The unchanged checkpoint is resumed.
      try sound.write(to: last)
      _ = try RunFilesTests.train("m.safetensors", in: folder, epochs: 4) { ($0.resumes, $0.plateau) = (true, plateau) }
    }
  }

  @Test func aRefusedCheckpointChangesNothing() throws {
    try TrainerTests.withFolder { folder in
      try RunFilesTests.train("m.safetensors", in: folder)
      let last = folder + "/m.last.safetensors"
      var file = try Safetensors(contentsOf: last)
      file.set("optimiser.layer.bias.exp_avg", Tensor([.nan]))
      try file.write(to: last)
      let trainer = try TrainerTests.trainer {
        $0.checkpoint = folder + "/m.safetensors"
        ($0.resumes, $0.monitor) = (true, .lowest("figure"))
      }
      let before = trainer.model.layer.weight.value
      #expect(throws: RecurrentError.self) {
        try trainer.fit(TrainerTests.batches) { StepResult(loss: trainer.model.loss($0, $1)) }
      }
      #expect(sameBits(trainer.model.layer.weight.value, before))
    }
  }

  /// A finished run continues with more epochs; one that was stopped early continues with more
  /// patience.
  @Test func aFinishedRunCanBeResumed() throws {
    try TrainerTests.withFolder { folder in
      func run(_ name: String, epochs: Int, patience: Int?, resumes: Bool = true) throws -> TrainingReport {
        try RunFilesTests.train(name, in: folder, epochs: epochs, figures: [3, 4, 4, 2, 1]) {
          ($0.patience, $0.resumes) = (patience, resumes)
        }.report
      }
      let stopped = try run("m.safetensors", epochs: 5, patience: 2, resumes: false)
      #expect(stopped.stoppedEarly && stopped.epochs.count == 3)
      #expect(try run("m.safetensors", epochs: 5, patience: 2) == stopped)
      let whole = try run("whole.safetensors", epochs: 5, patience: 3, resumes: false)
      #expect(
        try run("m.safetensors", epochs: 5, patience: 3) == whole && whole.epochs.count == 5 && whole.bestEpoch == 4)
      #expect(try run("m.safetensors", epochs: 5, patience: nil) == whole)
      #expect(
        try RunFilesTests.contents(folder + "/m.safetensors").parameters
          == RunFilesTests.contents(folder + "/whole.safetensors").parameters)
    }
  }
}
