// Attention over a sequence: dot-product, general (Luong) and additive (Bahdanau).

import RecurrentCore

/// Attention of queries over a sequence of keys and values.
///
/// The weights are softmax(score(q, k)) over the valid steps; the context is the weighted sum of
/// the values.
///
/// ```swift
/// let memory = attention.memory(encoderOutputs, lengths: lengths)   // once
/// let (context, weights) = attention(decoderState, memory)          // at every step
/// ```
public struct Attention: Module, Sendable {
  /// The function that scores a key for a query.
  public enum Score: String, Sendable, CaseIterable, Codable {
    /// q · k, for queries and keys of one size. Luong, Pham & Manning 2015.
    case dot
    /// q · (W k). Luong, Pham & Manning, "Effective approaches to attention-based neural machine
    /// translation", 2015.
    case general
    /// v · tanh(W q + U k). Bahdanau, Cho & Bengio, "Neural machine translation by jointly learning
    /// to align and translate", 2015.
    case additive
  }

  /// The scoring function.
  public let score: Score
  /// W of `general`, or U of `additive`.
  public let key: Linear?
  /// W of `additive`.
  public let query: Linear?
  /// v of `additive`, [1, A].
  public let energy: Linear?

  /// Creates the layer.
  ///
  /// `hiddenSize` is A, the size of W q + U k, for `additive` only; nil means `querySize`.
  /// Precondition for `dot`: queries and keys have the same size.
  public init(_ score: Score, querySize: Int, keySize: Int, hiddenSize: Int? = nil) {
    self.score = score
    let A = hiddenSize ?? querySize
    switch score {
    case .dot:
      require(
        querySize == keySize,
        "Attention: dot needs queries and keys of one size, these have \(querySize) and \(keySize)")
      (key, query, energy) = (nil, nil, nil)
    case .general: (key, query, energy) = (Linear(keySize, querySize, bias: false), nil, nil)
    case .additive:
      (key, query, energy) = (Linear(keySize, A, bias: false), Linear(querySize, A), Linear(A, 1, bias: false))
    }
  }

  /// Keys and values, prepared for any number of queries.
  public struct Memory {
    /// The keys, k, W k or U k: [B, T, K].
    let keys: Variable
    /// The values: [B, T, V].
    let values: Variable
    /// The mask of padding, [B, 1, T]: 1 for steps beyond a row's length. nil if all steps are
    /// valid.
    let mask: Tensor?
  }

  /// Prepares keys and values for queries.
  ///
  /// Preconditions: the shapes below; lengths in 0...T.
  /// - Parameters:
  ///   - keys: the keys, [T, B, K].
  ///   - values: the values, [T, B, V]; nil means the keys.
  ///   - lengths: the number of valid steps of each row; the others get no weight. nil means T.
  /// - Returns: the memory to give to each call.
  public func memory(_ keys: Variable, values: Variable? = nil, lengths: [Int]? = nil) -> Memory {
    require(keys.shape.rank == 3, "Attention.memory: keys have shape \(keys.shape), expected [T, B, K]")
    let (T, B) = (keys.shape[0], keys.shape[1])
    if let values {
      require(
        values.shape.rank == 3 && values.shape[0] == T && values.shape[1] == B,
        "Attention.memory: values have shape \(values.shape), keys \(keys.shape)")
    }
    let batchMajor = keys.transposed(0, 1)
    return Memory(
      keys: key.map { $0(batchMajor) } ?? batchMajor, values: values?.transposed(0, 1) ?? batchMajor,
      mask: lengths.map { lengths in
        require(lengths.count == B, "Attention.memory: \(lengths.count) lengths given for a batch of \(B) rows")
        require(lengths.allSatisfy { 0...T ~= $0 }, "Attention.memory: lengths \(lengths), expected 0...\(T)")
        return Tensor(lengths.flatMap { length in (0..<T).map { $0 < length ? 0 : 1 } }, shape: [B, 1, T])
      })
  }

  /// Computes the context and the weights of queries.
  /// - Parameters:
  ///   - queries: [B, Q], or [S, B, Q] for S steps at once.
  ///   - memory: the keys and values.
  /// - Returns: the context [B, V] or [S, B, V], and the weights [B, T] or [S, B, T]. Both are zero
  ///   in rows of length 0.
  public func callAsFunction(_ queries: Variable, _ memory: Memory) -> (context: Variable, weights: Variable) {
    require(
      queries.shape.rank == 2 || queries.shape.rank == 3,
      "Attention: queries have shape \(queries.shape), expected [B, Q] or [S, B, Q]")
    let isOne = queries.shape.rank == 2
    let (B, Q) = (queries.shape[isOne ? 0 : 1], queries.shape[isOne ? 1 : 2])
    let (T, V) = (memory.values.shape[1], memory.values.shape[2])
    let S = isOne ? 1 : queries.shape[0]
    require(memory.keys.shape[0] == B, "Attention: queries of \(B) rows, a memory of \(memory.keys.shape[0])")
    let q = isOne ? queries.reshaped(to: [B, 1, Q]) : queries.transposed(0, 1)
    var scores: Variable
    if let query, let energy {
      let A = memory.keys.shape[2]
      let sums = query(q).reshaped(to: [B, S, 1, A]) + memory.keys.reshaped(to: [B, 1, T, A])
      scores = energy(sums.tanh()).reshaped(to: [B, S, T])
    } else {
      scores = matmul(q, memory.keys, transposingRight: true)
    }
    if let mask = memory.mask { scores = scores.filled(with: -.infinity, where: mask) }
    let weights = scores.softmax()
    let context = matmul(weights, memory.values)
    if isOne { return (context.reshaped(to: [B, V]), weights.reshaped(to: [B, T])) }
    return (context.transposed(0, 1), weights.transposed(0, 1))
  }
}
