// Tensor descriptions: the shape and the elements as text.

extension Tensor: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The shape and the elements, as PyTorch and NumPy print them.
  ///
  /// Elements have up to four decimals and stand in columns. Of more than 1000 elements, the first
  /// three and the last three along each dimension are shown.
  ///
  /// ```
  /// Tensor [2, 3]:
  /// [[ 0.5000, -1.2500,  3.0000],
  ///  [ 2.0000,     nan,     inf]]
  /// ```
  public var description: String { "Tensor " + shapeAndElements }

  /// The same as `description`.
  public var debugDescription: String { description }

  /// A mirror with the shape as its only child, since `dump` prints the elements by `description`.
  public var customMirror: Mirror { Mirror(self, children: ["shape": shape], displayStyle: .struct) }

  /// The description without the type's name.
  package var shapeAndElements: String {
    ArrayText.describe(shape) { places in
      withUnsafeBufferPointer { x in ArrayText.aligned(places.map { x[$0] }) }
    }
  }
}
