// Tests of `Sequential` and of activation layers.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct SequentialTests {
  @Test func parametersHavePyTorchsNames() {
    let network = Sequential(Linear(3, 4), ReLU(), Sequential(LayerNorm(4), Linear(4, 2, bias: false)), Dropout(0.1))
    #expect(network.parameters.map(\.name) == ["0.weight", "0.bias", "2.0.weight", "2.0.bias", "2.1.weight"])
    struct Model: Module { let head = Sequential(Linear(3, 4), Tanh(), Linear(4, 2)) }
    #expect(Model().parameters.map(\.name) == ["head.0.weight", "head.0.bias", "head.2.weight", "head.2.bias"])
    #expect(Sequential([Linear(2, 2)] + (0..<2).map { _ in GELU() }).layers.count == 3)
  }

  @Test func layersFollowOneAnother() {
    let tape = Tape(backend: TestBackend.all[0].backend)
    let (first, norm, last) = (Linear(3, 4), LayerNorm(4), Linear(4, 2))
    let x = tape.constant(Tensor((0..<6).map { Float($0) / 3 - 1 }, shape: [2, 3]))
    let expected = last(norm(first(x).gelu(.tanh)).softplus(beta: 2))
    let found = Sequential(first, GELU(.tanh), norm, Softplus(beta: 2), last)(x)
    #expect(sameBits(found.value, expected.value))
    found.sum().backward()
    #expect(first.weight.gradient != nil && last.bias!.gradient != nil)
    #expect(sameBits(Sequential()(x.detached).value, x.value))
  }

  @Test func activationsAreTheOperationsOfTheirNames() {
    let x = Tape(.evaluation, backend: TestBackend.all[0].backend).constant(
      Tensor([-2, -0.5, 0.25, 3], shape: [2, 2]))
    for (layer, result) in [
      (ReLU(), x.relu()), (Tanh(), x.tanh()), (Sigmoid(), x.sigmoid()), (GELU(), x.gelu()),
      (GELU(.tanh), x.gelu(.tanh)), (Softplus(), x.softplus()),
      (Softplus(beta: 3, threshold: 1), x.softplus(beta: 3, threshold: 1)), (Softmax(), x.softmax()),
      (LogSoftmax(), x.logSoftmax()),
    ] as [(any Layer, Variable)] {
      #expect(sameBits(layer(x).value, result.value) && layer.parameters.isEmpty, "\(type(of: layer))")
    }
  }

  /// Saved parameters are loaded under the same names; a recurrent layer keeps its names.
  @Test func savedNetworksAreRead() throws {
    func network() -> Sequential {
      let gru = RNN(.gru(.after), inputSize: 3, hiddenSize: 4, bidirectional: true)
      return Sequential(Linear(3, 3), gru.outputs, GELU(), Linear(8, 2))
    }
    let (saved, read) = (network(), network())
    saved.initialise(seed: 1)
    read.initialise(seed: 2)
    #expect(
      saved.parameters[2].name == "1.weight_ih_l0" && saved.parameters.contains { $0.name == "1.bias_hh_l0_reverse" })
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "sequential-\(UInt64.random(in: 0 ... .max)).safetensors"
    ).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try saved.save(to: path)
    #expect(try Safetensors(contentsOf: path).names.sorted() == saved.parameters.map(\.name).sorted())
    try read.load(from: path)
    let x = Tape(.evaluation, backend: TestBackend.all[0].backend).constant(
      Tensor((0..<30).map { Float($0 % 7) }, shape: [5, 2, 3]))
    #expect(sameBits(saved(x).value, read(x).value) && saved(x).shape == [5, 2, 2])
  }
}
