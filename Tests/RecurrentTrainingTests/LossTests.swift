// Tests of losses and their gradients against PyTorch's, and against their equations in Double.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct LossTests {
  // MARK: PyTorch

  /// 2e-6 relative to the greatest element or 1, with logits up to ±80 and losses up to 160.
  /// Gradients of means are below 1, so that this is an absolute bound there.
  @Test(arguments: TestBackend.all) func lossesFollowPyTorch(_ backend: TestBackend) throws {
    let fixture = try TrainingFixture("losses")
    let targets = try fixture.indices("classes.targets").reshaped(to: [2, 3])
    let weights = try fixture.tensor("classes.weights")
    let elementTargets = try fixture.tensor("elements.targets")
    var compared: Set<String> = ["classes", "elements"]
    func compare(_ name: String, _ input: String, _ loss: (Variable) -> Variable) throws {
      let x = try fixture.tensor(input)
      // Classes' losses take any leading dimensions.
      let parameter = Parameter(input.hasPrefix("classes") ? x.reshaped(to: [2, 3, 5]) : x)
      let value = loss(Tape(backend: backend.backend).variable(parameter))
      value.backward()
      compared.insert(name)
      let errors = [
        deviation(value.value, try fixture.tensor(name + ".loss")),
        deviation(try #require(parameter.gradient).reshaped(to: x.shape), try fixture.tensor(name + ".gradient")),
      ]
      #expect(errors.allSatisfy { $0 < 2e-6 }, "\(name), \(backend): off by \(errors)")
    }
    let logits = "classes.logits"
    try compare("cross-entropy", logits) { crossEntropy($0, targets) }
    try compare("cross-entropy-weights", logits) { crossEntropy($0, targets, classWeights: weights) }
    try compare("cross-entropy-smoothing", logits) { crossEntropy($0, targets, smoothing: 0.1) }
    try compare("cross-entropy-weights-smoothing", logits) {
      crossEntropy($0, targets, classWeights: weights, smoothing: 0.1)
    }
    try compare("cross-entropy-ignored", logits) { crossEntropy($0, targets, classWeights: weights, ignoredIndex: 3) }
    try compare("cross-entropy-sum", logits) {
      crossEntropy($0, targets, classWeights: weights, smoothing: 0.2, reduction: .sum)
    }
    let probabilities = "classes.log-probabilities"
    try compare("nll", probabilities) { negativeLogLikelihood($0, targets) }
    try compare("nll-weights-ignored", probabilities) {
      negativeLogLikelihood($0, targets, classWeights: weights, ignoredIndex: 3)
    }
    try compare("nll-sum", probabilities) { negativeLogLikelihood($0, targets, classWeights: weights, reduction: .sum) }
    try compare("binary", "elements.x") { binaryCrossEntropy($0, elementTargets) }
    try compare("binary-sum", "elements.x") { binaryCrossEntropy($0, elementTargets, reduction: .sum) }
    try compare("squared", "elements.x") { meanSquaredError($0, elementTargets) }
    try compare("squared-sum", "elements.x") { meanSquaredError($0, elementTargets, reduction: .sum) }
    #expect(fixture.cases == compared)
  }

  // MARK: Equations

  /// Random weights of rows and classes, some of them 0.
  struct Problem {
    let targets: [Int]
    let classWeights: [Float]
    let mask: [Float]
    let classes: Int

    init(rows: Int, classes: Int, seed: UInt64) {
      var random = RandomStream(seed: seed, stream: 7)
      self.classes = classes
      targets = (0..<rows).map { _ in Int.random(in: 0..<classes, using: &random) }
      classWeights = (0..<classes).map { _ in random.uniform(in: 0.25...2) }
      mask = (0..<rows).map { $0 % 3 == 1 ? 0 : random.uniform(in: 0.25...2) }
    }

    /// Σ m (w_y (1 - s) (- log p_y) + s / C Σ w_c (- log p_c)), divided by Σ m w_y for a mean.
    func crossEntropy(_ logits: DoubleArray, smoothing s: Double, ignored: Int?, mean: Bool) -> DoubleArray {
      let logP = logits.mapRows { x in
        let greatest = x.max()!
        let normaliser = greatest + log(x.reduce(0) { $0 + exp($1 - greatest) })
        return x.map { $0 - normaliser }
      }
      var (total, weight) = (0.0, 0.0)
      for (row, y) in targets.enumerated() where y != ignored {
        let m = Double(mask[row])
        func loss(_ c: Int) -> Double { -Double(classWeights[c]) * logP.elements[row * classes + c] }
        total += m * ((1 - s) * loss(y) + s / Double(classes) * (0..<classes).reduce(0) { $0 + loss($1) })
        weight += m * Double(classWeights[y])
      }
      return DoubleArray([mean ? (weight == 0 ? 0 : total / weight) : total], [])
    }
  }

  @Test(arguments: [(7, 5), (4, 1), (1, 2), (9, 33)]) func classLossesAgreeWithTheirEquation(
    _ rows: Int, _ classes: Int
  ) {
    let problem = Problem(rows: rows, classes: classes, seed: UInt64(rows))
    let targets = Indices(problem.targets)
    let (weights, mask) = (Tensor(problem.classWeights), Tensor(problem.mask))
    var random = RandomStream(seed: 5)
    let logits = Tensor(uniform: -3...3, shape: [rows, classes], using: &random)
    for (smoothing, ignored, reduction) in [(0, nil, .mean), (0.25, 0, .mean), (0.25, nil, .sum), (1, nil, .mean)]
      as [(Float, Int?, LossReduction)]
    {
      let answer = EquationAnswer(
        { problem.crossEntropy($0[0], smoothing: Double(smoothing), ignored: ignored, mean: reduction == .mean) },
        at: [logits])
      func check(_ what: String, _ loss: (Variable) -> Variable) {
        for backend in TestBackend.all {
          let found = answer.deviation(of: { loss($0[0]) }, tape: Tape(backend: backend.backend))
          #expect(
            found.result < 1e-6 && found.gradients[0] < 1e-6, "\(what), \(backend), smoothing \(smoothing): \(found)")
        }
      }
      check("crossEntropy") {
        crossEntropy(
          $0, targets, classWeights: weights, smoothing: smoothing, ignoredIndex: ignored ?? -100, mask: mask,
          reduction: reduction)
      }
      if smoothing > 0 { continue }
      check("negativeLogLikelihood") {
        negativeLogLikelihood(
          $0.logSoftmax(), targets, classWeights: weights, ignoredIndex: ignored ?? -100, mask: mask,
          reduction: reduction)
      }
    }
  }

  @Test(arguments: [LossReduction.mean, .sum]) func elementLossesAgreeWithTheirEquation(_ reduction: LossReduction) {
    var random = RandomStream(seed: 6)
    let (x, t) = (
      Tensor(uniform: -3...3, shape: [5, 7], using: &random), Tensor(uniform: 0...1, shape: [5, 7], using: &random)
    )
    let mask = Tensor((0..<35).map { $0 % 4 == 1 ? 0 : random.uniform(in: 0.25...2) }, shape: [5, 7])
    func total(_ x: DoubleArray, _ loss: (Double, Double) -> Double) -> DoubleArray {
      var (total, weight) = (0.0, 0.0)
      for k in 0..<35 {
        total += Double(mask.elements[k]) * loss(x.elements[k], Double(t.elements[k]))
        weight += Double(mask.elements[k])
      }
      return DoubleArray([reduction == .mean ? total / weight : total], [])
    }
    func check(_ what: String, _ equation: (DoubleArray) -> DoubleArray, _ loss: (Variable) -> Variable) {
      let answer = EquationAnswer({ equation($0[0]) }, at: [x])
      for backend in TestBackend.all {
        let found = answer.deviation(of: { loss($0[0]) }, tape: Tape(backend: backend.backend))
        #expect(found.result < 1e-6 && found.gradients[0] < 1e-6, "\(what), \(backend): \(found)")
      }
    }
    check("binaryCrossEntropy") {
      total($0) { x, t in -t * log(1 / (1 + exp(-x))) - (1 - t) * log(1 / (1 + exp(x))) }
    } _: {
      binaryCrossEntropy($0, t, mask: mask, reduction: reduction)
    }
    check("meanSquaredError") {
      total($0) { ($0 - $1) * ($0 - $1) }
    } _: {
      meanSquaredError($0, t, mask: mask, reduction: reduction)
    }
  }

  // MARK: Edges

  /// The value and the gradient of a loss.
  func answer(_ x: Tensor, _ backend: TestBackend, _ loss: (Variable) -> Variable) throws -> (
    loss: Float, gradient: Tensor
  ) {
    let parameter = Parameter(x)
    let value = loss(Tape(backend: backend.backend).variable(parameter))
    value.backward()
    return (value.value[], try #require(parameter.gradient))
  }

  /// Exactly 0, not 0 / 0, whatever the padding is.
  @Test(arguments: TestBackend.all) func whereNothingCountsLossAndGradientsAreZero(_ backend: TestBackend) throws {
    let x = Tensor([1, .nan, .infinity, -3, 2, 1], shape: [2, 3])
    let (none, rows) = (Tensor(zeros: [2]), Tensor(zeros: [2, 3]))
    let ignored = Indices([-100, -100])
    for reduction in [LossReduction.mean, .sum] {
      for loss in [
        { crossEntropy($0, Indices([0, 2]), mask: none, reduction: reduction) },
        { crossEntropy($0, Indices([0, 2]), smoothing: 0.1, mask: none, reduction: reduction) },
        { crossEntropy($0, ignored, reduction: reduction) },
        { negativeLogLikelihood($0, Indices([0, 2]), mask: none, reduction: reduction) },
        { negativeLogLikelihood($0, ignored, reduction: reduction) },
        { binaryCrossEntropy($0, rows, mask: rows, reduction: reduction) },
        { meanSquaredError($0, rows, mask: rows, reduction: reduction) },
      ] as [(Variable) -> Variable] {
        let found = try answer(x, backend, loss)
        #expect(found.loss == 0 && found.gradient == Tensor(zeros: [2, 3]))
      }
    }
    let empty = try answer(Tensor(zeros: [0, 3]), backend) { crossEntropy($0, Indices([])) }
    #expect(empty.loss == 0 && empty.gradient.count == 0)
  }

  /// Values of a masked row have no effect on the others.
  @Test(arguments: TestBackend.all) func maskedRowsMayHoldAnything(_ backend: TestBackend) throws {
    let alone = try answer(Tensor([1, 2, 4], shape: [1, 3]), backend) { crossEntropy($0, Indices([1]), smoothing: 0.1) }
    let beside = try answer(Tensor([.nan, .infinity, 0, 1, 2, 4], shape: [2, 3]), backend) {
      crossEntropy($0, Indices([0, 1]), smoothing: 0.1, mask: Tensor([0, 1]))
    }
    #expect(
      beside.loss == alone.loss && beside.gradient == Tensor([0, 0, 0] + alone.gradient.elements, shape: [2, 3]))
  }

  /// A class with logit -infinity is the same as no class.
  @Test(arguments: TestBackend.all) func classesOfMinusInfinityDoNotCount(_ backend: TestBackend) throws {
    let without = try answer(Tensor([0.5, -1, 2, 3, 0, 1], shape: [2, 3]), backend) {
      crossEntropy($0, Indices([0, 2]))
    }
    let with = try answer(Tensor([0.5, -1, -.infinity, 2, 3, 0, -.infinity, 1], shape: [2, 4]), backend) {
      crossEntropy($0, Indices([0, 3]))
    }
    #expect(abs(with.loss - without.loss) < 1e-6)
    let g = without.gradient.elements
    #expect(deviation(with.gradient, Tensor([g[0], g[1], 0, g[2], g[3], g[4], 0, g[5]], shape: [2, 4])) < 1e-6)
    #expect(with.gradient[0, 2] == 0 && with.gradient[1, 2] == 0)
  }

  /// A constant added to all logits of a row changes neither the softmax nor the loss. At 2^14,
  /// neighbouring floats are 2^-10 apart.
  @Test(arguments: TestBackend.all) func whatAllLogitsHaveInCommonDoesNotMatter(_ backend: TestBackend) throws {
    var random = RandomStream(seed: 8)
    // Multiples of 2^-6, so that the sums are exact.
    let x = (0..<60).map { _ in (random.uniform(in: -4...4) * 64).rounded() / 64 }
    let targets = Indices((0..<6).map { $0 % 3 })
    for loss in [
      { crossEntropy($0, targets) }, { crossEntropy($0, targets, smoothing: 0.2) },
      { negativeLogLikelihood($0.logSoftmax(), targets) },
    ] as [(Variable) -> Variable] {
      let near = try answer(Tensor(x, shape: [6, 10]), backend, loss)
      for offset in [Float(16_384), -16_384] {
        let far = try answer(Tensor(x.map { $0 + offset }, shape: [6, 10]), backend, loss)
        #expect(abs(far.loss - near.loss) < 1e-6, "\(far.loss), \(near.loss)")
        #expect(deviation(far.gradient, near.gradient) < 1e-6)
      }
    }
  }

  /// With logits as far apart as floats can be, the loss is their distance if that is a float.
  @Test(arguments: TestBackend.all) func hugeLogitsStayFinite(_ backend: TestBackend) throws {
    let x = Tensor([1e30, -1e30, 0], shape: [1, 3])
    let right = try answer(x, backend) { crossEntropy($0, Indices([0])) }
    #expect(right.loss == 0 && right.gradient == Tensor(zeros: [1, 3]))
    let wrong = try answer(x, backend) { crossEntropy($0, Indices([1])) }
    #expect(wrong.loss == 2e30 && wrong.gradient == Tensor([1, -1, 0], shape: [1, 3]))
    let binary = try answer(Tensor([1e30, -1e30, 1e30, -1e30]), backend) {
      binaryCrossEntropy($0, Tensor([1, 0, 0, 1]), reduction: .sum)
    }
    #expect(binary.loss == 2e30 && binary.gradient == Tensor([0, 0, 1, -1]))
  }

  /// A softmax over one class is 1.
  @Test(arguments: TestBackend.all) func oneClassCostsNothing(_ backend: TestBackend) throws {
    let found = try answer(Tensor([-5, 80], shape: [2, 1]), backend) {
      crossEntropy($0, Indices([0, 0]), smoothing: 0.1)
    }
    #expect(found.loss == 0 && found.gradient == Tensor(zeros: [2, 1]))
  }

  /// The logits are overwritten by their gradient only if nothing else holds them.
  @Test func logitsThatAreHeldStay() {
    let tape = Tape(backend: TestBackend.all[0].backend)
    let parameter = Parameter(Tensor([1, 2, 3, 4], shape: [2, 2]))
    let logits = tape.variable(parameter) * 2
    (crossEntropy(logits, Indices([0, 1])) + logits.tanh().sum()).backward()
    #expect(
      logits.value == Tensor([2, 4, 6, 8], shape: [2, 2]) && parameter.value == Tensor([1, 2, 3, 4], shape: [2, 2]))
  }

  @Test func wrongTargetsAreRefused() async {
    await #expect(processExitsWith: .failure) {
      _ = crossEntropy(Tape(backend: TestBackend.all[0].backend).constant(Tensor(zeros: [1, 3])), Indices([3]))
    }
    await #expect(processExitsWith: .failure) {
      _ = crossEntropy(Tape(backend: TestBackend.all[0].backend).constant(Tensor(zeros: [2, 3])), Indices([0]))
    }
  }
}
