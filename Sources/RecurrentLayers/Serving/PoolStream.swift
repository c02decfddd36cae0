// Streams of a pool: frames in, outputs out.

import RecurrentCore

extension StreamPool {
  /// A stream of a pool: its frames go in by `push` or `tryPush`, and their outputs come out in the
  /// same order, to the callback given to `open` or in `outputs`.
  ///
  /// Any thread may push. The stream closes with its last reference, or that of its sequence.
  public final class Stream: Sendable {
    let pool: StreamPoolCore
    let record: StreamRecord

    init(_ pool: StreamPoolCore, _ record: StreamRecord) { (self.pool, self.record) = (pool, record) }

    deinit { pool.close(record) }

    /// Pushes a frame unless the stream has as many undelivered frames as the pool's `room`. Ends a
    /// pause. Does not wait.
    ///
    /// - Parameter frame: the frame [I], which is copied.
    /// - Returns: false if there is no room.
    /// - Throws: `StreamPoolError.frameSize` if the frame has the wrong size; `invalidFrame` if the
    ///   model does not accept its values; `closed` if the stream or its pool is closed or finished.
    public func tryPush(_ frame: Span<Float>) throws(StreamPoolError) -> Bool { try pool.push(frame, to: record) }

    /// Pushes a frame like `tryPush` of a span.
    public func tryPush(_ frame: [Float]) throws(StreamPoolError) -> Bool { try pool.push(frame.span, to: record) }

    /// Pushes a frame; suspends while the stream has as many undelivered frames as the pool's `room`.
    /// Ends a pause.
    ///
    /// - Parameter frame: the frame [I].
    /// - Throws: the errors of `tryPush`; `CancellationError` if the task is cancelled.
    public func push(_ frame: [Float]) async throws {
      try Task.checkCancellation()
      while try !tryPush(frame) {
        await pool.waitForRoom(record)
        try Task.checkCancellation()
      }
    }

    /// From now on, batches do not wait for this stream, which has no frame to push for a while. Its
    /// state and its admission are kept. Frames that it has are computed. The next push ends the pause.
    public func pause() { pool.pause(record) }

    /// Takes no more frames, and closes the stream when all that it has are delivered.
    public func finish() { pool.finish(record) }

    /// Closes the stream and frees its slot. Frames whose output has not been delivered are dropped.
    /// No callback begins after this has returned, except for one that was about to begin on the
    /// pool's thread.
    public func close() { pool.close(record) }

    /// Whether the stream takes no more frames.
    public var isClosed: Bool { pool.isClosed(record) }

    /// The outputs [O] of the frames, in order.
    ///
    /// An output that is not read takes the room of a frame, so that a slow reader slows the pushes.
    /// The sequence ends when the stream or the pool is closed or finished, after the outputs that it
    /// has. Each output is read once, whatever the number of iterators. The end of an iterator, by its
    /// task's cancellation or a `break`, closes the stream.
    ///
    /// Precondition: the stream was opened without a callback.
    public var outputs: Outputs {
      require(record.onOutput == nil, "StreamPool.Stream.outputs: the stream has a callback, which receives them")
      return Outputs(stream: self)
    }
  }

  /// The outputs of a stream.
  public struct Outputs: AsyncSequence, Sendable {
    /// An output [O].
    public typealias Element = [Float]
    /// Nothing is thrown.
    public typealias Failure = Never
    let stream: Stream

    /// Reads the outputs.
    public struct AsyncIterator: AsyncIteratorProtocol {
      /// Closes the stream when the iterator is dropped.
      private final class Reader: Sendable {
        let stream: Stream
        init(_ stream: Stream) { self.stream = stream }
        deinit { stream.close() }
      }
      private let reader: Reader

      init(_ stream: Stream) { reader = Reader(stream) }

      /// The next output; nil when the stream has ended, or the task is cancelled, which closes the
      /// stream.
      public mutating func next() async -> [Float]? { await next(isolation: nil) }

      /// The same on an actor.
      public mutating func next(isolation actor: isolated (any Actor)?) async -> [Float]? {
        let (pool, record) = (reader.stream.pool, reader.stream.record)
        while !Task.isCancelled {
          switch pool.takeOutput(of: record) {
          case .output(let output): return output
          case .end: return nil
          case .none: await pool.waitForOutput(of: record)
          }
        }
        reader.stream.close()
        return nil
      }
    }

    /// Creates an iterator, whose end closes the stream.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream) }
  }
}
