// Tests of NaN: a NaN in the input gives NaN in results and gradients.

import RecurrentNativeKernels
import RecurrentPackedBackend
import Recurrent
import Testing
import _TestSupport

@Suite struct NotANumberTests {
  /// All backends, and the packed one with every instruction set of this processor.
  static let backends: [any Backend] =
    TestBackend.named.map { TestBackend.make($0, threads: 1).backend }
    + InstructionSet.availableForFloat32.map { PackedBackend(pool: ThreadPool(threads: 1), instructionSet: $0) }

  /// 19 numbers in a shape, one of them NaN: a whole vector of every width, and a rest.
  static func forEachPlace(_ shape: Shape, _ body: (_ place: Int, _ x: Tensor) -> Void) {
    for place in 0..<shape.count {
      body(place, Tensor((0..<shape.count).map { $0 == place ? .nan : Float($0 % 7) - 3 }, shape: shape))
    }
  }

  @Test func reductionsKeepIt() {
    let backend = NotANumberTests.backends[0]
    NotANumberTests.forEachPlace([19]) { place, x in
      let x = Tape(.evaluation, backend: backend).constant(x)
      #expect(x.sum().value.elements[0].isNaN && x.mean().value.elements[0].isNaN, "\(place)")
    }
    NotANumberTests.forEachPlace([5, 1, 4]) { place, x in
      let v = Tape(.evaluation, backend: backend).constant(x)
      for lengths in [nil, [5]] {
        for y in [v.maxPooled(lengths: lengths), v.meanPooled(lengths: lengths)] {
          #expect(y.value.elements.enumerated().allSatisfy { $1.isNaN == ($0 == place % 4) }, "\(place)")
        }
      }
      #expect(v.max(along: 0).value.elements.enumerated().allSatisfy { $1.isNaN == ($0 == place % 4) }, "\(place)")
      #expect(v.max(along: -1).value.elements.enumerated().allSatisfy { $1.isNaN == ($0 == place / 4) }, "\(place)")
    }
  }

  /// The gradient of a maximum goes to the first NaN, as PyTorch's does.
  @Test func theGradientOfAMaximumGoesToTheFirst() {
    for values in [[1, .nan, 5, .nan], [.nan, 1, 5, 2], [1, 5, 2, .nan], [1, 5, 5, 2]] as [[Float]] {
      let expected = values.firstIndex { $0.isNaN } ?? 1
      for reduce in [{ $0.max(along: 0) }, { $0.maxPooled() }] as [(Variable) -> Variable] {
        let x = Parameter(Tensor(values, shape: [4, 1, 1]))
        let y = reduce(Tape(backend: NotANumberTests.backends[0]).variable(x))
        y.backward(Tensor([3], shape: y.shape))
        #expect(x.gradient!.elements == (0..<4).map { $0 == expected ? 3 : 0 }, "\(values)")
      }
    }
  }

