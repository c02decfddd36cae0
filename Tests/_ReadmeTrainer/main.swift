import Recurrent

// Words of letters 1 to 8, and a class for each: is the last letter below the first (0), the same
// (1), or above it (2)?
var random = RandomStream(seed: 1)
let samples = (0..<4000).map { _ in
  let word = (0..<Int.random(in: 2...12, using: &random)).map { _ in Int.random(in: 1...8, using: &random) }
  return (letters: word, label: word.last! < word.first! ? 0 : word.last! == word.first! ? 1 : 2)
}

struct Classifier: Module {
  let embedding = Embedding(count: 9, size: 16, paddingIndex: 0)
  let lstm = RNN(.lstm, inputSize: 16, hiddenSize: 32, layers: 2, bidirectional: true, dropout: 0.1)
  let output = Linear(64, 3)

  func callAsFunction(_ words: [[Int]], _ tape: Tape) -> Variable {
    let x = embedding(Indices(sequences: words), tape)  // [T, B, 16], shorter words padded with 0
    let (_, state) = lstm(x, lengths: words.map(\.count))
    return output(state.last)  // [B, 64] to [B, 3]
  }
}

let model = Classifier()
model.initialise(seed: 1)
var options = TrainingOptions()
options.epochs = 6
options.clipNorm = 5
options.checkpoint = "classifier.safetensors"
options.overwrites = true  // a second run begins anew; without it, a model that is there is an error
let training = Batches.bucketed(Array(samples.dropLast(500)), size: 32) { $0.letters.count }
let heldOut = Batches.bucketed(Array(samples.suffix(500)), size: 100, shuffled: false)
let trainer = try Trainer(model, Adam(learningRate: 5e-3), options)
try trainer.fit(training, validation: heldOut) { batch, tape in
  let logits = model(batch.map(\.letters), tape)
  let labels = Indices(batch.map(\.label))
  return StepResult(
    loss: crossEntropy(logits, labels), metrics: ["accuracy": accuracy(logits.value, labels)], weight: batch.count)
}
