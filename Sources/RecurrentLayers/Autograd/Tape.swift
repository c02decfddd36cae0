// Reverse-mode automatic differentiation: the tape that records operations for the backward pass.
//
// Griewank & Walther, "Evaluating derivatives", 2008, chapter 3. Operations are coarse: a whole
// recurrent stack over a whole sequence is one operation.

import RecurrentCore

/// Records a computation over `Variable`s, so that `Variable.backward` can compute gradients.
///
/// A tape also owns what the computation uses: a backend, a stream of random numbers for dropout,
/// and memory that is reused from step to step. It serves one caller at a time; a training run
/// needs one.
///
/// ```swift
/// let loss = crossEntropy(model(tokens, tape), labels)
/// loss.backward()       // adds to the parameters' gradients, and empties the tape
/// ```
public final class Tape {
  /// Training or evaluation. PyTorch's `Module.train()` and `Module.eval()`.
  public enum Mode: Sendable {
    /// Operations are recorded, and dropout is applied.
    case training
    /// Nothing is recorded, and dropout does nothing.
    case evaluation
  }

  /// Whether the tape is for training or for evaluation.
  public let mode: Mode
  /// The backend that computes the operations.
  public let backend: any Backend
  /// The precision of the products with parameters: those of recurrent layers and of `Linear`.
  /// Everything else is float32, and so are gradients and the parameters that an optimiser changes.
  public let precision: Precision
  /// The seed of dropout.
  let seed: UInt64
  /// The number of the current training step (in a `Trainer`, of the batch). Dropout draws the same
  /// numbers in the same step of runs with the same seed.
  public private(set) var step = 0
  /// The random streams used so far in this step.
  private var draws: UInt64 = 0
  package let bufferPool = BufferPool()
  let workspace = Workspace()
  private var nodes: [Node] = []
  /// The number of times the tape was emptied. It tells variables recorded before from those
  /// recorded after.
  private(set) var generation = 0

  /// A recorded operation.
  private struct Node {
    var gradient: Tensor?
    var backward: Backward?
  }

  /// The backward step of an operation. It takes the gradient of the operation's result, which it
  /// may change in place, and adds the resulting gradients to those of the inputs.
  package typealias Backward = (_ gradient: inout Tensor, _ tape: Tape) -> Void

  /// Creates an empty tape whose dropout draws from `seed`. Precondition: a tape for training has
  /// the precision float32 or bfloat16.
  public init(
    _ mode: Mode = .training, seed: UInt64 = 0, backend: any Backend, precision: Precision = .float32
  ) {
    require(
      mode == .evaluation || precision != .int8,
      "Tape: int8 is for evaluation; train in float32 or bfloat16 and convert the model")
    self.mode = mode
    self.seed = seed
    self.backend = backend
    self.precision = precision
  }

  /// Empties the tape and sets the step number, which determines what dropout draws.
  public func begin(step: Int) {
    self.step = step
    draws = 0
    clear()
  }

  /// The bytes held for tensors and scratch memory. Layers hold memory of their own; see
  /// `RNN.savedBytes`.
  public var bytes: Int { bufferPool.bytes + workspace.bytes }

  /// A variable that receives no gradient.
  public func constant(_ value: Tensor) -> Variable {
    Variable(value: value, tape: self, sink: .nothing, generation: generation)
  }

  /// A parameter's value as a variable. Its gradient is added to the parameter's.
  public func variable(_ parameter: Parameter) -> Variable {
    let wanted = mode == .training && !parameter.isFrozen
    return Variable(
      value: parameter.value, tape: self, sink: wanted ? .parameter(parameter) : .nothing, generation: generation)
  }

  // MARK: For operations

  /// An uninitialised tensor from the tape's buffer pool, for a result.
  package func tensor(_ shape: Shape) -> Tensor { Tensor(uninitialised: shape, bufferPool: bufferPool) }

  /// A tensor of zeros from the tape's buffer pool.
  package func zeros(_ shape: Shape) -> Tensor {
    var tensor = tensor(shape)
    tensor.mutableBase.update(repeating: 0, count: shape.count)
    return tensor
  }

  /// Records an operation and returns its result as a variable. `backward` is kept only if an input
  /// needs a gradient. It must not capture the tape, and should capture only the tensors that it
  /// reads.
  package func record(_ value: Tensor, from inputs: [Variable], _ backward: @escaping Backward) -> Variable {
    for input in inputs where input.generation != generation && input.sink.isWanted {
      require(false, "Tape: a variable from before the last backward pass is used again; use its value, or `detached`")
    }
    guard mode == .training, inputs.contains(where: \.sink.isWanted) else { return constant(value) }
    nodes.append(Node(backward: backward))
    return Variable(value: value, tape: self, sink: .node(nodes.count - 1), generation: generation)
  }

  /// The destination of a variable's gradient.
  package enum Sink {
    /// No gradient is needed.
    case nothing
    /// The result of the operation of this number on the tape.
    case node(Int)
    /// A parameter.
    case parameter(Parameter)

    /// Whether a gradient is needed.
    package var isWanted: Bool {
      if case .nothing = self { false } else { true }
    }
  }

  /// Adds a tensor to the gradient of a variable.
  package func add(_ gradient: Tensor, to sink: Sink) {
    switch sink {
    case .nothing: break
    case .node(let index) where nodes[index].gradient == nil: nodes[index].gradient = gradient
    case .node, .parameter:
      add(to: sink, shape: gradient.shape) { target, accumulating in
        if accumulating {
          accumulate(gradient.base, target, gradient.count)
        } else {
          target.update(from: gradient.base, count: gradient.count)
        }
      }
      withExtendedLifetime(gradient) {}
    }
  }

  /// Calls `write` to add to the gradient of a variable (`accumulating`) or, if there is none yet,
  /// to write all of it.
  package func add(
    to sink: Sink, shape: Shape, _ write: (_ target: UnsafeMutablePointer<Float>, _ accumulating: Bool) -> Void
  ) {
    switch sink {
    case .nothing: break
    case .node(let index):
      var gradient = nodes[index].gradient.take()
      let accumulating = gradient != nil
      if gradient == nil { gradient = tensor(shape) }
      write(gradient!.mutableBase, accumulating)
      nodes[index].gradient = gradient
    case .parameter(let parameter): parameter.addGradient(write)
    }
  }

  private func accumulate(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
    backend.pool.forEachPart(of: count, least: Tape.least) { part, _ in
      for k in part { target[k] += source[k] }
    }
  }

  /// The least number of elements worth a thread, if the work for each is small.
  static let least = 65_536

  /// The random stream of the next dropout. The streams of a step are numbered in order, from 2^63
  /// on; parameters use low numbers.
  func nextStream() -> UInt64 {
    defer { draws += 1 }
    return 1 << 63 | UInt64(step) << 20 | draws
  }

  // MARK: Backward pass

  func backward(from sink: Sink, _ gradient: Tensor) {
    defer { clear() }
    switch sink {
    case .nothing: return
    case .parameter: add(gradient, to: sink)
    case .node(let last):
      nodes[last].gradient = gradient
      for index in stride(from: last, through: 0, by: -1) {
        // Taken out of the tape, so that tensors held by this operation alone are released as soon
        // as it is done.
        if var gradient = nodes[index].gradient.take(), let backward = nodes[index].backward.take() {
          backward(&gradient, self)
        } else {
          nodes[index].backward = nil
        }
      }
    }
  }

  private func clear() {
    nodes.removeAll(keepingCapacity: true)
    generation += 1
    bufferPool.trim()
  }
}
