// Recurrent stacks in bfloat16 and int8: every cell, option and backend against float32.

import Recurrent
import RecurrentCore
import RecurrentLayers
import RecurrentNativeKernels
import RecurrentPackedBackend
import Testing
import _TestSupport

@Suite struct PrecisionTests {
  /// The stacks that are tested: every cell, and every option.
  static let configurations: [RecurrentStack.Configuration] = {
    var result: [RecurrentStack.Configuration] = []
    for cell in [
      Cell.elman(.tanh), .elman(.relu), .lstm, .lstmVariant(LSTMVariant(peepholes: true)), .gru(.after), .gru(.before),
    ] {
      for (input, hidden) in [(1, 1), (17, 31), (40, 70)] {
        result.append(.init(cell: cell, inputSize: input, hiddenSize: hidden))
      }
      result.append(.init(cell: cell, inputSize: 9, hiddenSize: 33, layers: 2, bidirectional: true))
      if cell.layout.canBeNormalised {
        result.append(.init(cell: cell, inputSize: 9, hiddenSize: 33, layerNorm: true))
      }
      result.append(.init(cell: cell, inputSize: 9, hiddenSize: 20, bias: false, batchFirst: true))
    }
    result.append(.init(cell: .lstm, inputSize: 9, hiddenSize: 40, layers: 2, projectionSize: 19))
    return result
  }()

  static let backends: [any Backend] =
    TestBackend.all.map(\.backend)
    + InstructionSet.selectable.map {
      PackedBackend(pool: ThreadPool(exactly: 2), instructionSet: $0)
    }

  /// Outputs are within a bound of those in float32: 1 % in bfloat16 and 4 % in int8, of outputs of
  /// magnitude 1.
  @Test(arguments: [Precision.bfloat16, .int8]) func outputsAreCloseToFloat32(_ precision: Precision) {
    var random = RandomStream(seed: 4)
    for configuration in PrecisionTests.configurations {
      let (T, B) = (6, 5)
      let input = Tensor(
        normal: 1,
        shape: configuration.batchFirst ? [B, T, configuration.inputSize] : [T, B, configuration.inputSize],
        using: &random)
      for lengths in [nil, [6, 0, 3, 5, 1]] {
        let exact = RecurrentStack(configuration, seed: 5, backend: TestBackend.all[0].backend)(input, lengths: lengths)
        for backend in PrecisionTests.backends {
          let stack = RecurrentStack(configuration, seed: 5, backend: backend, precision: precision)
          let (output, state) = stack(input, lengths: lengths)
          let isReLU = configuration.cell == .elman(.relu)
          let bound: Float = (precision == .bfloat16 ? 0.01 : 0.04) * (isReLU || configuration.layerNorm ? 4 : 1)
          let found = max(
            deviation(output, exact.output), deviation(state.hidden, exact.state.hidden),
            exact.state.cell.map { deviation(state.cell!, $0) } ?? 0)
          #expect(found <= Double(bound), "\(configuration), \(backend.name), \(backend.path(of: precision)): \(found)")
        }
      }
    }
  }

  /// A stack computes with its parameters rounded: the conversion of one from float32 gives the same
  /// bits as a stack of the rounded parameters.
  @Test(arguments: [Precision.bfloat16, .int8]) func convertedStacksAreThoseOfRoundedParameters(_ precision: Precision)
  {
    var random = RandomStream(seed: 6)
    for configuration in PrecisionTests.configurations where !configuration.batchFirst {
      let input = Tensor(normal: 1, shape: [4, 3, configuration.inputSize], using: &random)
      let backend = TestBackend.all[0].backend
      let stack = RecurrentStack(configuration, seed: 7, backend: backend)
      let converted = stack.converted(to: precision)
      let again = RecurrentStack(
        configuration, parameters: converted.parameters, backend: backend, precision: precision)
      #expect(converted(input).output == again(input).output, "\(configuration)")
      #expect(converted.converted(to: .float32).parameters == converted.parameters, "\(configuration)")
    }
    let stack = RecurrentStack(
      .init(cell: .lstm, inputSize: 256, hiddenSize: 256), backend: TestBackend.all[0].backend)
    let share = Double(stack.converted(to: precision).parameterBytes) / Double(stack.parameterBytes)
    #expect(share <= (precision == .int8 ? 0.27 : 0.52), "\(share)")
  }

