import Recurrent

// Words of letters 1 to 8. The class: is the last letter below, equal to or above the first one?
var random = RandomStream(seed: 1)
let samples = (0..<4000).map { _ in
  let length = Int.random(in: 2...12, using: &random)
  let word = (0..<length).map { _ in Int.random(in: 1...8, using: &random) }
  return (letters: word, label: (word.last! - word.first!).signum() + 1)
}

struct Classifier: Module {
  let embedding = Embedding(count: 9, size: 16, paddingIndex: 0)
  let lstm = RNN(.lstm, inputSize: 16, hiddenSize: 32, layers: 2, bidirectional: true, dropout: 0.1)
  let output = Linear(64, 3)

  func callAsFunction(_ words: [[Int]], _ tape: Tape) -> Variable {
    let x = embedding(Indices(sequences: words), tape)  // [T, B, I]: 16 features a letter, padded
    let (_, state) = lstm(x, lengths: words.map(\.count))
    return output(state.last)  // [B, 64] to [B, 3]
  }
}

let model = Classifier()
model.initialise(seed: 1)
var options = TrainingOptions()
options.epochs = 6
options.checkpoint = "classifier.safetensors"  // the parameters of the best epoch
options.overwrites = true  // without it, an existing file is an error
let training = Batches.bucketed(Array(samples.dropLast(500)), size: 32) { $0.letters.count }
let heldOut = Batches.bucketed(Array(samples.suffix(500)), size: 100, shuffled: false)
let trainer = try Trainer(model, Adam(learningRate: 3e-3), options)
try trainer.fit(training, validation: heldOut) { batch, tape in
  let logits = model(batch.map(\.letters), tape)
  let labels = Indices(batch.map(\.label))
  return StepResult(
    loss: crossEntropy(logits, labels), metrics: ["accuracy": accuracy(logits.value, labels)],
    weight: batch.count)
}
