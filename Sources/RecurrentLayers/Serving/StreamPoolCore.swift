// The core of a stream pool: slots, waiting frames, and the thread that runs batches.

import RecurrentCore
import Synchronization

/// The shared state of a pool, its streams and its thread.
///
/// One lock protects all that callers and the thread share. No callback, no batch and no destruction
/// of a user's value happens while it is held.
final class StreamPoolCore: Sendable {
  private let inputSize, outputSize, room, slots: Int
  private let deadline: Duration
  private let problem: @Sendable (Span<Float>) -> String?
  private let shared: Locked<Shared>
  private let alarm = Alarm()
  private let batch: Batch

  /// What the lock protects.
  private struct Shared {
    var policy: BatchPolicy
    /// The streams by slot, and the free slots.
    var records: [StreamRecord?]
    var free: [Int32]
    /// The waiting frames of each slot, a ring: [slots, room, I].
    let frames: AlignedBuffer
    var isClosed = false
    /// When the thread wakes; 0 while it is awake.
    var wakes: UInt64 = 0
    var frameCount = 0
    var batchCount = 0
    var taskNumber: UInt64 = 0
    /// Tasks that go on once the lock is released.
    var resumed: [UnsafeContinuation<Void, Never>] = []
  }

  /// The memory of a batch, which belongs to the pool's thread.
  private final class Batch: @unchecked Sendable {
    let runner: any StreamRunner
    /// [most, I] and [most, O].
    let inputs, outputs: AlignedBuffer
    var slots: [Int32] = []
    /// The streams of the rows.
    var records: [StreamRecord] = []
    /// The rows' streams as their users have them, for callbacks; nil for other rows.
    var receivers: [StreamPool.Stream?] = []

    init(_ runner: any StreamRunner, rows: Int, inputs: AlignedBuffer, outputs: AlignedBuffer) {
      (self.runner, self.inputs, self.outputs) = (runner, inputs, outputs)
      slots.reserveCapacity(rows)
      records.reserveCapacity(rows)
      receivers.reserveCapacity(rows)
    }
  }

  /// The greatest number of rows, and of floats, of a batch.
  private static let mostRows = 2048
  private static let mostFloats = 1 << 24

  init(_ model: some StreamModel, _ options: StreamPool.Options) throws(RecurrentError) {
    let (I, O, S, R) = (model.inputSize, model.outputSize, options.slots, options.room)
    (inputSize, outputSize, slots, room, deadline) = (I, O, S, R, options.promised)
    problem = { model.problem(of: $0) }
    let most = max(1, min(S, StreamPoolCore.mostRows, StreamPoolCore.mostFloats / max(1, I + O)))
    let (perSlot, overflow) = R.multipliedReportingOverflow(by: 4 * I + 32)
    let (ofSlots, isMore) = perSlot.multipliedReportingOverflow(by: S)
    try MemoryLimits.current().check(
      overflow || isMore ? .max : ofSlots + most * 4 * (I + O), for: "a pool of \(S) streams",
      advice: "fewer slots and less room take less")
    let runner = try ModelRunner(model, slots: S)
    let (inputs, outputs) = (AlignedBuffer(count: most * I), AlignedBuffer(count: most * O))
    inputs.base.update(repeating: 0, count: most * I)
    let promised = options.promised.nanoseconds
    let times = runner.measure(
      slots: S, most: most, limit: promised / 2, inputs: UnsafeBufferPointer(start: inputs.base, count: most * I),
      outputs: UnsafeMutableBufferPointer(start: outputs.base, count: most * O))
    // Larger batches than the measured ones have costs in proportion, and serve a pool that has fallen
    // behind.
    let rows = min(most, BatchPolicy.mostGrowth * times.rows.last!)
    let policy = BatchPolicy(
      slots: S, room: R, most: rows, deadline: UInt64(promised), maximumLoad: options.maximumLoad, times: times)
    batch = Batch(runner, rows: rows, inputs: inputs, outputs: outputs)
    shared = Locked(
      Shared(
        policy: policy, records: [StreamRecord?](repeating: nil, count: S),
        // The first stream gets slot 0.
        free: (0..<Int32(S)).reversed(), frames: AlignedBuffer(count: S * R * I)))
  }

  /// Calls `body` with the lock held, then rings the thread and resumes the tasks that it asks for.
  private func update<Result, Failure: Error>(_ body: (inout Shared) throws(Failure) -> Result) throws(Failure)
    -> Result
  {
    var resumed: [UnsafeContinuation<Void, Never>] = []
    var rings = false
    let result = shared.withLock { shared -> Swift.Result<Result, Failure> in
      let result: Swift.Result<Result, Failure>
      do throws(Failure) { result = .success(try body(&shared)) } catch { result = .failure(error) }
      if let start = shared.policy.start, start < shared.wakes {
        shared.wakes = start
        rings = true
      }
      if !shared.resumed.isEmpty { swap(&resumed, &shared.resumed) }
      return result
    }
    if rings { alarm.ring() }
    for continuation in resumed { continuation.resume() }
    return try result.get()
  }

