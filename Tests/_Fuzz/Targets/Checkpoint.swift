// A run's last checkpoint, from which training goes on.

import Foundation
import Recurrent

private struct TinyModel: Module {
  let embedding = Embedding(count: 5, size: 2)
  let recurrent = Recurrent(.lstm, inputSize: 2, hiddenSize: 3)
  let output = Linear(3, 5)
}

extension FuzzTarget {
  static let checkpoint = FuzzTarget(
    name: "checkpoint", share: 60, format: .tensors,
    words: ["training", "loss", "epochs", "epoch", "bestEpoch", "best", "sums", "weight", "stoppedEarly", "plateau", "batches", "batch", "step", "nan", "inf"]
  ) {
    let folder = NSTemporaryDirectory() + "fuzz-run-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // Ended in the middle of an epoch, and after one.
    return try [6, 8].map { steps in
      struct Ended: Error {}
      do { try train(in: folder, resumes: false) { if $0 == steps { throw Ended() } } } catch is Ended {}
      return Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/model.last.safetensors")))
    }
  } reader: { folder in
    { input in
      // Of one run, both: what makes them so is in both files.
      for name in ["model", "model.last"] { try input.write(to: URL(fileURLWithPath: folder + "/\(name).safetensors")) }
      do {
        try train(in: folder, resumes: true) { _ in }
      } catch RecurrentError.diverged {
        // What a file's numbers may lead to.
      }
    }
  }

  private static func train(in folder: String, resumes: Bool, before: (_ step: Int) throws -> Void) throws {
    let model = TinyModel()
    model.initialise(seed: 1)
    var options = TrainingOptions()
    (options.epochs, options.resumes, options.progress, options.handlesInterruption) = (3, resumes, .none, false)
    (options.checkpoint, options.checkpointInterval) = (folder + "/model.safetensors", 2)
    (options.plateau, options.patience, options.clipNorm) = (PlateauSchedule(patience: 0), 2, 1)
    let carried = CarriedState(for: model.recurrent, rows: 2)
    let trainer = Trainer(model, AdamW(learningRate: 1e-2), options, backend: try Backends.make(threads: 1))
    let tokens = (0..<41).map { $0 * $0 % 5 }
    try trainer.fit(.streams(tokens, rows: 2, steps: 5), validation: .streams(tokens, rows: 2, steps: 20), carried: carried) { batch, tape in
      if tape.mode == .training { try before(Int(tape.step)) }
      let (y, state) = model.recurrent(model.embedding(batch.tokens, tape), state: carried.state(tape))
      carried.values = state.values
      return StepResult(loss: crossEntropy(model.output(y), batch.targets), weight: batch.targets.count)
    }
  }
}
