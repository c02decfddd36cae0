// Fuzz target: the last checkpoint of a run, from which training is resumed.

import Foundation
import Recurrent

private struct TinyModel: Module {
  let embedding = Embedding(count: 5, size: 2)
  let recurrent = RNN(.lstm, inputSize: 2, hiddenSize: 3)
  let output = Linear(3, 5)
}

extension FuzzTarget {
  static let checkpoint = FuzzTarget(
    name: "checkpoint", share: 60, format: .tensors,
    words: [
      "training", "loss", "epochs", "epoch", "bestEpoch", "best", "sums", "weight", "stoppedEarly", "plateau",
      "batches", "batch", "step", "nan", "inf",
    ]
  ) {
    let folder = NSTemporaryDirectory() + "fuzz-run-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // Stopped in the middle of an epoch, and after one.
    return try [6, 8].map { steps in
      struct Ended: Error {}
      do { try train(in: folder, resumes: false) { if $0 == steps { throw Ended() } } } catch is Ended {}
      var last = try Safetensors(contentsOf: folder + "/model.last.safetensors")
      // The same bytes in every process.
      if let run = run(of: last) {
        last.metadata["training"] = last.metadata["training"]!.replacing(
          run, with: "00000000-0000-4000-8000-000000000000")
      }
      last.metadata[bestEpoch] = try Safetensors(contentsOf: folder + "/model.safetensors").metadata["training.epoch"]
      return Array(last.encoded())
    }
  } reader: { folder in
    { input in
      try input.write(to: URL(fileURLWithPath: folder + "/model.last.safetensors"))
      // The model's file belongs to the run, if there is one.
      var model = Safetensors()
      let last = try? Safetensors(input, path: "input")
      model.metadata["training.run"] = last.flatMap(run)
      model.metadata["training.epoch"] = last?.metadata[bestEpoch]
      model.set(TinyModel())
      try model.write(to: folder + "/model.safetensors")
      do {
        try train(in: folder, resumes: true) { _ in }
      } catch RecurrentError.diverged {
        // A possible consequence of a file's numbers.
      }
    }
  }

  /// The position of the model's epoch in an input.
  private static let bestEpoch = "fuzz.epoch"

  /// The identity of a checkpoint's run.
  private static func run(of checkpoint: Safetensors) -> String? {
    struct Head: Decodable { let run: String? }
    return checkpoint.metadata["training"].flatMap { try? JSONDecoder().decode(Head.self, from: Data($0.utf8)) }?.run
  }

  private static func train(in folder: String, resumes: Bool, before: (_ step: Int) throws -> Void) throws {
    let model = TinyModel()
    model.initialise(seed: 1)
    var options = TrainingOptions()
    (options.epochs, options.resumes, options.progress, options.handlesInterruption) = (3, resumes, .none, false)
    options.overwrites = !resumes
    (options.checkpoint, options.checkpointInterval) = (folder + "/model.safetensors", 2)
    (options.plateau, options.patience, options.clipNorm) = (PlateauSchedule(patience: 0), 2, 1)
    let carried = CarriedState(for: model.recurrent, rows: 2)
    let trainer = Trainer(model, AdamW(learningRate: 1e-2), options, backend: try Backends.make(threads: 1))
    let tokens = (0..<41).map { $0 * $0 % 5 }
    try trainer.fit(
      .streams(tokens, rows: 2, steps: 5), validation: .streams(tokens, rows: 2, steps: 20), carried: carried
    ) { batch, tape in
      if tape.mode == .training { try before(Int(tape.step)) }
      let (y, state) = model.recurrent(model.embedding(batch.tokens, tape), state: carried.state(tape))
      carried.values = state.values
      return StepResult(loss: crossEntropy(model.output(y), batch.targets), weight: batch.targets.count)
    }
  }
}
