// Tests of a run's precision: its tapes, its checkpoints, its model.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct PrecisionTests {
  /// The precisions of the tapes that `step` receives in training and in validation.
  @discardableResult
  private static func fit(
    _ trainer: Trainer<TrainerTests.Line>, epochs: Int = 2
  ) throws -> (training: Set<Precision>, validation: Set<Precision>) {
    var found: (training: Set<Precision>, validation: Set<Precision>) = ([], [])
    trainer.options.epochs = epochs
    try trainer.fit(
      TrainerTests.batches, validation: .bucketed(TrainerTests.samples, size: 40, shuffled: false)
    ) { batch, tape in
      if tape.mode == .training {
        found.training.insert(tape.precision)
      } else {
        found.validation.insert(tape.precision)
      }
      return StepResult(loss: trainer.model.loss(batch, tape))
    }
    return found
  }

  @Test(arguments: [Precision.float32, .bfloat16]) func theTapesOfARunHaveItsPrecision(_ precision: Precision) throws {
    let trainer = try TrainerTests.trainer { $0.precision = precision }
    let found = try PrecisionTests.fit(trainer)
    #expect(found.training == [precision] && found.validation == [precision])
    let metrics = try trainer.evaluate(TrainerTests.batches) { batch, tape in
      #expect(tape.mode == .evaluation && tape.precision == precision)
      return StepResult(loss: trainer.model.loss(batch, tape))
    }
    #expect(metrics["loss"]!.isFinite)
  }

  /// The message names both precisions, nothing is trained or changed, and the same precision
  /// resumes.
  @Test func aRunIsResumedInItsOwnPrecisionOnly() throws {
    try TrainerTests.withFolder { folder in
      for (number, (first, second)) in [(Precision.bfloat16, Precision.float32), (.float32, .bfloat16)].enumerated() {
        let (model, last) = ("\(folder)/m\(number).safetensors", "\(folder)/m\(number).last.safetensors")
        try PrecisionTests.fit(
          TrainerTests.trainer { ($0.checkpoint, $0.precision) = (model, first) }, epochs: 1)
        let before = try Data(contentsOf: URL(fileURLWithPath: last))
        let other = try TrainerTests.trainer { ($0.checkpoint, $0.precision, $0.resumes) = (model, second, true) }
        #expect(
          RunFilesTests.message { _ = try PrecisionTests.fit(other) }
            == "\(last): is of a run in \(first.rawValue), this one is in \(second.rawValue)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: last)) == before)
        let same = try TrainerTests.trainer { ($0.checkpoint, $0.precision, $0.resumes) = (model, first, true) }
        #expect(try PrecisionTests.fit(same).training == [first])
      }
    }
  }

  /// Both files of a run in bfloat16 hold float32 tensors, so that they load anywhere; checkpoints
  /// of float32 say nothing of a precision, as those of earlier versions.
  @Test(arguments: [Precision.float32, .bfloat16]) func filesHoldFloat32(_ precision: Precision) throws {
    try TrainerTests.withFolder { folder in
      let model = folder + "/m.safetensors"
      let trainer = try TrainerTests.trainer { ($0.checkpoint, $0.precision) = (model, precision) }
      try PrecisionTests.fit(trainer)
      for path in [model, folder + "/m.last.safetensors"] {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let count = bytes.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let header = try #require(
          try JSONSerialization.jsonObject(with: bytes[8..<8 + count]) as? [String: [String: Any]])
        for (name, entry) in header where name.hasPrefix("layer.") { #expect(entry["dtype"] as? String == "F32") }
        let state = header["__metadata__"]?["training"] as? String
        #expect(
          state.map { $0.contains("\"precision\":\"bfloat16\"") == (precision == .bfloat16) } != false)
        #expect(precision == .bfloat16 || state?.contains("precision") != true)
      }
    }
  }

  /// A precision that this version does not know is an error, not float32.
  @Test func anUnknownPrecisionOfACheckpointIsRefused() throws {
    try TrainerTests.withFolder { folder in
      let path = folder + "/m.last.safetensors"
      try PrecisionTests.fit(
        TrainerTests.trainer { ($0.checkpoint, $0.precision) = (folder + "/m.safetensors", .bfloat16) }, epochs: 1)
      var file = try Safetensors(contentsOf: path)
      let state = try #require(file.metadata["training"])
      file.metadata["training"] = state.replacingOccurrences(of: "\"bfloat16\"", with: "\"float8\"")
      try file.write(to: path)
      let trainer = try TrainerTests.trainer {
        ($0.checkpoint, $0.precision, $0.resumes) = (folder + "/m.safetensors", .bfloat16, true)
      }
      let message = RunFilesTests.message { _ = try PrecisionTests.fit(trainer) }
      #expect(
        message.hasPrefix("\(path): its training state cannot be read: ") && message.contains("float8"), "\(message)")
    }
  }

  /// A run without epochs left says so.
  @Test func aFinishedRunSaysThatNothingIsLeft() throws {
    try TrainerTests.withFolder { folder in
      let lines = TrainerTests.Lines()
      func trainer() throws -> Trainer<TrainerTests.Line> {
        try TrainerTests.trainer({ ($0.checkpoint, $0.resumes) = (folder + "/m", true) }, lines: lines)
      }
      try PrecisionTests.fit(trainer())
      #expect(!lines.text.contains("nothing is left"))
      #expect(try PrecisionTests.fit(trainer()).training.isEmpty)
      #expect(
        lines.text.contains(
          "Resumed from \(folder)/m.last after its last epoch, 2: nothing is left of a run of 2 epochs"),
        "\(lines.text)")
    }
  }
}
