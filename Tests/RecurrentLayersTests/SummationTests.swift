// Tests of sums over very many rows, whose error must not grow with the number of rows.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct SummationTests {
  static let backends = [TestBackend.make("swift", threads: 1).backend, TestBackend.make("swift", threads: 2).backend]

  /// 0.1 is not a binary fraction, so its rounding errors all have one sign.
  static let tenth = Double(Float(0.1))

  static func error(_ x: Float, _ expected: Double) -> Double { abs(Double(x) - expected) / abs(expected) }

  /// The greatest error relative to one expected number.
  static func error(_ x: Tensor, _ expected: Double) -> Double { x.elements.reduce(0) { max($0, error($1, expected)) } }

  static func gradient(_ shape: Shape, _ loss: (Variable) -> Variable, _ backend: any Backend) -> Tensor {
    let parameter = Parameter(Tensor(repeating: 0.1, shape: shape))
    loss(Tape(backend: backend).variable(parameter)).sum().backward()
    return parameter.gradient!
  }

  @Test(arguments: [[1 << 24], [1 << 24, 1], [1 << 22, 3], [1 << 12, 1 << 12]]) func sumsAndMeansOfTwoToTheTwentyFour(
    _ extents: [Int]
  ) {
    let tape = Tape(.evaluation, backend: SummationTests.backends[0])
    let rows = Double(extents[0])
    let x = tape.constant(Tensor(repeating: 0.1, shape: Shape(extents)))
    #expect(SummationTests.error(x.sum(along: [0]).value, rows * SummationTests.tenth) < 1e-6)
    #expect(SummationTests.error(x.mean(along: [0]).value, SummationTests.tenth) < 1e-6)
    #expect(SummationTests.error(x.mean().value, SummationTests.tenth) < 1e-6)
    if extents.count > 1 { #expect(SummationTests.error(x.mean(along: [1]).value, SummationTests.tenth) < 1e-6) }
  }

  @Test func onesAreCountedBeyondTheDigitsOfAFloat() {
    let tape = Tape(.evaluation, backend: SummationTests.backends[0])
    #expect(tape.constant(Tensor(repeating: 1, shape: [20_000_000, 1])).sum(along: [0]).value.elements == [20_000_000])
  }

  /// Random numbers summed along every combination of dimensions, with extents near the block
  /// sizes.
  @Test func sumsOfRandomNumbersAreAccurate() {
    var random = RandomStream(seed: 1)
    for extents in [
      [70_000, 5], [5, 70_000], [3000, 33], [513, 7, 65], [2, 3, 4, 5000], [6, 2050, 9], [1025, 600],
    ] {
      let x = Tensor(uniform: 0...1, shape: Shape(extents), using: &random)
      let exact = DoubleArray(x.elements.map(Double.init), extents)
      let results = SummationTests.backends.map { backend in
        (1..<1 << extents.count).map { choice in
          let axes = extents.indices.filter { choice >> $0 & 1 == 1 }
          return (axes, Tape(.evaluation, backend: backend).constant(x).sum(along: axes).value)
        }
      }
      for ((axes, one), (_, two)) in zip(results[0], results[1]) {
        let expected = exact.sum(axes).elements
        let worst = zip(one.elements, expected).reduce(0) { max($0, SummationTests.error($1.0, $1.1)) }
        #expect(worst < 5e-7, "\(extents) along \(axes): \(worst)")
        #expect(sameBits(one, two), "\(extents) along \(axes) on two threads")
      }
    }
  }

  @Test func gradientsOfWhatIsRepeatedOverManyRows() {
    let rows = 1 << 22
    for backend in SummationTests.backends {
      let x = Tensor(repeating: 0.1, shape: [rows, 1])
      let expected = Double(rows) * SummationTests.tenth
      #expect(
        SummationTests.error(SummationTests.gradient([1], { $0.tape.constant(x) * $0 }, backend), expected) < 1e-6)
      let wide = Tensor(repeating: 0.1, shape: [rows / 4, 3])
      #expect(
        SummationTests.error(SummationTests.gradient([3], { $0.tape.constant(wide) * $0 }, backend), expected / 4)
          < 1e-6)
      #expect(
        SummationTests.error(
          SummationTests.gradient([rows / 4, 1], { $0 / $0.tape.constant(wide) }, backend), 3 / SummationTests.tenth)
          < 1e-6)
      // The gradient of x / w by w is -x / w².
      #expect(
        SummationTests.error(
          SummationTests.gradient([1], { $0.tape.constant(wide) / $0 }, backend),
          -3 * Double(rows / 4) / SummationTests.tenth) < 1e-6)
      let ones = Tensor(repeating: 0.1, shape: [rows, 2])
      #expect(
        SummationTests.error(
          SummationTests.gradient([2], { ($0.tape.constant(ones) - $0) * 0.1 }, backend), -expected) < 1e-6)
    }
  }

  @Test func meanPoolingOverManySteps() {
    let steps = 1 << 20
    for backend in SummationTests.backends {
      let x = Tape(.evaluation, backend: backend).constant(Tensor(repeating: 0.1, shape: [steps, 2, 3]))
      #expect(SummationTests.error(x.meanPooled(lengths: [steps, steps - 5]).value, SummationTests.tenth) < 1e-6)
    }
  }

  @Test func layerNormalisationsGradientsOverManyRows() {
    let rows = 1 << 20
    let results = SummationTests.backends.map { backend in
      let layer = LayerNorm(2)
      let tape = Tape(backend: backend)
      layer(tape.constant(Tensor((0..<rows).flatMap { _ in [Float(-1), 1] }, shape: [rows, 2]))).backward(
        Tensor(repeating: 0.1, shape: [rows, 2]))
      return (layer.weight.gradient!, layer.bias.gradient!)
    }
    let expected = Double(rows) * SummationTests.tenth
    // x^ is 1 / sqrt(1 + epsilon).
    let scale = 1 / (1 + Double(Float(1e-5))).squareRoot()
    for (gamma, beta) in results {
      #expect(
        SummationTests.error(gamma[1], expected * scale) < 1e-6
          && SummationTests.error(gamma[0], -expected * scale) < 1e-6)
      #expect(SummationTests.error(beta, expected) < 1e-6)
    }
    #expect(sameBits(results[0].0, results[1].0) && sameBits(results[0].1, results[1].1))
  }

  /// Sums of more terms than one pass takes, in gradients whose parts are small with several threads:
  /// the same bits with any number of threads.
  @Test(arguments: ["packed", "swift"]) func longProductsHaveTheSameBitsOnAnyThreads(_ name: String) throws {
    for (rows, inputs, outputs) in [(16_385, 70, 64), (16_500, 130, 48), (16_390, 9, 500)] {
      var random = RandomStream(seed: 6)
      let x = Tensor(uniform: -1...1, shape: [rows, inputs], using: &random)
      let g = Tensor(uniform: -1...1, shape: [rows, outputs], using: &random)
      let gradients = try [1, 2, 3].map { threads in
        let layer = Linear(inputs, outputs)
        let tape = Tape(backend: try Backends.make(name, pool: ThreadPool(exactly: threads)))
        layer(tape.constant(x)).backward(g)
        return layer.weight.gradient!
      }
      for gradient in gradients.dropFirst() {
        #expect(sameBits(gradients[0], gradient), "\(rows), \(inputs), \(outputs)")
      }
    }
  }

  @Test func embeddingsGradientsOverManyTokens() {
    let count = 1 << 20
    let tokens = Indices((0..<count).map { $0 % 4 == 0 ? 2 : 0 })
    let results = SummationTests.backends.map { backend in
      let table = Embedding(count: 3, size: 5, paddingIndex: 1)
      table(tokens, Tape(backend: backend)).backward(Tensor(repeating: 0.1, shape: [count, 5]))
      return table.weight.gradient!
    }
    for k in 0..<5 {
      #expect(SummationTests.error(results[0][0, k], Double(count / 4 * 3) * SummationTests.tenth) < 1e-6)
      #expect(results[0][1, k] == 0)
      #expect(SummationTests.error(results[0][2, k], Double(count / 4) * SummationTests.tenth) < 1e-6)
    }
    #expect(sameBits(results[0], results[1]))
    // The forward pass of `scattered` as well.
    let rows = Tape(.evaluation, backend: SummationTests.backends[1]).constant(
      Tensor(repeating: 0.1, shape: [count, 1])
    ).scattered(tokens, count: 3)
    #expect(SummationTests.error(rows.value[0, 0], Double(count / 4 * 3) * SummationTests.tenth) < 1e-6)
  }

  /// 3e-6, since kernels add up to some hundred rows one by one.
  @Test(arguments: TestBackend.all) func linearGradientsOverManyRows(_ backend: TestBackend) {
    let rows = 1 << 21
    let layer = Linear(3, 5)
    let y = layer(Tape(backend: backend.backend).constant(Tensor(repeating: 1, shape: [rows, 3])))
    y.backward(Tensor(repeating: 0.1, shape: [rows, 5]))
    let expected = Double(rows) * SummationTests.tenth
    #expect(SummationTests.error(layer.bias!.gradient!, expected) < 1e-6)
    #expect(
      SummationTests.error(layer.weight.gradient!, expected) < 3e-6,
      "\(SummationTests.error(layer.weight.gradient!, expected))")
    // A product that is itself a sum of very many terms.
    let (a, b) = (Tensor(repeating: 1, shape: [2, rows]), Tensor(repeating: 0.1, shape: [rows, 2]))
    let tape = Tape(.evaluation, backend: backend.backend)
    #expect(SummationTests.error(matmul(tape.constant(a), tape.constant(b)).value, expected) < 3e-6)
  }

  /// Over very many classes, forward and backward.
  @Test(arguments: TestBackend.named) func softmaxOverManyClasses(_ name: String) {
    let count = 1 << 20
    let tape = Tape(backend: TestBackend.make(name, threads: 1).backend)
    // exp(-1) everywhere but once.
    let x = Parameter(Tensor((0..<count).map { $0 == 0 ? 1 : 0 }, shape: [1, count]))
    let y = tape.variable(x).softmax()
    let e = 2.718281828459045
    #expect(SummationTests.error(y.value[0, 1], 1 / (e + Double(count - 1))) < 2e-6)
    (y * y).sum().backward()
    let exact = (Double(count - 1) + e * e) / ((e + Double(count - 1)) * (e + Double(count - 1)))
    // y · (2 y - Σ 2 y²), which is small beside either: against the greatest.
    let p = 1 / (e + Double(count - 1))
    #expect(abs(Double(x.gradient![0, 1]) - p * (2 * p - 2 * exact)) < 1e-6 * 2 * p * p)
    let logits = Tape(.evaluation, backend: tape.backend).constant(x.value).logSoftmax()
    #expect(abs(Double(logits.value[0, 0]) - (1 - log(e + Double(count - 1)))) < 2e-6)
  }

  /// With checkpointing as well, where the gradients of segments are added. ManyRowsTests tests the
  /// engine's layers.
  @Test func recurrentGradientsWithCheckpointing() {
    let (T, B) = (1 << 16, 4)
    let layer = RNN(.elman(.relu), inputSize: 1, hiddenSize: 2, checkpointing: true)
    for named in layer.parameters {
      named.parameter.value = Tensor(repeating: named.name.hasPrefix("weight_ih") ? 1 : 0, shape: named.parameter.shape)
    }
    let y = layer(Tape(backend: SummationTests.backends[0]).constant(Tensor(repeating: 1, shape: [T, B, 1]))).output
    y.backward(Tensor(repeating: 0.1, shape: y.shape))
    let expected = Double(T * B) * SummationTests.tenth
    for named in layer.parameters where named.name.hasPrefix("bias") || named.name.hasPrefix("weight_ih") {
      let found = SummationTests.error(named.parameter.gradient!, expected)
      #expect(found < 3e-6, "\(named.name): \(found)")
    }
  }
}
