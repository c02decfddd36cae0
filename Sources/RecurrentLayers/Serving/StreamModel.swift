// Stream models: what a pool of streams runs.

import RecurrentCore

/// A model that advances any set of streams by one frame each: what a `StreamPool` runs.
///
/// The states of all streams are in numbered slots, in one value that the pool owns. A stream's
/// outputs must depend on its own frames alone.
public protocol StreamModel: Sendable {
  /// The states of all slots, and scratch memory.
  associatedtype States

  /// I, the floats of a frame.
  var inputSize: Int { get }
  /// O, the floats of an output.
  var outputSize: Int { get }

  /// The initial states of `slots` slots.
  /// - Throws: `RecurrentError` if the model cannot run streams, or if they need more memory than is
  ///   left.
  func initialStates(slots: Int) throws(RecurrentError) -> States

  /// Sets a slot to the initial state, for a new stream.
  func restart(_ slot: Int, of states: inout States)

  /// Advances some slots by a frame each. Allocates nothing after the first call with as many slots.
  ///
  /// - Parameters:
  ///   - slots: the slots, each once, in any order.
  ///   - states: the states of all slots; those of other slots stay as they are.
  ///   - inputs: the frames [n, I], in the order of `slots`.
  ///   - outputs: receives the outputs [n, O], in the order of `slots`.
  func advance(_ slots: Span<Int32>, of states: inout States, inputs: Span<Float>, outputs: inout MutableSpan<Float>)

  /// What is wrong with the values of a frame of the right size, and what would be right; nil if
  /// nothing is. The default accepts every frame.
  func problem(of frame: Span<Float>) -> String?
}

extension StreamModel {
  /// Accepts every frame.
  public func problem(of frame: Span<Float>) -> String? { nil }
}