  /// The same bits with any number of threads, and step by step.
  @Test(arguments: [Precision.bfloat16, .int8]) func bitsDoNotDependOnThreadsOrChunks(_ precision: Precision) {
    var random = RandomStream(seed: 8)
    for configuration in PrecisionTests.configurations + [.init(cell: .lstm, inputSize: 70, hiddenSize: 260)]
    where !configuration.batchFirst {
      for batch in [1, 7] {
        let input = Tensor(normal: 1, shape: [5, batch, configuration.inputSize], using: &random)
        for name in TestBackend.named where name != "openblas" {
          let results = [1, 2, 3].map { threads in
            RecurrentStack(
              configuration, seed: 9, backend: TestBackend.make(name, threads: threads).backend, precision: precision
            )(input).output
          }
          #expect(results[1] == results[0] && results[2] == results[0], "\(configuration), \(name), \(batch)")
          if configuration.bidirectional { continue }
          let stack = RecurrentStack(
            configuration, seed: 9, backend: TestBackend.make(name, threads: 1).backend, precision: precision)
          var state = stack.initialState(batch: batch)
          let workspace = Workspace()
          var y = Tensor(zeros: [batch, configuration.outputSize])
          for step in 0..<5 {
            let size = batch * configuration.inputSize
            let x = Tensor(
              Array(input.elements[step * size..<(step + 1) * size]), shape: [batch, configuration.inputSize])
            stack.step(x, state: &state, output: &y, workspace: workspace)
            #expect(
              y.elements == Array(results[0].elements[step * y.count..<(step + 1) * y.count]),
              "\(configuration), \(name), \(batch), step \(step)")
          }
        }
      }
    }
  }

  /// An initial state beyond the range of a cell's own states is not cut off.
  @Test func largeStatesAreNotCutOff() {
    let stack = RecurrentStack(
      .init(cell: .gru(.after), inputSize: 3, hiddenSize: 16), backend: TestBackend.all[0].backend)
    var random = RandomStream(seed: 10)
    let input = Tensor(normal: 1, shape: [1, 2, 3], using: &random)
    var state = stack.initialState(batch: 2)
    state.hidden = Tensor(normal: 30, shape: state.hidden.shape, using: &random)
    let exact = stack(input, state: state).output
    #expect(deviation(stack.converted(to: .int8)(input, state: state).output, exact) < 1)
  }

  /// NaN in a row's input is in all its outputs, and in no other row's.
  @Test(arguments: [Precision.bfloat16, .int8]) func nanIsNotLost(_ precision: Precision) {
    for configuration in PrecisionTests.configurations where !configuration.batchFirst && !configuration.bidirectional {
      for backend in PrecisionTests.backends {
        var input = Tensor(repeating: 0.5, shape: [3, 2, configuration.inputSize])
        input[1, 1, configuration.inputSize / 2] = .nan
        let output = RecurrentStack(configuration, seed: 11, backend: backend, precision: precision)(input).output
        let O = configuration.outputSize
        for (index, value) in output.elements.enumerated() {
          let isAfter = index / (2 * O) >= 1 && index / O % 2 == 1
          #expect(value.isNaN == isAfter, "\(configuration), \(backend.name), \(index)")
        }
      }
    }
  }

  /// `Linear`, in evaluation, multiplies in the tape's precision.
  @Test func linearLayersTakeTheTapesPrecision() {
    var random = RandomStream(seed: 12)
    let layer = Linear(33, 20)
    let x = Tensor(normal: 1, shape: [5, 33], using: &random)
    for backend in PrecisionTests.backends {
      func result(_ precision: Precision) -> Tensor {
        let tape = Tape(.evaluation, backend: backend, precision: precision)
        return layer(tape.constant(x)).value
      }
      let exact = result(.float32)
      for (precision, bound) in [(Precision.bfloat16, 0.02), (.int8, 0.05)] {
        let difference = deviation(result(precision), exact)
        #expect(difference < bound && difference > 0, "\(backend.name), \(precision): \(difference)")
      }
      #expect(result(.float32) == exact)
    }
  }
}
