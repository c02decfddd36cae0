// Workspaces: scratch memory that is reused from call to call.

/// Scratch memory for the calls of one thread.
///
/// It grows to the largest call it has served and is released with the last reference. After the
/// first call of a shape, nothing is allocated. A workspace is not `Sendable`: give each thread its
/// own.
public final class Workspace {
  package let arena = Arena()
  let runner = PhaseRunner()
  let trials = Trials()
  /// Runs the layers of a stack.
  package let chain = LayerChain()
  /// The regularisers of the forward and of the reverse direction.
  let regularisers = (StepRegulariser(), StepRegulariser())

  /// Creates an empty workspace.
  public init() {}

  /// The bytes it holds.
  public var bytes: Int { arena.bytes + chain.bytes }
}
