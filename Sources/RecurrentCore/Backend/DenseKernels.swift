// Dense kernels: element-wise functions of whole arrays.

/// Element-wise functions of arrays, computed on the calling thread. x and y may be the same
/// memory.
public protocol DenseKernels: Sendable {
  /// Floats to read.
  typealias Values = UnsafePointer<Float>
  /// Floats to write.
  typealias Results = UnsafeMutablePointer<Float>

  /// Computes y = 1 / (1 + exp(-x)), at most 4 ulp from the correctly rounded value. NaN gives NaN.
  func sigmoid(_ x: Values, _ y: Results, count: Int)
  /// Computes y = tanh(x), at most 4 ulp from the correctly rounded value. NaN gives NaN.
  func tanh(_ x: Values, _ y: Results, count: Int)
  /// The greatest element; NaN if one is NaN, -infinity if there is none.
  func greatest(_ x: Values, count: Int) -> Float
  /// Computes y = exp(x - maximum) · factor.
  ///
  /// - Parameters:
  ///   - x: the arguments, none above `maximum`.
  ///   - maximum: subtracted from every argument. Results of arguments more than 87.3 below it are
  ///     zero.
  ///   - factor: the factor of every result.
  ///   - y: the results.
  ///   - count: the number of elements.
  /// - Returns: the sum of exp(x - maximum).
  func exponentials(_ x: Values, minus maximum: Float, times factor: Float, _ y: Results, count: Int) -> Float
  /// Computes dropout: y = x · scale where an element's random word is at least `threshold`, else x
  /// · 0. NaN stays NaN.
  ///
  /// The words are those of `RandomStream(seed:stream:)`. Of each group of 64 elements, which has
  /// sixteen blocks, element 16 w + j has word w of block j, so that a vector of neighbouring
  /// blocks gives a vector of neighbouring elements.
  ///
  /// - Parameters:
  ///   - x: the arguments.
  ///   - y: the results.
  ///   - first: the index of the first element in a longer array, a multiple of 64.
  ///   - count: the number of elements.
  ///   - seed: the stream's seed.
  ///   - stream: the stream's number.
  ///   - threshold: the least word that keeps an element.
  ///   - scale: the factor of the elements kept.
  func dropout(
    _ x: Values, _ y: Results, first: Int, count: Int, seed: UInt64, stream: UInt64, threshold: UInt32, scale: Float)
}
