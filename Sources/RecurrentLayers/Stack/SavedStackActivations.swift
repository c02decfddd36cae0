// What a forward pass keeps for the backward pass of a whole stack.

import RecurrentCore

/// The record of a forward pass: what `RecurrentStack.backward` goes back through. Reused from call
/// to call, it allocates only when a call needs more than any before; one caller at a time.
///
/// It holds, for each layer, what `SavedActivations` says, and the outputs [T, B, D·O] of every
/// layer but the last.
public final class SavedStackActivations {
  package let layers: [SavedActivations]
  let workspace = Workspace()
  private let arena = Arena()
  private var configuration: RecurrentStack.Configuration?
  private(set) var steps = 0
  private(set) var batch = 0
  private(set) var inputShape: Shape = [0]
  /// Time-major: the caller's own, or a copy when that is batch-first.
  private var given: Tensor?
  private var copied: UnsafeMutablePointer<Float>?
  /// By layer: its outputs; nil for the last layer.
  private(set) var outputs: [UnsafeMutablePointer<Float>?] = []

  /// A tape for a stack of `layers` layers.
  public init(layers: Int) { self.layers = (0..<layers).map { _ in SavedActivations() } }

  /// A tape for a stack.
  public convenience init(for stack: RecurrentStack) { self.init(layers: stack.configuration.layers) }

  /// The bytes it holds, scratch memory included.
  public var bytes: Int { arena.bytes + workspace.bytes + layers.reduce(0) { $0 + $1.bytes } }

  /// For tests: fills the memory with NaN, all of it or only what lives no longer than a call.
  package func poison() {
    arena.poison()
    for layer in layers { layer.arena.poison() }
    poisonScratch()
  }
  package func poisonScratch() { workspace.arena.poison() }

  func begin(_ stack: RecurrentStack, _ input: Tensor, _ lengths: [Int]?, _ T: Int, _ B: Int) {
    let c = stack.configuration
    require(
      layers.count == c.layers,
      "RecurrentStack.forward: the tape is for \(layers.count) layers, the stack has \(c.layers)")
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

  func isRecorded(for stack: RecurrentStack) -> Bool { configuration == stack.configuration }

  func finish() {
    configuration = nil
    given = nil
  }
}
