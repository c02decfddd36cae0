// Losses of elements: binary cross-entropy and mean squared error.

import RecurrentCore
import RecurrentLayers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The cross-entropy of sigmoid(logits) and target probabilities in 0...1. PyTorch's
/// `binary_cross_entropy_with_logits`. `targets`, and the weight of each element, `mask`, have the
/// shape of the logits. Returns a single number.
public func binaryCrossEntropy(
  _ logits: Variable, _ targets: Tensor, mask: Tensor? = nil, reduction: LossReduction = .mean
) -> Variable {
  elementLoss(
    "binaryCrossEntropy", logits, targets, mask, reduction,
    loss: { x, t in max(x, 0) - x * t + log1p(exp(-abs(x))) }, slope: { x, t in 1 / (1 + exp(-x)) - t })
}

/// The mean of (x - target)². PyTorch's `mse_loss`. `targets`, and the weight of each element,
/// `mask`, have the shape of x. Returns a single number.
public func meanSquaredError(_ x: Variable, _ targets: Tensor, mask: Tensor? = nil, reduction: LossReduction = .mean)
  -> Variable
{
  elementLoss(
    "meanSquaredError", x, targets, mask, reduction, loss: { x, t in (x - t) * (x - t) }, slope: { x, t in 2 * (x - t) }
  )
}

/// A loss that is a weighted mean or sum of a function of each element.
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
