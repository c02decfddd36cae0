// Gate kernels: the element-wise equations of the cells, for some units of a row.

/// The element-wise part of a cell's step, for some units of one row.
///
/// - H is the hidden size. Every pointer is to unit 0 of its row. A kernel reads and writes only
///   `units` of each block of H.
/// - The blocks of `gates` are h in an Elman cell; i, f, g, o in an LSTM; q, r, z, n in a GRU. q is
///   the recurrent part of n with the reset after the product, and r * h' with the reset before it.
/// - Forward, `gates` holds the sums of products going in, and the values that the backward step
///   needs coming out.
/// - Backward, `gates` holds those values going in, and the gradients of the sums coming out.
/// - "a -> b" below means that memory holds a going in and b coming out.
public protocol GateKernels: Sendable {
  /// Floats to read.
  typealias Values = UnsafePointer<Float>
  /// Floats to write.
  typealias Results = UnsafeMutablePointer<Float>

  /// The forward step of an Elman cell. gates [H]: the sum without bias -> h. bias [H]. hidden [H]
  /// receives h.
  func elmanForward(gates: Results, bias: Values, hidden: Results, units: Range<Int>, nonlinearity: Cell.Nonlinearity)
  /// The backward step of an Elman cell. gates [H]: h -> the gradient of its sum. hiddenGradient
  /// [H].
  func elmanBackward(gates: Results, hiddenGradient: Values, units: Range<Int>, nonlinearity: Cell.Nonlinearity)

  /// The forward step of an LSTM. gates [4H]: the sums without bias -> i, f, g, o. bias [4H]. cell
  /// [H]: c' -> c. hidden [H] receives h.
  func lstmForward(gates: Results, bias: Values, cell: Results, hidden: Results, units: Range<Int>, hiddenSize: Int)
  /// The backward step of an LSTM. gates [4H]: i, f, g, o -> the gradients of their sums.
  /// previousCell [H]: c'. hiddenGradient [H]. cellGradient [H]: the gradient of c -> that of c'.
  func lstmBackward(
    gates: Results, previousCell: Values, hiddenGradient: Values, cellGradient: Results, units: Range<Int>,
    hiddenSize: Int)

  /// The forward step of a GRU with the reset after the product. gates [4H]: unused, and r, z, n of
  /// W x -> q, r, z, n. recurrent [3H]: r, z, n of U h'. Both biases [3H]. hidden [H] receives h.
  func gruForward(
    gates: Results, recurrent: Values, inputBias: Values, recurrentBias: Values, previousHidden: Values,
    hidden: Results, units: Range<Int>, hiddenSize: Int)
  /// The backward step of a GRU with the reset after the product. gates [4H]: q, r, z, n -> the
  /// gradients of q and of the sums of r, z and n. hiddenGradient [H]: the gradient of h -> the
  /// part of it that h' has through z.
  func gruBackward(gates: Results, previousHidden: Values, hiddenGradient: Results, units: Range<Int>, hiddenSize: Int)

  /// The first half of a forward step of a GRU with the reset before the product. gates [4H]:
  /// unused, and the sums of r and z without bias -> r * h', r, z. bias [3H].
  func gruResetForward(gates: Results, bias: Values, previousHidden: Values, units: Range<Int>, hiddenSize: Int)
  /// The second half of that step. gates [4H]: the sum of n without bias -> n. bias [3H]. hidden
  /// [H] receives h.
  func gruStateForward(
    gates: Results, bias: Values, previousHidden: Values, hidden: Results, units: Range<Int>, hiddenSize: Int)
  /// The backward step through the second half. gates [4H]: z, n -> the gradients of their sums.
  /// hiddenGradient [H]: the gradient of h -> the part of it that h' has through z.
  func gruStateBackward(
    gates: Results, previousHidden: Values, hiddenGradient: Results, units: Range<Int>, hiddenSize: Int)
  /// The backward step through the first half. gates [4H]: r -> the gradient of its sum.
  /// productGradient [H]: the gradient of r * h'. hiddenGradient [H]: the part of it that h' has
  /// through r is added.
  func gruResetBackward(
    gates: Results, previousHidden: Values, productGradient: Values, hiddenGradient: Results, units: Range<Int>,
    hiddenSize: Int)
}
