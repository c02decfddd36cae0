// What training makes small.

import RecurrentCore
import RecurrentLayers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How the losses of single elements become one number.
public enum LossReduction: Sendable {
  /// Their weighted mean; 0 when nothing has weight.
  case mean
  case sum
}

/// The cross-entropy of a softmax over logits with the right classes: PyTorch's `cross_entropy`.
/// - Parameters:
///   - logits: [..., C], before any softmax.
///   - targets: the right class of each row, [...].
///   - classWeights: [C], the weight of each class; nil for 1.
///   - smoothing: this share of the right answer is spread over all classes. Szegedy et al. 2016.
///   - ignoredIndex: a target of rows that do not count.
///   - mask: [...], a weight for each row, 0 for padding; nil for 1.
/// - Returns: a single number. It is 0, and so are the gradients, when no row counts.
public func crossEntropy(
  _ logits: Variable, _ targets: Indices, classWeights: Tensor? = nil, smoothing: Float = 0, ignoredIndex: Int = -100,
  mask: Tensor? = nil, reduction: LossReduction = .mean
) -> Variable {
  require(smoothing >= 0 && smoothing <= 1, "crossEntropy: smoothing \(smoothing) must be in 0...1")
  let rows = ClassRows("crossEntropy", logits, targets, classWeights, ignoredIndex, mask, reduction)
  let (C, tape) = (rows.classes, logits.tape)
  let allWeights = classWeights.map { Float($0.elements.reduce(0.0) { $0 + Double($1) }) } ?? Float(C)
  let share = smoothing / Float(C)
  // Each row's greatest logit and sum of exponentials, for the way back.
  var normalisers = tape.tensor([rows.count, 2])
  var losses = tape.tensor([rows.count])
  let (z, l) = (normalisers.mutableBase, losses.mutableBase)
  forEachRow(of: logits.value, tape.backend) { row, x, dense in
    let target = targets.elements[row]
    let weight = rows.weights[row]
    if weight == 0 { return l[row] = 0 }
    let (maximum, sum) = withUnsafeTemporaryAllocation(of: Float.self, capacity: C) {
      sumOfExponentials(x, $0.baseAddress!, C, dense)
    }
    (z[2 * row], z[2 * row + 1]) = (maximum, sum)
    let logarithm = log(sum)
    l[row] = (1 - smoothing) * rows.classWeight(target) * ((maximum - x[target]) + logarithm)
    if smoothing > 0 {
      var weighted = 0.0
      for c in 0..<C { weighted += Double(rows.classWeight(c) * (maximum - x[c])) }
      l[row] += share * (Float(weighted) + allWeights * logarithm)
    }
    l[row] *= weight
  }
  // The logits become their own gradient, in place unless someone else holds them.
  let held = Held(logits.value)
  return tape.record(rows.total(losses), from: [logits]) { [sink = logits.sink, normalisers] gradient, tape in
    let scale = gradient[] * rows.scale
    var result = held.take()
    let (target, z) = (result.mutableBase, normalisers.base)
    forEachRow(of: result, tape.backend) { row, _, dense in
      let x = target + row * C
      let right = targets.elements[row]
      let factor = scale * rows.weights[row]
      if factor == 0 { return x.update(repeating: 0, count: C) }
      // Between the classes lies (1 - s) w_y (p - [c = y]) + s / C (p Σ w - w_c).
      let ofRight = (1 - smoothing) * rows.classWeight(right)
      _ = dense.exponentials(x, minus: z[2 * row], x, count: C)
      let ofAll = factor * (ofRight + share * allWeights) / z[2 * row + 1]
      for c in 0..<C { x[c] *= ofAll }
      if smoothing > 0 {
        for c in 0..<C { x[c] -= factor * share * rows.classWeight(c) }
      }
      x[right] -= factor * ofRight
    }
    tape.add(result, to: sink)
  }
}

/// The negative log-likelihood of the right classes under given log-probabilities [..., C]:
/// PyTorch's `nll_loss`. Arguments and result as in `crossEntropy`.
public func negativeLogLikelihood(
  _ logProbabilities: Variable, _ targets: Indices, classWeights: Tensor? = nil, ignoredIndex: Int = -100,
  mask: Tensor? = nil,
  reduction: LossReduction = .mean
) -> Variable {
  let rows = ClassRows("negativeLogLikelihood", logProbabilities, targets, classWeights, ignoredIndex, mask, reduction)
  let x = logProbabilities.value
  let losses = (0..<rows.count).map { row -> Float in
    let target = targets.elements[row]
    return rows.weights[row] == 0
      ? 0 : -rows.weights[row] * rows.classWeight(target) * x.base[row * rows.classes + target]
  }
  withExtendedLifetime(x) {}
  return logProbabilities.tape.record(rows.total(Tensor(losses)), from: [logProbabilities]) {
    [sink = logProbabilities.sink, shape = x.shape] gradient, tape in
    let scale = gradient[] * rows.scale
    tape.add(to: sink, shape: shape) { target, accumulating in
      if !accumulating { target.update(repeating: 0, count: shape.count) }
      for row in 0..<rows.count where rows.weights[row] != 0 {
        let right = targets.elements[row]
        target[row * rows.classes + right] -= scale * rows.weights[row] * rows.classWeight(right)
      }
    }
  }
}

