// Cell definitions: the element-wise part of a cell's forward and backward steps.

/// The element-wise part of a cell's steps. Each cell has one file with its equations, its layout
/// and its steps.
///
/// A step is a sequence of stages. Forward, a stage is a product with U, described by
/// `CellLayout.Stage`, followed by `forward`. Backward, stages run in the opposite order, and each
/// is `backward` followed by the gradient of its product.
package protocol CellDefinition: AnyObject, Sendable {
  /// Computes a stage from its sums: the biases are added and the blocks become gates; the last
  /// stage computes c and h.
  func forward(_ stage: Int, _ s: CellStep, _ kernels: any GateKernels)

  /// Computes the gradients of a stage's sums, in their blocks, from those of its results.
  func backward(_ stage: Int, _ s: CellBackwardStep, _ kernels: any GateKernels)
}
