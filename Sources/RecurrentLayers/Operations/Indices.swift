// Whole numbers that choose something: words, classes, rows.

import RecurrentCore

/// A row-major array of indices: tokens [T, B], labels [B].
public struct Indices: Sendable, Equatable {
  public let shape: Shape
  /// In row-major order.
  public let elements: [Int]

  /// Stops unless there are exactly `shape.count` of them.
  public init(_ elements: [Int], shape: Shape) {
    require(
      elements.count == shape.count,
      "Indices: \(elements.count) elements given for shape \(shape), which has \(shape.count)")
    self.shape = shape
    self.elements = elements
  }

  /// A vector.
  public init(_ elements: [Int]) { self.init(elements, shape: [elements.count]) }

  /// Sequences side by side, time-major: [T, B] where T is the longest one's length, shorter ones
  /// filled up with `padding`.
  public init(sequences: [[Int]], padding: Int = 0) {
    let (T, B) = (sequences.map(\.count).max() ?? 0, sequences.count)
    var elements = [Int](repeating: padding, count: T * B)
    for (row, sequence) in sequences.enumerated() {
      for (step, index) in sequence.enumerated() { elements[step * B + row] = index }
    }
    self.init(elements, shape: [T, B])
  }

  public var count: Int { elements.count }

  /// The same elements under another shape of the same count.
  public func reshaped(to shape: Shape) -> Indices { Indices(elements, shape: shape) }

  /// Stops unless every index is in 0..<count.
  func check(below count: Int, function: StaticString) {
    for index in elements where index < 0 || index >= count {
      require(false, "\(function): index \(index) is outside 0..<\(count)")
    }
  }
}

extension Indices: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The shape and the elements, summarised as those of a `Tensor` are.
  public var description: String {
    "Indices " + ArrayText.describe(shape) { places in ArrayText.padded(places.map { String(elements[$0]) }) }
  }

  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["shape": shape], displayStyle: .struct) }
}
