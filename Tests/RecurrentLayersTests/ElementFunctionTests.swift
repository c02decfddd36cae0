// Tests of exp, log, sqrt, GELU and softplus: equations, gradients, accuracy over all floats, and
// limits.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct ElementFunctionTests {
  struct Function: Sendable, CustomStringConvertible {
    let description: String
    var range: ClosedRange<Float> = -3...3
    let operation: @Sendable (Variable) -> Variable
    let equation: @Sendable (Double) -> Double
    let slope: @Sendable (Double) -> Double
  }

  static func density(_ x: Double) -> Double { exp(-x * x / 2) / (2 * .pi).squareRoot() }
  static func distribution(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }
  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  static func inner(_ x: Double) -> Double { (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x) }

  static func softplus(_ beta: Double, _ threshold: Double = 20) -> @Sendable (Double) -> Double {
    { x in beta * x > threshold ? x : (max(beta * x, 0) + log1p(exp(-abs(beta * x)))) / beta }
  }

  static let functions = [
    Function(
      description: "exp", operation: { $0.exp() }, equation: { Foundation.exp($0) }, slope: { Foundation.exp($0) }),
    Function(
      description: "log", range: 0.3...4, operation: { $0.log() }, equation: { Foundation.log($0) }, slope: { 1 / $0 }),
    Function(
      description: "sqrt", range: 0.3...4, operation: { $0.sqrt() }, equation: { $0.squareRoot() },
      slope: { 0.5 / $0.squareRoot() }),
    Function(
      description: "gelu", operation: { $0.gelu() }, equation: { $0 * distribution($0) },
      slope: { distribution($0) + $0 * density($0) }),
    Function(
      description: "gelu, tanh", operation: { $0.gelu(.tanh) }, equation: { $0 * sigmoid(2 * inner($0)) },
      slope: { x in
        let s = sigmoid(2 * inner(x))
        return s + x * s * sigmoid(-2 * inner(x)) * 2 * (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * x * x)
      }),
    Function(
      description: "softplus", operation: { $0.softplus() }, equation: softplus(1), slope: { $0 > 20 ? 1 : sigmoid($0) }
    ),
    Function(
      description: "softplus, beta 0.5, threshold 1000", operation: { $0.softplus(beta: 0.5, threshold: 1000) },
      equation: softplus(0.5, 1000),
      slope: { sigmoid(0.5 * $0) }),
    Function(
      description: "softplus, beta -2", operation: { $0.softplus(beta: -2) }, equation: softplus(-2),
      slope: { -2 * $0 > 20 ? 1 : sigmoid(-2 * $0) }),
  ]

  /// Central differences in Double, on every backend, with threads and without.
  @Test(arguments: functions) func agreesWithItsEquation(_ f: Function) {
    var random = RandomStream(seed: 4)
    for shape in [[3, 17], [1], [0, 4]] as [Shape] {
      let answer = EquationAnswer(
        { $0[0].map(f.equation) }, at: [Tensor(uniform: f.range, shape: shape, using: &random)])
      for backend in TestBackend.all {
        let found = answer.deviation(of: { f.operation($0[0]) }, tape: Tape(backend: backend.backend))
        #expect(found.result < 1e-6 && found.gradients[0] < 2e-6, "\(backend), \(shape): \(found)")
      }
    }
  }

  /// Every 4099th float: results within 1 ulp, gradients within 2. What is below the smallest
  /// normal number may count as zero, in results and in x.
  @Test(arguments: functions) func isAccurateOverAllFloats(_ f: Function) {
    let bits = stride(from: 0 as UInt64, through: UInt64(UInt32.max), by: 4099)
    let x = Tensor(bits.map { Float(bitPattern: UInt32($0)) })
    let parameter = Parameter(x)
    let y = f.operation(Tape(backend: TestBackend.all[1].backend).variable(parameter))
    let results = y.value.elements
    y.backward(Tensor(repeating: 1, shape: x.shape))
    let gradients = parameter.gradient!.elements
    var worst = (result: 0.0, gradient: 0.0)
    func ulps(_ found: Float, _ expected: Double) -> Double {
      let rounded = Float(expected)
      if abs(expected) < Double(Float.leastNormalMagnitude), abs(found) <= Float.leastNormalMagnitude { return 0 }
      if rounded.isNaN || rounded.isInfinite {
        return rounded.isNaN == found.isNaN && (rounded.isNaN || found == rounded) ? 0 : .infinity
      }
      return abs(Double(found) - expected) / Double(rounded.ulp)
    }
    for (k, value) in x.elements.enumerated() where value.isFinite {
      func error(_ found: Float, _ f: (Double) -> Double) -> Double {
        // A negative denormal has no logarithm, zero has.
        value.isSubnormal
          ? min(ulps(found, f(Double(value))), ulps(found, f(value < 0 ? -0.0 : 0))) : ulps(found, f(Double(value)))
      }
      worst.result = max(worst.result, error(results[k], f.equation))
      // Where the function is NaN, its slope is too.
      if !results[k].isNaN { worst.gradient = max(worst.gradient, error(gradients[k], f.slope)) }
    }
    #expect(worst.result <= 1 && worst.gradient <= 2, "\(worst)")
    for (k, value) in x.elements.enumerated() where value.isNaN { #expect(results[k].isNaN) }
  }

  /// PyTorch 2's results.
  @Test func knownValues() {
    let x = Tape(backend: TestBackend.all[0].backend).constant(Tensor([-3, -1, 0, 1, 3]))
    func check(_ y: Variable, _ expected: [Float]) {
      for (a, b) in zip(y.value.elements, expected) { #expect(abs(a - b) <= 1e-6, "\(a) \(b)") }
    }
    check(x.gelu(), [-0.00404951, -0.15865525, 0, 0.84134475, 2.9959507])
    check(x.gelu(.tanh), [-0.00363739, -0.158808, 0, 0.841192, 2.9963627])
    check(x.softplus(), [0.04858735, 0.31326166, 0.6931472, 1.3132616, 3.0485873])
    check(x.softplus(beta: 2, threshold: 1), [0.00123784, 0.06346401, 0.3465736, 1, 3])
  }

  @Test func theEndsOfTheirRanges() {
    let infinity = Float.infinity
    let x = Tensor([-infinity, infinity, 0, -0.0, .nan])
    func slopes(_ f: (Variable) -> Variable) -> (values: [Float], slopes: [Float]) {
      let parameter = Parameter(x)
      let y = f(Tape(backend: TestBackend.all[0].backend).variable(parameter))
      let values = y.value.elements
      y.backward(Tensor(repeating: 1, shape: x.shape))
      return (values, parameter.gradient!.elements)
    }
    func check(_ name: String, _ f: (Variable) -> Variable, _ values: [Float], _ gradients: [Float]) {
      let found = slopes(f)
      #expect(Array(found.values.dropLast()) == values && found.values[4].isNaN, "\(name): \(found.values)")
      #expect(Array(found.slopes.dropLast()) == gradients && found.slopes[4].isNaN, "\(name): \(found.slopes)")
    }
    check("exp", { $0.exp() }, [0, infinity, 1, 1], [0, infinity, 1, 1])
    check("gelu", { $0.gelu() }, [0, infinity, 0, 0], [0, 1, 0.5, 0.5])
    check("gelu, tanh", { $0.gelu(.tanh) }, [0, infinity, 0, 0], [0, 1, 0.5, 0.5])
    let ln2 = Float(Foundation.log(2.0))
    check("softplus", { $0.softplus() }, [0, infinity, ln2, ln2], [0, 1, 0.5, 0.5])
    check(
      "softplus without threshold", { $0.softplus(threshold: infinity) }, [0, infinity, ln2, ln2], [0, 1, 0.5, 0.5])
    let (roots, logarithms) = (slopes { $0.sqrt() }, slopes { $0.log() })
    #expect(
      roots.values[0].isNaN && Array(roots.values[1...3]) == [infinity, 0, 0]
        && Array(roots.slopes[1...2]) == [0, infinity])
    #expect(
      logarithms.values[0].isNaN && Array(logarithms.values[1...3]) == [infinity, -infinity, -infinity]
        && Array(logarithms.slopes[1...2]) == [0, infinity])
  }

  /// The same bits for any number of threads; on every instruction set, NaN stays in its place.
  @Test(arguments: functions) func placesAreKept(_ f: Function) {
    var random = RandomStream(seed: 3)
    let x = Tensor(uniform: f.range, shape: [200_000], using: &random)
    let results = TestBackend.all.map { backend -> Tensor in
      let parameter = Parameter(x)
      let y = f.operation(Tape(backend: backend.backend).variable(parameter))
      y.backward(x)
      return concatenated([y.detached, y.tape.constant(parameter.gradient!)]).value
    }
    for result in results { #expect(sameBits(result, results[0])) }
    NotANumberTests.forEachPlace([19]) { place, x in
      let y = f.operation(Tape(backend: NotANumberTests.backends[0]).constant(Tensor(x.elements.map { abs($0) + 1 })))
      #expect(y.value.elements.enumerated().allSatisfy { $1.isNaN == ($0 == place) }, "\(place)")
    }
  }

  @Test func impossibleBetasAreRefused() async {
    await #expect(processExitsWith: .failure) { _ = Softplus(beta: 0) }
    await #expect(processExitsWith: .failure) {
      _ = Tape(backend: TestBackend.all[0].backend).constant(Tensor([1])).softplus(beta: .infinity)
    }
  }
}
