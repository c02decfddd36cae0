// Rows of class scores with targets and weights, for the losses over classes.

import RecurrentCore
import RecurrentLayers

/// The rows of [..., C], and the weight of each.
struct ClassRows {
  let count: Int
  let classes: Int
  /// The weight of each row; 0 for ignored ones.
  let weights: [Float]
  /// 1 over the sum of all weights for a mean, otherwise 1.
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

  /// The weight of a class.
  func classWeight(_ c: Int) -> Float { classWeights?[c] ?? 1 }

  /// The reduced loss. It is summed in Double, since a Float would lose digits.
  func total(_ losses: Tensor) -> Tensor {
    Tensor([Float(losses.elements.reduce(0.0) { $0 + Double($1) }) * scale], shape: [])
  }
}
