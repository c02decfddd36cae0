// Tests of every operation and its gradient against its equation in Double, on every backend.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct DifferentiationTests {
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let shapes: [Shape]
    var range: ClosedRange<Float> = -2...2
    let operation: @Sendable ([Variable]) -> Variable
    let equation: @Sendable ([DoubleArray]) -> DoubleArray
  }

  static let cases: [Case] =
    arithmetic + [
      Case(
        description: "scalars", shapes: [[3, 5]], range: 0.5...2,
        operation: { 2 - 3 / ($0[0] * 4 + 1) - (-$0[0]) / 2 - 1 }
      ) {
        $0[0].map { 2 - 3 / ($0 * 4 + 1) + $0 / 2 - 1 }
      },
      Case(description: "one variable twice", shapes: [[4]], operation: { $0[0] * $0[0] + $0[0] }) {
        $0[0].map { $0 * $0 + $0 }
      },
      Case(description: "tanh", shapes: [[3, 17]], operation: { $0[0].tanh() }) { $0[0].map { Foundation.tanh($0) } },
      Case(description: "sigmoid", shapes: [[1, 33]], operation: { $0[0].sigmoid() }) {
        $0[0].map { 1 / (1 + exp(-$0)) }
      },
      Case(description: "relu", shapes: [[9, 7]], operation: { $0[0].relu() }) { $0[0].map { max($0, 0) } },
      Case(description: "softmax", shapes: [[2, 3, 17]], operation: { $0[0].softmax() }) { $0[0].mapRows(softmax) },
      Case(description: "softmax of one", shapes: [[3, 1]], operation: { $0[0].softmax() }) { $0[0].mapRows(softmax) },
      Case(description: "logSoftmax", shapes: [[5, 17]], operation: { $0[0].logSoftmax() }) {
        $0[0].mapRows { softmax($0).map { log($0) } }
      },
      Case(description: "sum of all", shapes: [[3, 4]], operation: { $0[0].sum() }) { $0[0].sum([0, 1]) },
      Case(description: "sum, first", shapes: [[3, 4, 5]], operation: { $0[0].sum(along: [0]) }) { $0[0].sum([0]) },
      Case(description: "sum, last, kept", shapes: [[3, 4, 5]], operation: { $0[0].sum(along: [-1], keeping: true) }) {
        $0[0].sum([2], keeping: true)
      },
      Case(description: "sum, outer two", shapes: [[3, 4, 5]], operation: { $0[0].sum(along: [0, 2]) }) {
        $0[0].sum([0, 2])
      },
      Case(description: "mean", shapes: [[3, 4, 5]], operation: { $0[0].mean(along: [1]) }) {
        $0[0].sum([1]).map { $0 / 4 }
      },
      Case(description: "max, first", shapes: [[6, 3, 5]], operation: { $0[0].max(along: 0) }) { x in
        DoubleArray([3, 5]) { place in (0..<6).map { x[0][[$0] + place] }.max()! }
      },
      Case(description: "max, last, kept", shapes: [[3, 5]], operation: { $0[0].max(along: -1, keeping: true) }) { x in
        DoubleArray([3, 1]) { place in (0..<5).map { x[0][[place[0], $0]] }.max()! }
      },
      Case(description: "maxPooled", shapes: [[6, 3, 17]], operation: { $0[0].maxPooled(lengths: [6, 0, 2]) }) { x in
        DoubleArray([3, 17]) { place in (0..<[6, 0, 2][place[0]]).map { x[0][[$0] + place] }.max() ?? 0 }
      },
      Case(
        description: "meanPooled", shapes: [[6, 3, 17]],
        operation: { $0[0].meanPooled(lengths: [6, 0, 2]) + $0[0].meanPooled() }
      ) { x in
        DoubleArray([3, 17]) { place in
          let values = (0..<6).map { x[0][[$0] + place] }
          let length = [6, 0, 2][place[0]]
          return values.prefix(length).reduce(0, +) / Double(max(1, length)) + values.reduce(0, +) / 6
        }
      },
      Case(
        description: "reshaped", shapes: [[3, 4]],
        operation: { $0[0].reshaped(to: [2, 6]) * $0[0].reshaped(to: [2, 6]) }
      ) {
        $0[0].reshaped([2, 6]).map { $0 * $0 }
      },
      Case(description: "transposed", shapes: [[3, 17]], operation: { $0[0].transposed() }) { $0[0].transposed(0, 1) },
      Case(description: "transposed outer", shapes: [[3, 4, 5]], operation: { $0[0].transposed(0, 1) }) {
        $0[0].transposed(0, 1)
      },
      Case(description: "transposed far", shapes: [[2, 3, 4, 5]], operation: { $0[0].transposed(0, -1) }) {
        $0[0].transposed(0, 3)
      },
      Case(description: "slice", shapes: [[3, 7, 2]], operation: { $0[0].slice(2..<5, along: 1) }) {
        $0[0].slice(2..<5, 1)
      },
      Case(description: "slices of one array", shapes: [[3, 2]], operation: { $0[0][0] * $0[0][2] + $0[0][0] }) {
        $0[0].slice(0..<1, 0).with($0[0].slice(2..<3, 0), *).with($0[0].slice(0..<1, 0), +).reshaped([2])
      },
      Case(
        description: "concatenated", shapes: [[3, 2, 4], [3, 5, 4]],
        operation: { concatenated([$0[0], $0[1], $0[0]], along: 1) }
      ) {
        DoubleArray.concatenated([$0[0], $0[1], $0[0]], 1)
      },
      Case(description: "stacked", shapes: [[3, 2], [3, 2]], operation: { stacked([$0[0], $0[1]]) }) {
        DoubleArray.concatenated([$0[0].reshaped([1, 3, 2]), $0[1].reshaped([1, 3, 2])], 0)
      },
      Case(
        description: "gathered", shapes: [[5, 3]], operation: { $0[0].gathered(Indices([4, 0, 4, 1], shape: [2, 2])) }
      ) { x in
        DoubleArray([2, 2, 3]) { x[0][[[4, 0, 4, 1][$0[0] * 2 + $0[1]], $0[2]]] }
      },
      Case(description: "validSteps", shapes: [[3, 4, 5]], operation: { $0[0].validSteps(lengths: [2, 0, 3, 1]) }) {
        x in
        let places = [[0, 0], [1, 0], [0, 2], [1, 2], [2, 2], [0, 3]]
        return DoubleArray([6, 5]) { x[0][places[$0[0]] + [$0[1]]] }
      },
      Case(
        description: "scattered", shapes: [[4, 3]], operation: { $0[0].scattered(Indices([1, 5, 1, 0]), count: 6) }
      ) { x in
        DoubleArray([6, 3]) { place in
          [1, 5, 1, 0].enumerated().reduce(0) { $0 + ($1.element == place[0] ? x[0][[$1.offset, place[1]]] : 0) }
        }
      },
      Case(
        description: "picked", shapes: [[2, 2, 5]], operation: { $0[0].picked(Indices([0, 4, 2, 2], shape: [2, 2])) }
      ) { x in
        DoubleArray([2, 2]) { x[0][$0 + [[0, 4, 2, 2][$0[0] * 2 + $0[1]]]] }
      },
      Case(
        description: "filled", shapes: [[2, 3, 4]],
        operation: { $0[0].filled(with: 7, where: Tensor([0, 1, 0], shape: [3, 1])) }
      ) {
        let x = $0[0]
        return DoubleArray([2, 3, 4]) { $0[1] == 1 ? 7 : x[$0] }
      },
      Case(
        description: "masked softmax", shapes: [[3, 4]],
        operation: {
          $0[0].filled(with: -.infinity, where: Tensor([0, 0, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1], shape: [3, 4])).softmax()
        }
      ) { x in
        let mask = [0, 0, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1]
        return DoubleArray([3, 4]) { place in
          func e(_ c: Int) -> Double { mask[place[0] * 4 + c] == 1 ? 0 : exp(x[0][[place[0], c]]) }
          return e(place[1]) == 0 ? 0 : e(place[1]) / (0..<4).reduce(0) { $0 + e($1) }
        }
      },
      Case(description: "matmul", shapes: [[17, 5], [5, 33]], operation: { matmul($0[0], $0[1]) }) {
        $0[0].matmul($0[1])
      },
      Case(description: "matmul, one row", shapes: [[5], [5, 3]], operation: { matmul($0[0], $0[1]) }) {
        $0[0].matmul($0[1])
      },
      Case(
        description: "matmul, right transposed", shapes: [[3, 5], [17, 5]],
        operation: { matmul($0[0], $0[1], transposingRight: true) }
      ) {
        $0[0].matmul($0[1], transposingRight: true)
      },
      Case(description: "matmul, one right factor", shapes: [[2, 3, 5], [5, 4]], operation: { matmul($0[0], $0[1]) }) {
        $0[0].matmul($0[1])
      },
      Case(description: "matmul, batched", shapes: [[4, 3, 5], [4, 5, 2]], operation: { matmul($0[0], $0[1]) }) {
        $0[0].matmul($0[1])
      },
      Case(
        description: "matmul, batched, right transposed", shapes: [[4, 1, 5], [4, 7, 5]],
        operation: { matmul($0[0], $0[1], transposingRight: true) }
      ) { $0[0].matmul($0[1], transposingRight: true) },
    ]

  static let arithmetic: [Case] = [
    ([3, 17], [3, 17]), ([3, 17], [17]), ([3, 17], [3, 1]), ([1], [2, 3]), ([2, 1, 5], [4, 1]), ([4, 3, 5], [3, 1]),
    ([], [3]),
  ].flatMap { (a: Shape, b: Shape) -> [Case] in
    [
      Case(description: "\(a) + \(b)", shapes: [a, b], operation: { $0[0] + $0[1] }) { $0[0].with($0[1], +) },
      Case(description: "\(a) - \(b)", shapes: [a, b], operation: { $0[0] - $0[1] }) { $0[0].with($0[1], -) },
      Case(description: "\(b) * \(a)", shapes: [a, b], operation: { $0[1] * $0[0] }) { $0[1].with($0[0], *) },
      Case(description: "\(a) / \(b)", shapes: [a, b], range: 0.5...2, operation: { $0[0] / $0[1] }) {
        $0[0].with($0[1], /)
      },
      Case(description: "\(b) / \(a)", shapes: [a, b], range: 0.5...2, operation: { $0[1] / $0[0] }) {
        $0[1].with($0[0], /)
      },
    ]
  }

  static func softmax(_ x: [Double]) -> [Double] {
    let e = x.map { exp($0 - x.max()!) }
    return e.map { $0 / e.reduce(0, +) }
  }

  @Test(arguments: cases) func agreesWithItsEquation(_ c: Case) {
    var random = RandomStream(seed: 4)
    let answer = EquationAnswer(c.equation, at: c.shapes.map { Tensor(uniform: c.range, shape: $0, using: &random) })
    for backend in TestBackend.all {
      let found = answer.deviation(of: c.operation, tape: Tape(backend: backend.backend))
      #expect(found.result < 2e-6, "\(backend): result off by \(found.result)")
      for (index, gradient) in found.gradients.enumerated() {
        #expect(gradient < 5e-6, "\(backend): gradient of input \(index) off by \(gradient)")
      }
    }
  }

  /// Arrays large enough for several threads.
  @Test(arguments: TestBackend.all) func largeArraysAgree(_ backend: TestBackend) {
    var random = RandomStream(seed: 4)
    let (a, b) = (
      Tensor(uniform: -1...1, shape: [500, 300], using: &random), Tensor(uniform: -1...1, shape: [300], using: &random)
    )
    let tape = Tape(backend: backend.backend)
    let (x, y) = (Parameter(a), Parameter(b))
    let result = ((tape.variable(x) * tape.variable(y)).tanh() + tape.variable(x)).mean()
    var (expected, atB) = (0.0, [Double](repeating: 0, count: 300))
    var atA: [Double] = []
    for (k, value) in a.elements.enumerated() {
      let factor = Double(b.elements[k % 300])
      let t = tanh(Double(value) * factor)
      expected += (t + Double(value)) / 150_000
      atA.append((1 + (1 - t * t) * factor) / 150_000)
      atB[k % 300] += (1 - t * t) * Double(value) / 150_000
    }
    #expect(abs(Double(result.value[]) - expected) < 1e-6)
    result.backward()
    #expect(deviation(x.gradient!, atA) < 1e-9)
    #expect(deviation(y.gradient!, atB) < 1e-7)
  }

  @Test func gradientsAddUpUntilTheyAreForgotten() {
    let tape = Tape(backend: TestBackend.all[0].backend)
    let p = Parameter(Tensor([1, 2]))
    for _ in 0..<2 { (tape.variable(p) * 3).sum().backward() }
    #expect(p.gradient == Tensor([6, 6]))
    p.zeroGradient()
    #expect(p.gradient == nil)
    (tape.variable(p) * 4).sum().backward()
    #expect(p.gradient == Tensor([4, 4]))
    p.isFrozen = true
    (tape.variable(p) * 4).sum().backward()
    #expect(p.gradient == nil)
  }

  @Test func nothingIsRecordedInEvaluation() {
    let tape = Tape(.evaluation, backend: TestBackend.all[0].backend)
    let p = Parameter(Tensor([1, 2]))
    (tape.variable(p) * 3).sum().backward()
    #expect(p.gradient == nil)
  }

  /// A step reuses the memory that the step before released.
  @Test func memoryIsUsedAgain() {
    let tape = Tape(backend: TestBackend.all[0].backend)
    let p = Parameter(Tensor(repeating: 0.5, shape: [64, 512]))
    var bytes: [Int] = []
    for step in 0..<5 {
      tape.begin(step: step)
      p.zeroGradient()
      ((tape.variable(p) * 3).tanh() * tape.variable(p)).sigmoid().mean().backward()
      bytes.append(tape.bytes)
    }
    #expect(bytes[1] == bytes[4] && bytes[4] <= 6 * 64 * 512 * 4, "\(bytes)")
  }

  @Test func misuseIsRefused() async {
    await #expect(processExitsWith: .failure) {
      let tape = Tape(backend: TestBackend.all[0].backend)
      let p = Parameter(Tensor([1, 2]))
      let x = tape.variable(p) * 3
      x.sum().backward()
      _ = x * 2
    }
    await #expect(processExitsWith: .failure) {
      let tape = Tape(backend: TestBackend.all[0].backend)
      _ = tape.constant(Tensor(zeros: [2, 3])) + tape.constant(Tensor(zeros: [2]))
    }
    await #expect(processExitsWith: .failure) {
      let tape = Tape(backend: TestBackend.all[0].backend)
      _ = Embedding(count: 3, size: 2)(Indices([3]), tape)
    }
    let twice = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tape(backend: TestBackend.all[0].backend).constant(Tensor(zeros: [2, 3])).mean(along: [0, -2])
    }
    let message = String(decoding: twice?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("Variable.mean: dimensions 0 and -2 of shape [2, 3]"), "\(message)")
    await #expect(processExitsWith: .failure) {
      _ = Tape(backend: TestBackend.all[0].backend).constant(Tensor(zeros: [2, 3])).sum(along: [1, 1])
    }
  }
}
