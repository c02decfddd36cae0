// Stream pools: many independent streams through one recurrent model, in batches.

import RecurrentCore

/// Thousands of independent streams through one recurrent model.
///
/// Each stream pushes a frame now and then, and receives the output of each frame in order. The pool
/// runs the frames of different streams together, as one batch, which reads the weights once.
/// Streams open, pause and close at any time. Their states stay in slots of memory that is allocated
/// when the pool is created.
///
/// ```swift
/// let pool = try StreamPool(stack, .init(slots: 500, frameInterval: .milliseconds(10)))
/// let stream = try pool.open()
/// try await stream.push(frame)
/// for await output in stream.outputs { ... }
/// ```
///
/// When a batch starts:
/// - As soon as enough frames wait: the fewest that let the pool rest half of the time. At a load
///   where that is not possible, those beyond which larger batches save little.
/// - When every open stream that is not paused has a frame.
/// - When the slack of a frame ends: its deadline, less the measured time of a batch up to it. A batch
///   never starts later than that unless the one before it still runs, or the thread gets no core.
///
/// The oldest frames go first. The time of a batch by its number of rows is measured when the pool is
/// created, which takes some milliseconds, and adjusted by every batch.
///
/// On the `packed` and `swift` backends, an output has the bits that the stream alone would give,
/// whatever else the pool runs. So it has on the `openblas` backend below float32; in float32,
/// OpenBLAS has other kernels for other numbers of rows, which differ in the last bits.
///
/// A pool has one thread of its own, which sleeps while there is nothing to do. Batches run on the
/// threads of the model's backend. With callbacks, nothing is allocated for a frame.
public final class StreamPool: Sendable {
  /// The sizes of a pool, and what its streams are promised.
  public struct Options: Sendable, Equatable {
    /// The greatest number of open streams. Their memory is allocated when the pool is created.
    public var slots: Int
    /// The time between two frames of a stream, by which streams are admitted.
    public var frameInterval: Duration
    /// The greatest time from the push of a frame to its output that admitted streams are promised,
    /// while they push no faster than their interval; nil for `frameInterval`.
    public var deadline: Duration?
    /// The greatest number of frames of a stream that have been pushed and not yet delivered.
    public var room: Int
    /// The greatest part of the time that admitted streams may keep the pool computing. The rest is for
    /// copies, pushes, callbacks, and other programs on the same cores.
    public var maximumLoad: Double

    /// Creates options. The defaults are for 10 ms frames.
    public init(
      slots: Int = 1024, frameInterval: Duration = .milliseconds(10), deadline: Duration? = nil, room: Int = 2,
      maximumLoad: Double = 0.45
    ) {
      (self.slots, self.frameInterval, self.deadline) = (slots, frameInterval, deadline)
      (self.room, self.maximumLoad) = (room, maximumLoad)
    }
  }

  /// What a pool has done, and what it can do.
  public struct Statistics: Sendable, Equatable {
    /// The open streams.
    public let streams: Int
    /// The frames computed, and the batches that they were in.
    public let frames, batches: Int
    /// The greatest number of streams, open ones included, that are admitted with the pool's
    /// `frameInterval`, by the times measured so far.
    public let mostStreams: Int
    /// Numbers of rows, and the measured microseconds of a batch of each.
    public let batchTimes: [(rows: Int, microseconds: Double)]

    /// Whether all figures are the same.
    public static func == (a: Statistics, b: Statistics) -> Bool {
      a.streams == b.streams && a.frames == b.frames && a.batches == b.batches && a.mostStreams == b.mostStreams
        && a.batchTimes.elementsEqual(b.batchTimes, by: ==)
    }
  }

  /// The options that the pool was created with.
  public let options: Options
  private let core: StreamPoolCore
  private let thread: DedicatedThread
  private let isClosed = Locked(false)

