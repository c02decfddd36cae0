import Recurrent

var random = RandomStream(seed: 1)
let lstm = try RecurrentStack(.init(cell: .lstm, inputSize: 64, hiddenSize: 256, layers: 2))
let x = Tensor(normal: 1, shape: [100, 32, 64], using: &random)  // [T, B, I]

// Inference. Rows may have lengths of their own; the state can be handed to the next call.
let (output, state) = lstm(x, lengths: (1...32).map { 3 * $0 })  // [T, B, H]
print(lstm.backend.name, output.shape, state.hidden.shape)

// Training: forward saves activations; backward starts from the gradient of a loss, here
// sum(output²) / 2.
let saved = SavedStackActivations(for: lstm)
let forward = lstm.forward(x, saved: saved)
var gradients = lstm.zeroGradients()
let below = lstm.backward(saved, outputGradient: forward.output, gradients: &gradients)
print(below.input!.shape, gradients[0].recurrentWeight.shape)

// Streaming: one step at a time, without allocating.
var carried = lstm.initialState(batch: 1)
var y = Tensor(zeros: [1, 256])
let workspace = Workspace()
for _ in 0..<10 {
  lstm.step(Tensor(zeros: [1, 64]), state: &carried, output: &y, workspace: workspace)
}

// PyTorch's names, in the safetensors format.
var file = Safetensors()
file.set(lstm)
try file.write(to: "lstm.safetensors")
