// The activations that a stack's forward pass saves for its backward pass.

import RecurrentCore

/// The activations that a forward pass saves for `RecurrentStack.backward`.
///
/// It is reused from call to call and allocates only if a call needs more memory than any before. It
/// serves one caller at a time.
///
/// For every layer but the last it holds the outputs [T, B, D·O]. In each layer, for P valid steps
/// (the sum of the rows' lengths), I input features, H hidden units and O outputs, each direction
/// saves, in floats:
/// - P · S of gates, where S is H for an Elman cell, 5H for an LSTM variant, else 4H;
/// - P · O of previous hidden states;
/// - P · H of previous cell states, in an LSTM;
/// - P · (H + O), with a projection;
/// - P · I of inputs, if the batch is ragged;
/// - with layer normalisation of N sums (1 in an Elman cell, 4 in an LSTM and in a GRU with the
///   reset after the product, 3 with the reset before it): P · N · H of normalised sums, P · (N +
///   1) of scales, and P · H of normalised cell states in an LSTM.
///
/// Each piece is rounded up to 64 bytes.
public final class SavedStackActivations {
  /// The saved activations of each layer.
  package let layers: [SavedActivations]
  let workspace = Workspace()
  private let arena = Arena()
  private var configuration: RecurrentStack.Configuration?
  private(set) var steps = 0
  private(set) var batch = 0
  private(set) var inputShape: Shape = [0]
  /// The input if it is time-major.
  private var given: Tensor?
  /// A time-major copy of the input if it is batch-first.
  private var copied: UnsafeMutablePointer<Float>?
  /// The outputs of each layer; nil for the last.
  private(set) var outputs: [UnsafeMutablePointer<Float>?] = []

  /// Creates storage for a stack of `layers` layers.
  public init(layers: Int) { self.layers = (0..<layers).map { _ in SavedActivations() } }

  /// Creates storage for a stack.
  public convenience init(for stack: RecurrentStack) { self.init(layers: stack.configuration.layers) }

  /// The bytes held, scratch memory included.
  public var bytes: Int { arena.bytes + workspace.bytes + layers.reduce(0) { $0 + $1.bytes } }

  /// Fills all memory with NaN. For tests.
  package func poison() {
    arena.poison()
    for layer in layers { layer.arena.poison() }
    poisonScratch()
  }

  /// Fills the memory that lives no longer than a call with NaN. For tests.
  package func poisonScratch() { workspace.arena.poison() }

  /// Prepares for a forward pass over `input`.
  func begin(_ stack: RecurrentStack, _ input: Tensor, _ lengths: [Int]?, _ T: Int, _ B: Int) {
    let c = stack.configuration
    require(
      layers.count == c.layers,
      "RecurrentStack.forward: the saved activations are for \(layers.count) layers, the stack has \(c.layers)")
    (configuration, steps, batch, inputShape) = (c, T, B, input.shape)
    let (inputs, features) = (T * B * c.inputSize, T * B * c.directions * c.outputSize)
    arena.reset(reserving: (c.batchFirst ? Arena.rounded(inputs) : 0) + (c.layers - 1) * Arena.rounded(features))
    given = c.batchFirst ? nil : input
    copied = c.batchFirst ? arena.take(inputs) : nil
    if let copied { exchangeOuter(input.base, to: copied, B, T, c.inputSize) }
    outputs.removeAll(keepingCapacity: true)
    for index in 0..<c.layers { outputs.append(index < c.layers - 1 ? arena.take(features) : nil) }
  }

  /// The input of a layer.
  func input(of layer: Int, _ stack: RecurrentStack) -> SequenceView {
    let base = layer > 0 ? UnsafePointer(outputs[layer - 1]!) : given?.base ?? UnsafePointer(copied!)
    return SequenceView(base, steps: steps, batch: batch, features: stack.configuration.layer(layer).inputSize)
  }

  /// Whether this holds a forward pass of a stack of that configuration.
  func isRecorded(for stack: RecurrentStack) -> Bool { configuration == stack.configuration }

  /// Releases the input after the backward pass.
  func finish() {
    configuration = nil
    given = nil
  }
}