  @Test func activationsKeepItOnEveryInstructionSet() {
    for (number, backend) in NotANumberTests.backends.enumerated() {
      NotANumberTests.forEachPlace([19]) { place, x in
        for mode in [Tape.Mode.training, .evaluation] {
          let v = Tape(mode, seed: UInt64(place), backend: backend).constant(x)
          for (name, y) in [
            ("tanh", v.tanh()), ("sigmoid", v.sigmoid()), ("relu", v.relu()), ("dropout", Dropout(0.9)(v)),
            ("filled", v.filled(with: 1, where: Tensor(zeros: [19]))),
            ("transposed", v.reshaped(to: [19, 1]).transposed().reshaped(to: [19])),
          ] {
            #expect(
              y.value.elements.enumerated().allSatisfy { $1.isNaN == ($0 == place) },
              "\(name), \(backend.name) (\(number)), \(place)")
          }
          for (name, y) in [
            ("softmax", v.softmax()), ("logSoftmax", v.logSoftmax()),
            ("LayerNorm", LayerNorm(19)(v.reshaped(to: [1, 19]))),
          ] {
            #expect(y.value.elements.allSatisfy { $0.isNaN }, "\(name), \(backend.name) (\(number)), \(place)")
          }
        }
      }
    }
  }

  /// Masked elements have no effect on a softmax; a NaN elsewhere has.
  @Test func softmaxKeepsItBesideInfinities() {
    for backend in NotANumberTests.backends {
      let tape = Tape(.evaluation, backend: backend)
      let minus = -Float.infinity
      #expect(tape.constant(Tensor([minus, .nan, minus])).softmax().value.elements.allSatisfy { $0.isNaN })
      #expect(tape.constant(Tensor([minus, .nan, minus])).logSoftmax().value.elements.allSatisfy { $0.isNaN })
      #expect(tape.constant(Tensor([.nan, .infinity, 1])).softmax().value.elements.allSatisfy { $0.isNaN })
      #expect(tape.constant(Tensor([minus, 0, minus])).softmax().value.elements == [0, 1, 0])
      for target in 0..<3 {
        let loss = crossEntropy(tape.constant(Tensor([1, 2, .nan], shape: [1, 3])), Indices([target]))
        #expect(loss.value.elements[0].isNaN)
      }
    }
  }

  /// A ReLU whose input is NaN passes the gradient, also in an Elman cell.
  @Test func gradientsOfRelu() {
    for backend in NotANumberTests.backends {
      let x = Parameter(Tensor([-1, .nan, 2, 0]))
      Tape(backend: backend).variable(x).relu().backward(Tensor([3, 4, 5, 6]))
      #expect(x.gradient!.elements == [0, 4, 5, 0])
    }
  }

  /// NaN in the input, the state or a weight reaches the unit's output, state and gradients,
  /// whichever unit it is.
  @Test(arguments: [Cell.elman(.relu), .elman(.tanh), .lstm, .gru(.after), .gru(.before)]) func cellsKeepIt(
    _ cell: Cell
  ) {
    let (H, I) = (19, 3)
    for (number, backend) in NotANumberTests.backends.enumerated() {
      for unit in [0, 7, 15, 16, 18] {
        var stack = RecurrentStack(.init(cell: cell, inputSize: I, hiddenSize: H), seed: 1, backend: backend)
        // r of a GRU with the reset before the product reaches all units.
        for gate in (cell == .gru(.before) ? 1 : 0)..<cell.gates {
          stack.parameters[0].inputBias![gate * H + unit] = .nan
        }
        for layer in 1...3 {
          // One, two and many rows.
          let B = layer * layer
          let x = Tensor(repeating: 0.5, shape: [1, B, I])
          let tape = SavedStackActivations(for: stack)
          for (output, state) in [stack(x), stack.forward(x, saved: tape)] {
            for row in 0..<B {
              #expect(
                (0..<H).allSatisfy { output[0, row, $0].isNaN == ($0 == unit) },
                "\(backend.name) (\(number)), unit \(unit), \(B) rows")
              #expect(state.hidden[0, row, unit].isNaN)
            }
          }
          var gradients = stack.zeroGradients()
          _ = stack.backward(tape, outputGradient: Tensor(repeating: 1, shape: [1, B, H]), gradients: &gradients)
          // Relu passes the gradient of a NaN; the others' derivatives are NaN.
          let gradient = gradients[0].inputBias![unit]
          #expect(
            cell == .elman(.relu) ? gradient == Float(B) : gradient.isNaN,
            "\(backend.name) (\(number)), unit \(unit): \(gradient)")
        }
        let x = Tensor((0..<I).map { $0 == 1 ? .nan : 1 }, shape: [1, 1, I])
        let plain = RecurrentStack(.init(cell: cell, inputSize: I, hiddenSize: H), seed: 1, backend: backend)
        #expect(plain(x).output.elements.allSatisfy { $0.isNaN }, "\(backend.name) (\(number))")
      }
    }
  }
}