  /// Creates a pool, and measures how long batches take.
  ///
  /// - Parameters:
  ///   - model: the model, for example a `RecurrentStack` of one direction.
  ///   - options: the sizes of the pool, and what its streams are promised.
  /// - Throws: `RecurrentError.invalidOption` if an option is out of range, the model cannot run
  ///   streams, or the system refuses a thread; `insufficientMemory` if the streams need more memory
  ///   than is left.
  public init(_ model: some StreamModel, _ options: Options = Options()) throws(RecurrentError) {
    try options.check()
    self.options = options
    let core = try StreamPoolCore(model, options)
    self.core = core
    do throws(DedicatedThread.Refusal) { thread = try DedicatedThread { core.dispatch() } } catch {
      throw .invalidOption(
        name: "StreamPool", value: "a thread", expected: "one, which the system refused: \(error.reason)")
    }
  }

  deinit { close() }

  /// Opens a stream with an initial state, whose outputs are a sequence: `Stream.outputs`.
  ///
  /// - Parameter frameInterval: the time between two frames of the stream; nil for that of the pool.
  /// - Returns: the stream, which closes with its last reference.
  /// - Throws: `StreamPoolError.noSlot` if all slots are in use; `tooManyStreams` if not all frames
  ///   would be computed by their deadline, should they come at once, or the pool would be busy for
  ///   more than `maximumLoad` of the time, by the measured times of batches; `closed` if the pool is
  ///   closed; `frameInterval` if the interval is not positive.
  public func open(frameInterval: Duration? = nil) throws(StreamPoolError) -> Stream {
    try core.open(frameInterval ?? options.frameInterval, onOutput: nil)
  }

  /// Opens a stream with an initial state, whose outputs go to a callback.
  ///
  /// The callback runs on the pool's thread, after the batch and with no lock held, and receives the
  /// stream and the output [O] of one frame. It may push the next frame (`tryPush`), and open, pause or
  /// close streams. While it runs, no batch starts: it must not wait.
  ///
  /// - Parameters:
  ///   - frameInterval: the time between two frames of the stream; nil for that of the pool.
  ///   - onOutput: receives each output. A callback that captures the stream keeps it open.
  /// - Returns: the stream, which closes with its last reference.
  /// - Throws: as `open(frameInterval:)`.
  public func open(
    frameInterval: Duration? = nil, onOutput: @escaping @Sendable (_ stream: Stream, _ output: Span<Float>) -> Void
  ) throws(StreamPoolError) -> Stream {
    try core.open(frameInterval ?? options.frameInterval, onOutput: onOutput)
  }

  /// Closes all streams, ends their sequences, and ends the pool's thread. So does dropping the pool.
  ///
  /// Frames whose output has not been delivered are dropped; what is in a sequence already can still be
  /// read. Returns when no callback runs any more, unless called by one.
  public func close() {
    let isFirst = isClosed.withLock { closed in
      defer { closed = true }
      return !closed
    }
    guard isFirst else { return }
    core.close()
    thread.join()
  }

  /// What the pool has done, and what it can do.
  public var statistics: Statistics { core.statistics(options) }
}

extension StreamPool.Options {
  /// The deadline that holds.
  var promised: Duration { deadline ?? frameInterval }

  /// The greatest number of slots, and of frames of a stream.
  private static let mostSlots = 1 << 24
  private static let mostRoom = 1 << 16

  /// Throws if an option is out of range.
  fileprivate func check() throws(RecurrentError) {
    func require(_ holds: Bool, _ name: String, _ value: String, _ expected: String) throws(RecurrentError) {
      if !holds { throw .invalidOption(name: name, value: value, expected: expected) }
    }
    let hour = Duration.seconds(3600)
    try require(1...Self.mostSlots ~= slots, "slots", "\(slots)", "1 to \(Self.mostSlots)")
    try require(1...Self.mostRoom ~= room, "room", "\(room)", "1 to \(Self.mostRoom)")
    try require(
      frameInterval >= .microseconds(1) && frameInterval <= hour, "frameInterval", "\(frameInterval)",
      "a microsecond to an hour")
    try require(
      promised >= .microseconds(1) && promised <= hour, "deadline", "\(promised)", "a microsecond to an hour")
    try require(maximumLoad > 0 && maximumLoad <= 1, "maximumLoad", "\(maximumLoad)", "a fraction above 0, at most 1")
  }
}

extension Duration {
  /// The nanoseconds of a duration of at most some years.
  var nanoseconds: Double { Double(components.seconds) * 1e9 + Double(components.attoseconds) * 1e-9 }
}
