// A short training run that saves often, resumes from its checkpoint, and prints a digest of its
// final parameters. Tests kill it.
//
// Arguments: the checkpoint's path, a number of epochs, and optionally a step at which it
// interrupts itself, or "evaluation". "signals" alone runs the watchers of signals.

import Foundation
import Recurrent

struct LanguageModel: Module {
  let embedding = Embedding(count: 32, size: 16)
  let lstm = RNN(.lstm, inputSize: 16, hiddenSize: 48, layers: 2, dropout: 0.2, weightDrop: 0.1)
  let output = Linear(48, 32)
}

if CommandLine.arguments[1] == "signals" {
  watchSignals()
  exit(0)
}
let model = LanguageModel()
model.initialise(seed: 3)
var random = RandomStream(seed: 4)
var tokens = [1]
for _ in 0..<6000 { tokens.append((tokens.last! * 5 + Int.random(in: 0...2, using: &random)) % 32) }

var options = TrainingOptions()
options.epochs = Int(CommandLine.arguments[2])!
options.seed = 5
options.clipNorm = 1
options.schedule = .warmUp(over: 20, then: .cosine(over: 200, minimum: 0.1))
options.plateau = PlateauSchedule(patience: 0)
options.checkpoint = CommandLine.arguments[1]
options.checkpointInterval = 3
options.resumes = true
let carried = CarriedState(for: model.lstm, rows: 8)
let trainer = try Trainer(model, AdamW(learningRate: 5e-3), options)
let report = try trainer.fit(
  .streams(Array(tokens.dropLast(1000)), rows: 8, steps: 16),
  validation: .streams(Array(tokens.suffix(1000)), rows: 4, steps: 50),
  carried: carried
) { batch, tape in
  if CommandLine.arguments.dropFirst(3).first == (tape.mode == .training ? String(tape.step) : "evaluation") {
    kill(getpid(), SIGINT)
  }
  let (y, state) = model.lstm(model.embedding(batch.tokens, tape), state: carried.state(tape))
  carried.values = state.values
  return StepResult(loss: crossEntropy(model.output(y), batch.targets), weight: batch.targets.count)
}
// FNV-1a over the bits of every parameter, and of all that was reported.
let bits =
  model.parameters.flatMap { $0.parameter.value.elements.map { UInt64($0.bitPattern) } }
  + report.epochs.flatMap {
    [$0.training["loss"]!.bitPattern, $0.validation!["loss"]!.bitPattern, UInt64($0.rateFactor.bitPattern)]
  }
let digest = bits.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ $1) &* 0x100_0000_01b3 }
print(report.wasInterrupted ? "interrupted" : String(digest, radix: 16))
