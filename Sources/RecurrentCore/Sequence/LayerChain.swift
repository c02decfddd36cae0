// Layer chains: layers one above the other over a sequence, in turn or as a wave.

/// Runs the layers of a stack in inference, some steps at a time, which bounds the memory between
/// them.
///
/// - In turn: the team does one layer after the other.
/// - As a wave: each member has some of the layers, and does their next steps while the member above
///   does the steps before. Members meet once in some steps rather than at each, and need no rows or
///   units to divide. Small layers with few rows gain most.
///
/// `Trial` decides between the two. Both give the same bits on backends whose results do not depend on
/// the division; on others, layers run in turn.
package final class LayerChain: ParallelWork {
  /// What a call computes.
  private struct Call {
    let layers: [LayerEngine]
    let input: SequenceView
    let lengths: UnsafeBufferPointer<Int>?
    let output: MutableSequenceView
    let states: StackStateView
    /// The steps of a chunk.
    var steps: Int

    var chunks: Int { max(1, (output.steps + steps - 1) / steps) }
    /// The floats of a chunk of outputs.
    var floats: Int { steps * output.batch * output.features }
  }

  /// Memory for a chunk: between layers, and the lengths of rows within it.
  private struct Scratch {
    let between: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
    let lengths: UnsafeMutablePointer<Int>?

    init(_ call: Call, _ memory: Arena) {
      between = (memory.take(call.floats), memory.take(call.floats))
      lengths = call.lengths.map { _ in memory.take(call.output.batch, of: Int.self) }
    }
  }

  // Of a wave.
  private var call: Call?
  /// The outputs of the last chunks of all members but the last: [members - 1, ring, chunk].
  private var passed: UnsafeMutablePointer<Float>?
  /// The chunks that each member has done << 9 | whether a thread sleeps << 8.
  private var done: [WaitWord] = []
  private var workspaces: [Workspace] = []

  /// Whether layers run as a wave wherever they can, and not where it is faster: for tests. The pool
  /// has more than one thread, and no other caller.
  package var isAlwaysWave = false

  /// The chunks that a member may be ahead of the one above it.
  private static let ring = 4
  /// The steps of a chunk: at most, also of layers in turn; and of a wave, at least and as a part of
  /// all.
  private static let (mostSteps, leastSteps, parts) = (64, 8, 16)

  init() {}

  deinit { for word in done { word.deallocate() } }

  /// The bytes that members of waves hold.
  var bytes: Int { workspaces.reduce(0) { $0 + $1.bytes } }

  /// Runs layers over a whole sequence. The arguments are those of `LayerEngine.forward`, with the
  /// states of all layers. Precondition: `regularisation` is nil for more than one layer.
  package func forward(
    _ layers: [LayerEngine], _ input: SequenceView, lengths: UnsafeBufferPointer<Int>?, output: MutableSequenceView,
    states: StackStateView, regularisation: RecurrentRegularisation?, workspace: Workspace
  ) {
    let (T, B) = (output.steps, output.batch)
    if layers.count == 1 {
      layers[0].forward(
        input, lengths: lengths, output: output, state: states[0], regularisation: regularisation, saved: nil,
        workspace: workspace)
      return
    }
    // A layer can start only after the reverse direction of the layer below has finished. A batch
    // without rows runs as one chunk.
    let isWhole = layers[0].directions.count > 1 || B == 0
    let inTurn = Call(
      layers: layers, input: input, lengths: lengths, output: output, states: states,
      steps: max(1, isWhole ? T : min(T, LayerChain.mostSteps)))
    if isWhole || T < 2 * LayerChain.leastSteps { return run(inTurn, 0, of: 1, workspace) }
    var wave = inTurn
    wave.steps = min(LayerChain.mostSteps, max(LayerChain.leastSteps, T / LayerChain.parts))
    let members = min(layers.count, layers[0].backend.pool.threads)
    if isAlwaysWave {
      let isWave = runAsWave(wave, members: members, workspace)
      require(isWave, "LayerChain: no thread was free for a wave")
      return
    }
    let rows = lengths?.reduce(0, +) ?? T * B
    guard let trial = TrialKey(.wave, layers[0], batch: B, steps: T, rows: rows, members: members) else {
      return run(inTurn, 0, of: 1, workspace)
    }
    let start = Clock.now
    let isWave = !workspace.trials.usesSecond(trial) && runAsWave(wave, members: members, workspace)
    if !isWave { run(inTurn, 0, of: 1, workspace) }
    workspace.trials.record(Clock.now - start, second: !isWave, trial)
  }

  /// Runs the layers of one of `members` members of a wave, each on the calling thread; or, of one
  /// member, all layers in turn, each on a team.
  private func run(_ call: Call, _ member: Int, of members: Int, _ workspace: Workspace) {
    let layers = share(call.layers.count, member, of: members)
    let scratch = Scratch(call, workspace.arena)
    for chunk in 0..<call.chunks {
      if member > 0 { wait(for: member - 1, toHaveDone: chunk + 1, members) }
      if member < members - 1 { wait(for: member + 1, toHaveDone: chunk + 1 - LayerChain.ring, members) }
      advance(
        call, chunk, layers: layers, from: member == 0 ? nil : UnsafePointer(outputs(of: member - 1, chunk, call)),
        to: member == members - 1 ? nil : outputs(of: member, chunk, call), scratch, workspace, isAlone: members > 1)
      if members > 1, done[member].exchange(UInt32(truncatingIfNeeded: chunk + 1) << 9) & WaitWord.asleep != 0 {
        done[member].wake()
      }
    }
  }

  /// Runs a chunk of some layers: from the input of the call or from that of a member, and to the
  /// output of the call or to that of a member.
  private func advance(
    _ call: Call, _ chunk: Int, layers: Range<Int>, from source: UnsafePointer<Float>?,
    to target: UnsafeMutablePointer<Float>?, _ scratch: Scratch, _ workspace: Workspace, isAlone: Bool
  ) {
    let (B, start) = (call.output.batch, chunk * call.steps)
    let steps = min(call.steps, call.output.steps - start)
    if let lengths = call.lengths, let within = scratch.lengths {
      for row in 0..<B { within[row] = min(max(lengths[row] - start, 0), steps) }
    }
    let first = source ?? call.input.base + start * B * call.input.features
    let last = target ?? call.output.base + start * B * call.output.features
    let width = source == nil ? call.input.features : call.output.features
    var x = SequenceView(first, steps: steps, batch: B, features: width)
    for index in layers {
      let between = index % 2 == 0 ? scratch.between.0 : scratch.between.1
      let y = MutableSequenceView(
        index == layers.upperBound - 1 ? last : between, steps: steps, batch: B, features: call.output.features)
      call.layers[index].forward(
        x, lengths: scratch.lengths.map { UnsafeBufferPointer(start: $0, count: B) }, output: y,
        state: call.states[index], saved: nil, workspace: workspace, isAlone: isAlone)
      x = y.constant
    }
  }

  // MARK: Waves

  /// Runs the layers as a wave of at most `members` members. Returns false, with nothing done, if no
  /// thread is free.
  private func runAsWave(_ call: Call, members wanted: Int, _ workspace: Workspace) -> Bool {
    let pool = call.layers[0].backend.pool
    let team = pool.enter(wanting: wanted)
    defer { pool.leave(team) }
    let members = team.members
    if members < 2 { return false }
    let mark = workspace.arena.mark()
    passed = workspace.arena.take((members - 1) * LayerChain.ring * call.floats)
    while done.count < members { done.append(WaitWord()) }
    while workspaces.count < members { workspaces.append(Workspace()) }
    for word in done { word.set(0) }
    self.call = call
    pool.run(self, team, members: members)
    (self.call, passed) = (nil, nil)
    workspace.arena.release(mark)
    return true
  }

  package func run(member: Int, of members: Int) {
    run(call!, member, of: members, workspaces[member])
    workspaces[member].arena.reset()
  }

  /// Where a member's outputs of a chunk are.
  private func outputs(of member: Int, _ chunk: Int, _ call: Call) -> UnsafeMutablePointer<Float> {
    passed! + (member * LayerChain.ring + chunk % LayerChain.ring) * call.floats
  }

  /// Waits until a member has done so many chunks. Chunks are counted modulo 2^23: no member is further
  /// ahead.
  private func wait(for member: Int, toHaveDone chunks: Int, _ members: Int) {
    if chunks <= 0 { return }
    let wanted = UInt32(truncatingIfNeeded: chunks) << 9
    done[member].wait(
      among: members, until: { Int32(bitPattern: ($0 & ~0x1ff) &- wanted) >= 0 }, unless: { _ in false })
  }
}
