// Stream records: what a pool knows of one stream.

import RecurrentCore
import Synchronization

/// What a pool knows of one stream. All that changes is protected by the pool's lock, and `isDropped`
/// may be read without it.
final class StreamRecord: @unchecked Sendable {
  let slot: Int
  let onOutput: (@Sendable (StreamPool.Stream, Span<Float>) -> Void)?
  /// The stream as its user has it; nil when the last reference is gone.
  weak var stream: StreamPool.Stream?

  /// Frames that have been pushed and not yet delivered.
  var undelivered = 0
  /// The place of the next frame in the slot's ring, of `room` frames.
  var head = 0
  /// Whether a frame is in the batch that runs.
  var isInBatch = false
  /// Whether the slot has the state of an older stream.
  var isNew = true
  /// Whether no more frames are taken; and whether the slot is free again.
  var isFinishing = false
  var hasEnded = false
  /// Whether outputs are no longer delivered.
  let isDropped = Atomic(false)

  /// The outputs of a sequence that are not read yet: a ring of `room` outputs.
  let outputs: AlignedBuffer?
  var firstOutput = 0
  var outputCount = 0

  /// The tasks that wait for room, and for outputs.
  var pushing = Waiters()
  var reading = Waiters()

  init(slot: Int, outputs: AlignedBuffer?, onOutput: (@Sendable (StreamPool.Stream, Span<Float>) -> Void)?) {
    (self.slot, self.outputs, self.onOutput) = (slot, outputs, onOutput)
  }
}

/// Tasks that wait for something, each with a number by which it can be removed.
struct Waiters {
  private var waiting: [(number: UInt64, continuation: UnsafeContinuation<Void, Never>)] = []

  var isEmpty: Bool { waiting.isEmpty }

  mutating func add(_ number: UInt64, _ continuation: UnsafeContinuation<Void, Never>) {
    waiting.append((number, continuation))
  }

  /// Removes one task; nil if it is not among them.
  mutating func remove(_ number: UInt64) -> UnsafeContinuation<Void, Never>? {
    waiting.firstIndex { $0.number == number }.map { waiting.remove(at: $0).continuation }
  }

  /// Moves all tasks to a list of those that go on.
  mutating func move(to list: inout [UnsafeContinuation<Void, Never>]) {
    for (_, continuation) in waiting { list.append(continuation) }
    waiting.removeAll()
  }
}