  // MARK: Streams

  func open(
    _ interval: Duration, onOutput: (@Sendable (StreamPool.Stream, Span<Float>) -> Void)?
  ) throws(StreamPoolError) -> StreamPool.Stream {
    let nanoseconds = interval.nanoseconds
    guard nanoseconds > 0 else { throw .frameInterval(interval) }
    let outputs = onOutput == nil ? AlignedBuffer(count: room * outputSize) : nil
    let record = try update { shared throws(StreamPoolError) -> StreamRecord in
      if shared.isClosed { throw .closed }
      guard let slot = shared.free.last else { throw .noSlot(slots: slots) }
      if let most = shared.policy.refusal(interval: nanoseconds) {
        throw .tooManyStreams(
          open: shared.policy.streams, most: most, frameInterval: interval, deadline: deadline)
      }
      shared.free.removeLast()
      shared.policy.open(Int(slot), interval: nanoseconds)
      let record = StreamRecord(slot: Int(slot), outputs: outputs, onOutput: onOutput)
      shared.records[Int(slot)] = record
      return record
    }
    let stream = StreamPool.Stream(self, record)
    shared.withLock { _ in record.stream = stream }
    return stream
  }

  /// Frees the slot of a stream, if it has one, and lets its waiting tasks go on. Returns the record,
  /// for its last reference to be dropped without the lock.
  @discardableResult
  private func end(_ record: StreamRecord, _ shared: inout Shared) -> StreamRecord? {
    record.isFinishing = true
    record.pushing.move(to: &shared.resumed)
    record.reading.move(to: &shared.resumed)
    if record.hasEnded { return nil }
    record.hasEnded = true
    shared.policy.close(record.slot)
    shared.free.append(Int32(record.slot))
    defer { shared.records[record.slot] = nil }
    return shared.records[record.slot]
  }

  func close(_ record: StreamRecord) {
    record.isDropped.store(true, ordering: .releasing)
    _ = update { end(record, &$0) }
  }

  func finish(_ record: StreamRecord) {
    _ = update { shared -> StreamRecord? in
      if record.isFinishing { return nil }
      record.isFinishing = true
      if shared.policy.frames(record.slot) == 0, !record.isInBatch { return end(record, &shared) }
      record.pushing.move(to: &shared.resumed)
      shared.policy.pause(record.slot)
      return nil
    }
  }

  func pause(_ record: StreamRecord) {
    update { shared in if !record.isFinishing { shared.policy.pause(record.slot) } }
  }

  func isClosed(_ record: StreamRecord) -> Bool { shared.withLock { _ in record.isFinishing } }

  func close() {
    let ended = update { shared -> [StreamRecord] in
      shared.isClosed = true
      let ended = shared.records.compactMap { $0 }
      for record in ended {
        record.isDropped.store(true, ordering: .releasing)
        end(record, &shared)
      }
      return ended
    }
    _ = consume ended
    alarm.ring()
  }

  func statistics(_ options: StreamPool.Options) -> StreamPool.Statistics {
    shared.withLock { shared in
      let policy = shared.policy
      return StreamPool.Statistics(
        streams: policy.streams, frames: shared.frameCount, batches: shared.batchCount,
        mostStreams: min(slots, policy.most(interval: options.frameInterval.nanoseconds)),
        batchTimes: zip(policy.times.rows, policy.times.nanoseconds).map { ($0, $1 / 1000) })
    }
  }

  // MARK: Frames

  func push(_ frame: Span<Float>, to record: StreamRecord) throws(StreamPoolError) -> Bool {
    guard frame.count == inputSize else { throw .frameSize(floats: frame.count, expected: inputSize) }
    if let reason = problem(frame) { throw .invalidFrame(reason: reason) }
    return try update { shared throws(StreamPoolError) -> Bool in
      if record.isFinishing { throw .closed }
      if record.undelivered == room { return false }
      let place = (record.head + shared.policy.frames(record.slot)) % room
      let target = shared.frames.base + (record.slot * room + place) * inputSize
      frame.withUnsafeBufferPointer { if let base = $0.baseAddress { target.update(from: base, count: inputSize) } }
      record.undelivered += 1
      shared.policy.resume(record.slot)
      shared.policy.push(record.slot, at: Clock.now)
      return true
    }
  }

  /// Waits until the stream has room, takes no more frames, or the task is cancelled.
  func waitForRoom(_ record: StreamRecord) async {
    await wait(\.pushing, of: record) { $0.undelivered < self.room || $0.isFinishing }
  }

  /// Waits until the stream has an output, will have none any more, or the task is cancelled.
  func waitForOutput(of record: StreamRecord) async {
    await wait(\.reading, of: record) { $0.outputCount > 0 || $0.hasEnded }
  }

