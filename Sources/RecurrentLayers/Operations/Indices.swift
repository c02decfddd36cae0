// Arrays of indices: tokens, classes, rows.

import RecurrentCore

/// A row-major array of indices: tokens [T, B], labels [B].
public struct Indices: Sendable, Equatable {
  /// The shape.
  public let shape: Shape
  /// The elements, in row-major order.
  public let elements: [Int]

  /// Creates an array. Precondition: there are `shape.count` elements.
  public init(_ elements: [Int], shape: Shape) {
    require(
      elements.count == shape.count,
      "Indices: \(elements.count) elements given for shape \(shape), which has \(shape.count)")
    self.shape = shape
    self.elements = elements
  }

  /// Creates a vector.
  public init(_ elements: [Int]) { self.init(elements, shape: [elements.count]) }

  /// Creates a time-major array [T, B] of B sequences, where T is the longest one's length. Shorter
  /// ones are filled up with `padding`.
  public init(sequences: [[Int]], padding: Int = 0) {
    let (T, B) = (sequences.map(\.count).max() ?? 0, sequences.count)
    var elements = [Int](repeating: padding, count: T * B)
    for (row, sequence) in sequences.enumerated() {
      for (step, index) in sequence.enumerated() { elements[step * B + row] = index }
    }
    self.init(elements, shape: [T, B])
  }

  /// The number of elements.
  public var count: Int { elements.count }

  /// The same elements with another shape of the same count.
  public func reshaped(to shape: Shape) -> Indices { Indices(elements, shape: shape) }

  /// Stops unless every index is in 0..<count.
  func check(below count: Int, function: StaticString) {
    for index in elements where index < 0 || index >= count {
      require(false, "\(function): index \(index) is outside 0..<\(count)")
    }
  }
}

extension Indices: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The shape and a summary of the elements, as for `Tensor`.
  public var description: String {
    "Indices " + ArrayText.describe(shape) { places in ArrayText.padded(places.map { String(elements[$0]) }) }
  }

  /// The same as `description`.
  public var debugDescription: String { description }
  /// The shape. Elements are left out.
  public var customMirror: Mirror { Mirror(self, children: ["shape": shape], displayStyle: .struct) }
}
