// A vector for each word.

import RecurrentCore

/// A table of vectors: tokens [T, B] to [T, B, size]. PyTorch's `nn.Embedding`: weight [count,
/// size], standard normal.
public struct Embedding: Module, Sendable {
  /// [count, size]
  public let weight: Parameter
  /// The row for padding: zero at first, and given no gradient.
  public let paddingIndex: Int?

  /// Stops on a count or size below one, and on a padding index outside the table.
  public init(count: Int, size: Int, paddingIndex: Int? = nil) {
    require(count >= 1 && size >= 1, "Embedding: \(count) vectors of size \(size): both must be one or more")
    if let paddingIndex {
      require(0..<count ~= paddingIndex, "Embedding: paddingIndex \(paddingIndex) is outside 0..<\(count)")
    }
    let initialiser = Initialiser { shape, random in
      var table = Initialiser.normal(1)(shape, &random)
      if let paddingIndex {
        for k in 0..<size { table[paddingIndex, k] = 0 }
      }
      return table
    }
    weight = Parameter(initialiser, shape: [count, size])
    self.paddingIndex = paddingIndex
  }

  /// Vectors [count, size] made elsewhere; frozen, they stay as they are.
  public init(pretrained: Tensor, frozen: Bool = true, paddingIndex: Int? = nil) {
    require(pretrained.shape.rank == 2, "Embedding: pretrained has shape \(pretrained.shape), expected [count, size]")
    if let paddingIndex {
      require(
        0..<pretrained.shape[0] ~= paddingIndex,
        "Embedding: paddingIndex \(paddingIndex) is outside 0..<\(pretrained.shape[0])")
    }
    weight = Parameter(pretrained)
    weight.isFrozen = frozen
    self.paddingIndex = paddingIndex
  }

  /// Tokens [...] to vectors [..., size]. Stops when a token is outside 0..<count.
  public func callAsFunction(_ tokens: Indices, _ tape: Tape) -> Variable {
    let size = weight.shape[1]
    tokens.check(below: weight.shape[0], function: "Embedding")
    let table = tape.variable(weight)
    var result = tape.tensor(Shape(tokens.shape.dimensions + [size]))
    gather(table.value.base, tokens.elements, size, to: result.mutableBase, tape.backend)
    return tape.record(result, from: [table]) {
      [sink = table.sink, shape = weight.shape, paddingIndex] gradient, tape in
      let g = gradient.base
      tape.add(to: sink, shape: shape) { target, accumulating in
        if !accumulating { target.update(repeating: 0, count: shape.count) }
        scatter(g, tokens.elements, size, to: target, rows: shape[0], except: paddingIndex, tape)
      }
    }
  }
}
