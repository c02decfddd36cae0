// The negative log-likelihood loss.

import RecurrentCore
import RecurrentLayers

/// The negative log-likelihood of the target classes, given log-probabilities [..., C]. PyTorch's
/// `nll_loss`. The other arguments and the result are those of `crossEntropy`.
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