  private func wait(
    _ list: ReferenceWritableKeyPath<StreamRecord, Waiters> & Sendable, of record: StreamRecord,
    until isOver: @Sendable (StreamRecord) -> Bool
  ) async {
    let number = shared.withLock { shared in
      shared.taskNumber += 1
      return shared.taskNumber
    }
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let waits = shared.withLock { _ in
          // A task that is cancelled from here on finds itself in the list.
          if isOver(record) || Task.isCancelled { return false }
          record[keyPath: list].add(number, continuation)
          return true
        }
        if !waits { continuation.resume() }
      }
    } onCancel: {
      shared.withLock { _ in record[keyPath: list].remove(number) }?.resume()
    }
  }

  /// What `takeOutput` finds.
  enum Output {
    case output([Float])
    /// There is none yet.
    case none
    /// There will be none any more.
    case end
  }

  /// Takes the oldest output of a sequence.
  func takeOutput(of record: StreamRecord) -> Output {
    update { shared in
      if record.outputCount == 0 { return record.hasEnded ? .end : .none }
      let first = record.outputs!.base + record.firstOutput * outputSize
      let output = [Float](UnsafeBufferPointer(start: first, count: outputSize))
      record.firstOutput = (record.firstOutput + 1) % room
      record.outputCount -= 1
      record.undelivered -= 1
      record.pushing.move(to: &shared.resumed)
      return .output(output)
    }
  }

  // MARK: The pool's thread

  private enum Step {
    case run
    case sleep(until: UInt64?)
    case end
  }

  /// The loop of the pool's thread: runs batches, and sleeps until the next one starts.
  func dispatch() {
    Alarm.wakeOnTime()
    while true {
      let begin = Clock.now
      switch shared.withLock({ self.next(&$0, at: begin) }) {
      case .end: return
      case .sleep(let end): alarm.sleep(until: end)
      case .run:
        run()
        deliver()
        shared.withLock { $0.policy.record(Double(Clock.now - begin), rows: batch.slots.count) }
      }
    }
  }

  /// What the thread does now. Gathers the frames of a batch.
  private func next(_ shared: inout Shared, at now: UInt64) -> Step {
    if shared.isClosed { return .end }
    guard let start = shared.policy.start else {
      shared.wakes = .max
      return .sleep(until: nil)
    }
    if start > now {
      shared.wakes = start
      return .sleep(until: start)
    }
    shared.wakes = 0
    shared.policy.take()
    batch.slots.removeAll(keepingCapacity: true)
    for (row, slot) in shared.policy.batch.enumerated() {
      let record = shared.records[Int(slot)]!
      let frame = shared.frames.base + (record.slot * room + record.head) * inputSize
      (batch.inputs.base + row * inputSize).update(from: frame, count: inputSize)
      record.head = (record.head + 1) % room
      record.isInBatch = true
      if record.isNew {
        record.isNew = false
        batch.runner.restart(record.slot)
      }
      batch.slots.append(slot)
      batch.records.append(record)
    }
    return .run
  }

  /// Computes the outputs of the batch.
  private func run() {
    let n = batch.slots.count
    batch.slots.withUnsafeBufferPointer {
      batch.runner.advance(
        $0, inputs: UnsafeBufferPointer(start: batch.inputs.base, count: n * inputSize),
        outputs: UnsafeMutableBufferPointer(start: batch.outputs.base, count: n * outputSize))
    }
  }

  /// Delivers the outputs of the batch: to sequences, then to callbacks.
  private func deliver() {
    update { shared in
      shared.frameCount += batch.slots.count
      shared.batchCount += 1
      for (row, record) in batch.records.enumerated() {
        record.isInBatch = false
        var receiver: StreamPool.Stream?
        if !record.isDropped.load(ordering: .acquiring) {
          if let outputs = record.outputs {
            let place = (record.firstOutput + record.outputCount) % room
            (outputs.base + place * outputSize).update(from: batch.outputs.base + row * outputSize, count: outputSize)
            record.outputCount += 1
          } else {
            record.undelivered -= 1
            record.pushing.move(to: &shared.resumed)
            receiver = record.stream
          }
          if record.isFinishing, !record.hasEnded, shared.policy.frames(record.slot) == 0 { end(record, &shared) }
          record.reading.move(to: &shared.resumed)
        }
        batch.receivers.append(receiver)
      }
    }
    for row in batch.receivers.indices {
      let record = batch.records[row]
      guard let stream = batch.receivers[row], let onOutput = record.onOutput else { continue }
      batch.receivers[row] = nil
      if record.isDropped.load(ordering: .acquiring) { continue }
      let output = UnsafeBufferPointer(start: batch.outputs.base + row * outputSize, count: outputSize)
      onOutput(stream, output.span)
    }
    batch.receivers.removeAll(keepingCapacity: true)
    // The last references of closed streams, and of what their callbacks hold.
    batch.records.removeAll(keepingCapacity: true)
  }
}
