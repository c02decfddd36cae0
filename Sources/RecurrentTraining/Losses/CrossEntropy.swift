// The cross-entropy loss.

import RecurrentCore
import RecurrentLayers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The cross-entropy of softmax(logits) and the target classes. PyTorch's `cross_entropy`.
/// - Parameters:
///   - logits: the scores of each class before softmax, [..., C].
///   - targets: the class of each row, [...].
///   - classWeights: the weight of each class, [C]; nil means 1.
///   - smoothing: the share of the target's probability that is spread over all classes, in 0...1.
///     Szegedy et al. 2016.
///   - ignoredIndex: the target of rows that have no loss.
///   - mask: the weight of each row, [...]: 0 for padding; nil means 1.
///   - reduction: mean or sum.
/// - Returns: a single number. It is 0, and so are the gradients, if no row has weight.
public func crossEntropy(
  _ logits: Variable, _ targets: Indices, classWeights: Tensor? = nil, smoothing: Float = 0, ignoredIndex: Int = -100,
  mask: Tensor? = nil, reduction: LossReduction = .mean
) -> Variable {
  require(smoothing >= 0 && smoothing <= 1, "crossEntropy: smoothing \(smoothing) must be in 0...1")
  let rows = ClassRows("crossEntropy", logits, targets, classWeights, ignoredIndex, mask, reduction)
  let (C, tape) = (rows.classes, logits.tape)
  let allWeights = classWeights.map { Float($0.elements.reduce(0.0) { $0 + Double($1) }) } ?? Float(C)
  let share = smoothing / Float(C)
  // The maximum and the sum of exponentials of each row, for the backward pass.
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
  // The gradient is written over the logits, in place unless they are held elsewhere.
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
      // dx_c = (1 - s) w_y (p_c - [c = y]) + s / C (p_c Σ w - w_c), for target y and smoothing s.
      let ofRight = (1 - smoothing) * rows.classWeight(right)
      let ofAll = factor * (ofRight + share * allWeights) / z[2 * row + 1]
      _ = dense.exponentials(x, minus: z[2 * row], times: ofAll, x, count: C)
      if smoothing > 0 {
        for c in 0..<C { x[c] -= factor * share * rows.classWeight(c) }
      }
      x[right] -= factor * ofRight
    }
    tape.add(result, to: sink)
  }
}

/// A tensor that its last user takes out.
private final class Held {
  private var tensor: Tensor?
  init(_ tensor: Tensor) { self.tensor = tensor }
  func take() -> Tensor { tensor.take()! }
}