/// The cross-entropy of a sigmoid over logits with probabilities 0...1: PyTorch's
/// `binary_cross_entropy_with_logits`. `targets` and `mask`, a weight for each element, have the
/// shape of the logits.
public func binaryCrossEntropy(
  _ logits: Variable, _ targets: Tensor, mask: Tensor? = nil, reduction: LossReduction = .mean
) -> Variable {
  elementLoss(
    "binaryCrossEntropy", logits, targets, mask, reduction,
    loss: { x, t in max(x, 0) - x * t + log1p(exp(-abs(x))) }, slope: { x, t in 1 / (1 + exp(-x)) - t })
}

/// The mean of (x - target)². `targets` and `mask`, a weight for each element, have the shape of x.
public func meanSquaredError(_ x: Variable, _ targets: Tensor, mask: Tensor? = nil, reduction: LossReduction = .mean)
  -> Variable
{
  elementLoss(
    "meanSquaredError", x, targets, mask, reduction, loss: { x, t in (x - t) * (x - t) }, slope: { x, t in 2 * (x - t) }
  )
}

private func elementLoss(
  _ function: StaticString, _ x: Variable, _ targets: Tensor, _ mask: Tensor?, _ reduction: LossReduction,
  loss: (Float, Float) -> Float, slope: @escaping (Float, Float) -> Float
) -> Variable {
  require(x.shape == targets.shape, "\(function): targets of shape \(targets.shape) for shape \(x.shape)")
  require(
    mask == nil || mask!.shape == x.shape, "\(function): a mask of shape \(mask?.shape ?? []) for shape \(x.shape)")
  let (values, t, m) = (x.value.elements, targets.elements, mask?.elements)
  var (total, weight) = (0.0, 0.0)
  for k in values.indices where m?[k] != 0 {
    total += Double((m?[k] ?? 1) * loss(values[k], t[k]))
    weight += Double(m?[k] ?? 1)
  }
  let scale: Float = reduction == .sum ? 1 : weight == 0 ? 0 : Float(1 / weight)
  return x.tape.record(Tensor([Float(total) * scale], shape: []), from: [x]) {
    [sink = x.sink, shape = x.shape] gradient, tape in
    let g = gradient[] * scale
    tape.add(
      Tensor(values.indices.map { m?[$0] == 0 ? 0 : g * (m?[$0] ?? 1) * slope(values[$0], t[$0]) }, shape: shape),
      to: sink)
  }
}

/// Rows of classes, and what each counts.
private struct ClassRows {
  let count: Int
  let classes: Int
  /// By row: 0 where it does not count.
  let weights: [Float]
  /// 1 over the sum of all weights, for a mean.
  let scale: Float
  private let classWeights: [Float]?

  init(
    _ function: StaticString, _ x: Variable, _ targets: Indices, _ classWeights: Tensor?, _ ignored: Int,
    _ mask: Tensor?,
    _ reduction: LossReduction
  ) {
    let C = x.shape.dimensions.last ?? 0
    require(
      x.shape.rank > 0 && x.shape.dimensions.dropLast() == targets.shape.dimensions[...],
      "\(function): targets of shape \(targets.shape) for shape \(x.shape), expected \(Shape(Array(x.shape.dimensions.dropLast())))"
    )
    require(
      classWeights == nil || classWeights!.shape == [C],
      "\(function): classWeights of shape \(classWeights?.shape ?? []), expected [\(C)]")
    require(
      mask == nil || mask!.shape == targets.shape,
      "\(function): a mask of shape \(mask?.shape ?? []) for targets of shape \(targets.shape)")
    (count, classes) = (targets.count, C)
    self.classWeights = classWeights?.elements
    var weights = mask?.elements ?? [Float](repeating: 1, count: targets.count)
    var total = 0.0
    for (row, target) in targets.elements.enumerated() {
      if target == ignored { weights[row] = 0 }
      if weights[row] == 0 { continue }
      require(0..<C ~= target, "\(function): target \(target) is outside 0..<\(C)")
      total += Double(weights[row] * (self.classWeights?[target] ?? 1))
    }
    self.weights = weights
    scale = reduction == .sum ? 1 : total == 0 ? 0 : Float(1 / total)
  }

  func classWeight(_ c: Int) -> Float { classWeights?[c] ?? 1 }

  /// Sums in Double: so many that a Float would lose digits.
  func total(_ losses: Tensor) -> Tensor {
    Tensor([Float(losses.elements.reduce(0.0) { $0 + Double($1) }) * scale], shape: [])
  }
}

/// A tensor that its last user takes with it.
private final class Held {
  private var tensor: Tensor?
  init(_ tensor: Tensor) { self.tensor = tensor }
  func take() -> Tensor { tensor.take()! }
}
