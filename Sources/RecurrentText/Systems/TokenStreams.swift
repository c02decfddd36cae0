// Token models as stream models: embedding, recurrent layers, and a linear map to logits, for a pool.

import RecurrentCore
import RecurrentLayers

/// A model of tokens that a `StreamPool` runs: a frame is one token, and its output the logits [V] of
/// the next one. The recurrent layers read embeddings, or one-hot vectors.
///
/// It holds the parameters' values as they were when it was created. A batch allocates one small
/// object.
public struct TokenStreams: StreamModel {
  /// The states of the recurrent layers, and scratch memory.
  public struct States {
    var stack: RecurrentStack.States
    let scratch = Arena()
  }

  /// The vectors of the tokens [V, E]; nil for one-hot vectors.
  private let vectors: StoredTensor?
  private let stack: RecurrentStack
  /// W' [H, V], packed, and b [V].
  private let weight: PreparedMatrix
  private let bias: Tensor?
  /// The number of tokens.
  private let tokens: Int

  /// 1: the index of a token.
  public let inputSize = 1
  /// V, the number of logits.
  public let outputSize: Int

  /// Creates the model in a precision. Preconditions: the recurrent layers have one direction, no skip
  /// connections and no zoneout; the sizes match.
  ///
  /// - Parameters:
  ///   - embedding: the vectors of the tokens; nil for one-hot vectors, as many as the layers' inputs.
  ///   - recurrent: the recurrent layers.
  ///   - output: the map to the logits.
  ///   - backend: the backend to run on.
  ///   - precision: the precision of the products.
  public init(
    embedding: Embedding?, recurrent: RNN, output: Linear, backend: any Backend, precision: Precision = .float32
  ) {
    vectors = embedding?.weight.stored
    stack = recurrent.stack(backend: backend, precision: precision)
    tokens = embedding?.weight.shape[0] ?? recurrent.inputSize
    let (O, H) = (output.weight.shape[0], output.weight.shape[1])
    require(
      (embedding?.weight.shape[1] ?? tokens) == recurrent.inputSize && H == recurrent.outputSize,
      """
      TokenStreams: the layers are of \(recurrent.inputSize) inputs and \(recurrent.outputSize) outputs, the \
      embedding has shape \(embedding.map { "\($0.weight.shape)" } ?? "none") and the map \(output.weight.shape)
      """)
    let matrix = output.weight.stored.tensor
    weight = withExtendedLifetime(matrix) { backend.prepare(matrix.matrix.transposed, in: precision) }
    bias = output.bias?.value
    outputSize = O
  }

  /// States of zeros.
  /// - Throws: `RecurrentError.insufficientMemory` if they need more memory than is left.
  public func initialStates(slots: Int) throws(RecurrentError) -> States {
    States(stack: try stack.initialStates(slots: slots))
  }

  /// Sets the state of a slot to zeros.
  public func restart(_ slot: Int, of states: inout States) { stack.restart(slot, of: &states.stack) }

  /// Says that a frame is not the index of a token.
  public func problem(of frame: Span<Float>) -> String? {
    let token = frame[0]
    if token >= 0, token < Float(tokens), token == token.rounded() { return nil }
    return "\(token) is not a token; expected an integer in 0..<\(tokens)"
  }

  /// Reads one token of each slot, and writes the logits of the next ones.
  public func advance(
    _ slots: Span<Int32>, of states: inout States, inputs: Span<Float>, outputs: inout MutableSpan<Float>
  ) {
    let (n, E, H, backend) = (slots.count, stack.inputSize, stack.outputSize, stack.backend)
    if n == 0 { return }
    states.scratch.reset()
    let (x, h) = (states.scratch.take(n * E), states.scratch.take(n * H))
    for row in 0..<n {
      let (token, target) = (Int(inputs[row]), x + row * E)
      if let vectors {
        vectors.copyRow(token, to: target)
      } else {
        target.update(repeating: 0, count: E)
        target[token] = 1
      }
    }
    slots.withUnsafeBufferPointer { stack.advance($0, of: &states.stack, inputs: x, outputs: h) }
    outputs.withUnsafeMutableBufferPointer { outputs in
      backend.multiplyPrepared(
        MatrixView(h, rows: n, columns: H, rowStride: H), weight, bias: bias, into: outputs.baseAddress!)
    }
  }
}

extension CharacterModel {
  /// The model for a `StreamPool`: a frame is the index of a character, its output the logits [V] of the
  /// next one. In the precision of the model.
  public func streams(backend: any Backend) -> TokenStreams {
    TokenStreams(embedding: embedding, recurrent: recurrent, output: output, backend: backend, precision: precision)
  }
}
