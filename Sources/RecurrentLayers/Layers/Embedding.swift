// Embedding: looks up rows of a matrix by index.

import RecurrentCore

/// A table of vectors, looked up by index: [...] to [..., size]. PyTorch's `nn.Embedding`; `weight`
/// [count, size] is initialised from the standard normal distribution.
public struct Embedding: Module, Sendable {
  /// The vectors, [count, size].
  public let weight: Parameter
  /// The row of the padding token; nil for none. It is initialised to zero and receives no
  /// gradient.
  public let paddingIndex: Int?

  /// Creates a table of `count` vectors. Preconditions: `count` and `size` are 1 or more;
  /// `paddingIndex` is in 0..<count.
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

  /// Creates a table from given vectors, [count, size]. If `frozen`, training does not change them.
  /// Precondition: `paddingIndex` is in 0..<count.
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

  /// Looks up the vectors of tokens: [...] to [..., size]. Of a table that is stored in a lower
  /// precision, evaluation converts only these vectors to float32. Precondition: every token is in
  /// 0..<count.
  public func callAsFunction(_ tokens: Indices, _ tape: Tape) -> Variable {
    let size = weight.shape[1]
    tokens.check(below: weight.shape[0], function: "Embedding")
    var result = tape.tensor(Shape(tokens.shape.dimensions + [size]))
    if weight.precision != .float32, tape.mode == .evaluation || weight.isFrozen {
      gather(weight.stored, tokens.elements, to: result.mutableBase, tape.backend)
      return tape.constant(result)
    }
    let table = tape.variable(weight)
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

/// Writes the rows of the given indices in float32.
private func gather(
  _ source: StoredTensor, _ indices: [Int], to target: UnsafeMutablePointer<Float>, _ backend: any Backend
) {
  let width = source.shape[1]
  backend.pool.forEachPart(of: indices.count, least: Tape.least / max(1, width)) { part, _ in
    for row in part { source.copyRow(indices[row], to: target + row * width) }
  }
}
