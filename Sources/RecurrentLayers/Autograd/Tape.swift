// Reverse-mode differentiation: what was computed, in order, so that gradients can go back through
// it.
//
// Griewank & Walther, "Evaluating derivatives", 2008, chapter 3. Operations are coarse: a whole
// recurrent stack over a whole sequence is one.

import RecurrentCore

/// The record of a computation over `Variable`s, and what it runs on: a backend, random numbers and
/// memory that is used again from step to step. One caller at a time; a training run needs one.
///
/// ```swift
/// let loss = crossEntropy(model(tokens, tape), labels)
/// loss.backward()       // adds to the parameters' gradients, and empties the tape
/// ```
public final class Tape {
  public enum Mode: Sendable {
    /// Gradients are recorded; dropout drops.
    case training
    /// Nothing is recorded; dropout does nothing.
    case evaluation
  }

  public let mode: Mode
  public let backend: any Backend
  let seed: UInt64
  /// The number of the training step (in a trainer, of the batch): dropout draws the same in the
  /// same step of a run with the same seed.
  public private(set) var step = 0
  private var draws: UInt64 = 0
  package let bufferPool = BufferPool()
  let workspace = Workspace()
  private var nodes: [Node] = []
  /// Counts backward passes, so that variables from before one are told from those after it.
  private(set) var generation = 0

  private struct Node {
    var gradient: Tensor?
    var backward: Backward?
  }

  /// Takes the gradient of an operation's result, which it may change in place, and adds what
  /// follows to its inputs' ones.
  package typealias Backward = (_ gradient: inout Tensor, _ tape: Tape) -> Void

  /// A tape whose dropout draws from `seed`.
  public init(_ mode: Mode = .training, seed: UInt64 = 0, backend: any Backend) {
    self.mode = mode
    self.seed = seed
    self.backend = backend
  }

  /// Forgets what is recorded, and makes dropout draw what it draws in that step of a run.
  public func begin(step: Int) {
    self.step = step
    draws = 0
    clear()
  }

  /// The bytes held for tensors and scratch memory. Layers hold their own beside these.
  public var bytes: Int { bufferPool.bytes + workspace.bytes }

  /// A value that takes no gradient.
  public func constant(_ value: Tensor) -> Variable {
    Variable(value: value, tape: self, sink: .nothing, generation: generation)
  }

  /// A parameter's value; its gradient goes to the parameter.
  public func variable(_ parameter: Parameter) -> Variable {
    let wanted = mode == .training && !parameter.isFrozen
    return Variable(
      value: parameter.value, tape: self, sink: wanted ? .parameter(parameter) : .nothing, generation: generation)
  }

  // MARK: For operations

  /// A result to write to, not initialised.
  package func tensor(_ shape: Shape) -> Tensor { Tensor(uninitialised: shape, bufferPool: bufferPool) }

  package func zeros(_ shape: Shape) -> Tensor {
    var tensor = tensor(shape)
    tensor.mutableBase.update(repeating: 0, count: shape.count)
    return tensor
  }

  /// The result of an operation; `backward` is kept if the gradient of an input is wanted. It must
  /// not hold on to the tape, and should hold only the tensors that it reads.
  package func record(_ value: Tensor, from inputs: [Variable], _ backward: @escaping Backward) -> Variable {
    for input in inputs where input.generation != generation && input.sink.isWanted {
      require(false, "Tape: a variable from before the last backward pass is used again; use its value, or `detached`")
    }
    guard mode == .training, inputs.contains(where: \.sink.isWanted) else { return constant(value) }
    nodes.append(Node(backward: backward))
    return Variable(value: value, tape: self, sink: .node(nodes.count - 1), generation: generation)
  }

  /// Where a variable's gradient goes.
  package enum Sink {
    case nothing
    case node(Int)
    case parameter(Parameter)

    package var isWanted: Bool {
      if case .nothing = self { false } else { true }
    }
  }

  /// Adds to a gradient.
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

  /// Has `write` add to a gradient, or, where there is none yet, write all of it: `accumulating`
  /// tells which.
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

  /// The elements that are worth a thread, when there is little to do for each.
  static let least = 65_536

  /// The stream of the next dropout: those of a step are numbered in order. Parameters use low
  /// numbers.
  func nextStream() -> UInt64 {
    defer { draws += 1 }
    return 1 << 63 | UInt64(step) << 20 | draws
  }

  // MARK: Going back

  func backward(from sink: Sink, _ gradient: Tensor) {
    defer { clear() }
    switch sink {
    case .nothing: return
    case .parameter: add(gradient, to: sink)
    case .node(let last):
      nodes[last].gradient = gradient
      for index in stride(from: last, through: 0, by: -1) {
        // Taken out, so that what only this operation holds is given back as soon as it is done.
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
