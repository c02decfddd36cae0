// Stream pools: the bits, the order and the promises of many streams at once.

import CRecurrentAllocationCounter
import Foundation
import Recurrent
import Synchronization
import Testing
import _TestSupport

@Suite struct StreamPoolTests {
  /// Options whose admission depends on nothing measured.
  private static func options(slots: Int = 8, room: Int = 2) -> StreamPool.Options {
    .init(slots: slots, frameInterval: .seconds(60), deadline: .seconds(60), room: room)
  }

  private static func stack(
    _ cell: Cell = .lstm, _ backend: TestBackend = .make("packed", threads: 1), precision: Precision = .float32
  ) -> RecurrentStack {
    RecurrentStack(
      .init(cell: cell, inputSize: 3, hiddenSize: 5, layers: 2), seed: 1, backend: backend.backend,
      precision: precision)
  }

  /// A model whose output is the sum of its stream's frames so far; frames below zero are refused.
  private struct Sums: StreamModel {
    let inputSize = 1
    let outputSize = 1
    func initialStates(slots: Int) -> [Float] { [Float](repeating: 0, count: slots) }
    func restart(_ slot: Int, of states: inout [Float]) { states[slot] = 0 }
    func advance(
      _ slots: Span<Int32>, of states: inout [Float], inputs: Span<Float>, outputs: inout MutableSpan<Float>
    ) {
      for row in slots.indices {
        states[Int(slots[row])] += inputs[row]
        outputs[row] = states[Int(slots[row])]
      }
    }
    func problem(of frame: Span<Float>) -> String? { frame[0] < 0 ? "\(frame[0]) is below 0" : nil }
  }

  /// What callbacks have received.
  private final class Received: Sendable {
    private let values = Locked<[[Float]]>([])
    private let semaphore = DispatchSemaphore(value: 0)

    func add(_ output: Span<Float>) {
      let values = output.indices.map { output[$0] }
      self.values.withLock { $0.append(values) }
      semaphore.signal()
    }
    /// All outputs, once there are so many.
    func wait(for count: Int) -> [[Float]] {
      for _ in 0..<count { semaphore.wait() }
      return all
    }
    var all: [[Float]] { values.withLock { $0 } }
  }

  // MARK: Bits

  /// A stream by itself: `RecurrentStack.step` with a batch of one.
  private struct Alone {
    let stack: RecurrentStack
    var state: RecurrentState
    var output: Tensor
    let workspace = Workspace()

    init(_ stack: RecurrentStack) {
      self.stack = stack
      state = stack.initialState(batch: 1)
      output = Tensor(zeros: [1, stack.outputSize])
    }

    mutating func step(_ frame: [Float]) -> [Float] {
      stack.step(Tensor(frame, shape: [1, frame.count]), state: &state, output: &output, workspace: workspace)
      return output.elements
    }
  }

  /// The frames of the long test: 10^5, or as many as RECURRENT_POOL_FRAMES says.
  private static let frames =
    ProcessInfo.processInfo.environment["RECURRENT_POOL_FRAMES"].flatMap { Int($0) } ?? 100_000

  /// Many tasks open streams, push, pause, finish and close them at random: every output has the bits
  /// that the stream alone gives, in order.
  @Test(arguments: [
    ("packed", Precision.float32, Cell.lstm, 5), ("packed", .int8, .gru(.after), 2), ("packed", .bfloat16, .lstm, 1),
    ("swift", .float32, .elman(.tanh), 1), ("swift", .int8, .lstm, 1),
  ])
  func everyStreamHasTheBitsOfItself(_ name: String, _ precision: Precision, _ cell: Cell, _ parts: Int) async throws {
    let stack = RecurrentStack(
      .init(cell: cell, inputSize: 7, hiddenSize: 19, layers: 2), seed: 3,
      backend: TestBackend.make(name, threads: 2).backend, precision: precision)
    let pool = try StreamPool(stack, StreamPoolTests.options(slots: 40, room: 3))
    let tasks = 32
    let each = StreamPoolTests.frames * parts / 10 / tasks
    let delivered = try await withThrowingTaskGroup(of: Int.self) { group in
      for task in 0..<tasks {
        group.addTask {
          var random = RandomStream(seed: UInt64(task))
          var (pushed, checked) = (0, 0)
          while pushed < each {
            var alone = Alone(stack)
            var expected: [[Float]] = []
            let count = min(Int.random(in: 1...60, using: &random), each - pushed)
            let isSequence = Bool.random(using: &random)
            let received = Received()
            let stream = try isSequence ? pool.open() : pool.open { _, output in received.add(output) }
            var outputs = isSequence ? stream.outputs.makeAsyncIterator() : nil
            var read = 0
            func check() async {
              let output = await outputs?.next()
              #expect(output.map { same($0, expected[read]) } == true)
              read += 1
            }
            for index in 0..<count {
              let frame = (0..<7).map { _ in Float.random(in: -1...1, using: &random) }
              expected.append(alone.step(frame))
              // A sequence has room for the frames that are not read.
              while isSequence, index - read >= 3 { await check() }
              try await stream.push(frame)
              switch Int.random(in: 0..<20, using: &random) {
              case 0: stream.pause()
              case 1: await Task.yield()
              default: break
              }
            }
            pushed += count
            if Int.random(in: 0..<4, using: &random) == 0 {
              // What it has delivered so far are the first outputs.
              stream.close()
              let all = received.all
              #expect(all.count <= count && zip(all, expected).allSatisfy { same($0, $1) })
              checked += all.count + read
              continue
            }
            stream.finish()
            if isSequence {
              while read < count { await check() }
              #expect(await outputs?.next() == nil)
            } else {
              let all = received.wait(for: count)
              #expect(all.count == count && zip(all, expected).allSatisfy { same($0, $1) })
            }
            checked += count
            withExtendedLifetime(stream) {}
          }
          return checked
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(delivered > each * tasks / 3)
    #expect(pool.statistics.streams == 0 && pool.statistics.frames >= delivered)
  }

  /// Two pools at once, of one stack and of another.
  @Test func twoPoolsAtOnce() async throws {
    let stack = StreamPoolTests.stack()
    let pools = [
      try StreamPool(stack, StreamPoolTests.options()), try StreamPool(stack, StreamPoolTests.options()),
    ]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<8 {
        group.addTask {
          let stream = try pools[index % 2].open()
          var alone = Alone(stack)
          var outputs = stream.outputs.makeAsyncIterator()
          for step in 0..<200 {
            let frame = [Float(step), Float(index), 0.5]
            try await stream.push(frame)
            #expect(await outputs.next().map { same($0, alone.step(frame)) } == true)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// A slot's next stream starts from the initial state.
  @Test func aSlotStartsAnew() async throws {
    let pool = try StreamPool(Sums(), StreamPoolTests.options(slots: 1))
    for _ in 0..<5 {
      let stream = try pool.open()
      var outputs = stream.outputs.makeAsyncIterator()
      try await stream.push([2])
      #expect(await outputs.next() == [2])
      try await stream.push([3])
      #expect(await outputs.next() == [5])
      stream.close()
    }
  }

  // MARK: Callbacks

  /// A callback pushes the next frame; nothing is allocated for a frame.
  @Test func callbacksPushAndNothingIsAllocated() async {
    await #expect(processExitsWith: .success) {
      for name in TestBackend.named where name != "openblas" {
        for precision in Precision.allCases {
          let stack = RecurrentStack(
            .init(cell: .lstm, inputSize: 3, hiddenSize: 40, layers: 2), seed: 1,
            backend: TestBackend.make(name, threads: 2).backend, precision: precision)
          let pool = try StreamPool(
            stack, .init(slots: 16, frameInterval: .seconds(60), deadline: .seconds(60), room: 2))
          let (frame, done) = ([0.1, 0.2, 0.3] as [Float], DispatchSemaphore(value: 0))
          final class Shared: Sendable {
            let count = Atomic(0)
            /// Whether all first frames have been pushed, which allocates; and the number of the first
            /// output after that, and after some thousands.
            let isPushed = Atomic(false)
            let first = Atomic(Int.max / 2)
            let before = Atomic(0)
            let after = Atomic(0)
          }
          let shared = Shared()
          let streams = try (0..<16).map { _ in
            try pool.open { stream, output in
              let number = shared.count.add(1, ordering: .relaxed).newValue
              var first = shared.first.load(ordering: .relaxed)
              if number >= 2000, number < first, shared.isPushed.load(ordering: .acquiring) {
                first = number
                shared.first.store(number, ordering: .relaxed)
                shared.before.store(allocation_count(), ordering: .relaxed)
              }
              if number == first + 10_000 {
                shared.after.store(allocation_count(), ordering: .relaxed)
                done.signal()
              }
              if number < first + 10_000 {
                let pushed = try? stream.tryPush(frame)
                if pushed != true { fatalError("a callback has room for the next frame") }
                if number % 7 == 0 { stream.pause() }
              }
            }
          }
          for stream in streams { try await stream.push(frame) }
          shared.isPushed.store(true, ordering: .releasing)
          done.wait()
          let allocations = shared.after.load(ordering: .relaxed) - shared.before.load(ordering: .relaxed)
          #expect(allocations == 0, "\(name) \(precision): \(allocations) allocations")
          withExtendedLifetime(streams) {}
        }
      }
    }
  }

  /// A callback opens and closes streams, its own included, and closes the pool.
  @Test func callbacksOpenAndClose() async throws {
    let pool = try StreamPool(Sums(), StreamPoolTests.options())
    let (inner, received) = (Locked<[StreamPool.Stream]>([]), Received())
    let stream = try pool.open { stream, _ in
      stream.close()
      let other = try! pool.open { stream, output in
        received.add(output)
        pool.close()
      }
      #expect(try! other.tryPush([4]))
      inner.withLock { $0.append(other) }
    }
    try await stream.push([1])
    #expect(received.wait(for: 1) == [[4]])
    pool.close()
    #expect(throws: StreamPoolError.closed) { try pool.open() }
    #expect(stream.isClosed)
  }

  // MARK: Room

  /// A stream on a pool whose thread is kept busy by another stream's callback until `release`.
  private static func blocked(_ pool: StreamPool) async throws -> (
    stream: StreamPool.Stream, release: DispatchSemaphore
  ) {
    let (begun, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let stream = try pool.open { _, _ in
      begun.signal()
      release.wait()
    }
    try await stream.push([0])
    await Task.detached { begun.waitOnThread() }.value
    return (stream, release)
  }

  /// `tryPush` returns false when the stream is full; `push` waits for room; a cancelled task's push
  /// throws, and others go on.
  @Test func pushesWaitForRoom() async throws {
    let pool = try StreamPool(Sums(), StreamPoolTests.options(room: 3))
    let (blocker, release) = try await StreamPoolTests.blocked(pool)
    let received = Received()
    let stream = try pool.open { _, output in received.add(output) }
    for frame in 1...3 { #expect(try stream.tryPush([Float(frame)])) }
    #expect(try !stream.tryPush([100]))
    let cancelled = Task { try await stream.push([1000]) }
    let waiting = Task { try await stream.push([4]) }
    cancelled.cancel()
    await #expect(throws: CancellationError.self) { try await cancelled.value }
    #expect(try !stream.tryPush([100]))
    release.signal()
    try await waiting.value
    #expect(received.wait(for: 4) == [[1], [3], [6], [10]])
    withExtendedLifetime(blocker) {}
  }

  /// A sequence that is not read takes no more frames than it has room for, and keeps them in order.
  @Test func aSlowReaderSlowsThePushes() async throws {
    let pool = try StreamPool(Sums(), StreamPoolTests.options(room: 2))
    let stream = try pool.open()
    let pusher = Task {
      for frame in 1...100 { try await stream.push([Float(frame)]) }
      stream.finish()
    }
    var (sum, count) = (Float(0), 0)
    for await output in stream.outputs {
      count += 1
      sum += Float(count)
      #expect(output == [sum])
    }
    #expect(count == 100)
    try await pusher.value
    await #expect(throws: StreamPoolError.closed) { try await stream.push([1]) }
  }

  /// Outputs that were computed before the end can be read after it.
  @Test func theSequenceEndsAfterItsOutputs() async throws {
    let pool = try StreamPool(Sums(), StreamPoolTests.options(room: 5))
    let stream = try pool.open()
    for frame in 1...5 { try await stream.push([Float(frame)]) }
    stream.finish()
    #expect(stream.isClosed)
    #expect(await stream.outputs.reduce(into: []) { $0.append($1[0]) } == [1, 3, 6, 10, 15])
    #expect(pool.statistics.streams == 0)
  }

  // MARK: Errors

  @Test func framesOfTheWrongSizeAreRefused() async throws {
    let pool = try StreamPool(StreamPoolTests.stack(), StreamPoolTests.options())
    let stream = try pool.open()
    for wrong in [[], [1], [1, 2, 3, 4]] as [[Float]] {
      #expect(throws: StreamPoolError.frameSize(floats: wrong.count, expected: 3)) { try stream.tryPush(wrong) }
      await #expect(throws: StreamPoolError.frameSize(floats: wrong.count, expected: 3)) {
        try await stream.push(wrong)
      }
    }
    let sums = try StreamPool(Sums(), StreamPoolTests.options())
    let other = try sums.open()
    #expect(throws: StreamPoolError.invalidFrame(reason: "-1.0 is below 0")) { try other.tryPush([-1]) }
    #expect("\(StreamPoolError.frameSize(floats: 2, expected: 3))" == "a frame has 2 floats; expected 3")
  }

  /// Frames of no floats, for a stack that has no input.
  @Test func framesOfNoFloats() async throws {
    let stack = RecurrentStack(
      .init(cell: .gru(.after), inputSize: 0, hiddenSize: 6), seed: 2,
      backend: TestBackend.make("packed", threads: 1).backend)
    let pool = try StreamPool(stack, StreamPoolTests.options())
    let stream = try pool.open()
    var (outputs, alone) = (stream.outputs.makeAsyncIterator(), Alone(stack))
    for _ in 0..<3 {
      try await stream.push([])
      #expect(await outputs.next().map { same($0, alone.step([])) } == true)
    }
    #expect(throws: StreamPoolError.frameSize(floats: 1, expected: 0)) { try stream.tryPush([1]) }
  }

  @Test func optionsOutOfRangeAreRefused() {
    for (change, name) in [
      ({ $0.slots = 0 }, "slots"), ({ $0.room = 0 }, "room"), ({ $0.frameInterval = .zero }, "frameInterval"),
      ({ $0.deadline = .seconds(-1) }, "deadline"), ({ $0.maximumLoad = 1.5 }, "maximumLoad"),
      ({ $0.maximumLoad = .nan }, "maximumLoad"),
    ] as [((inout StreamPool.Options) -> Void, String)] {
      var options = StreamPool.Options()
      change(&options)
      let error = #expect(throws: RecurrentError.self) { try StreamPool(Sums(), options) }
      #expect("\(error!)".hasPrefix(name), "\(error!)")
    }
    let both = RecurrentStack(
      .init(cell: .lstm, inputSize: 1, hiddenSize: 2, bidirectional: true),
      backend: TestBackend.make("swift", threads: 1).backend)
    #expect(throws: RecurrentError.self) { try StreamPool(both) }
  }

  /// Beyond the slots, and beyond what the deadline allows, streams are refused; a closed or dropped
  /// one makes room.
  @Test func admission() throws {
    let pool = try StreamPool(Sums(), StreamPoolTests.options(slots: 2))
    let first = try pool.open()
    var second: StreamPool.Stream? = try pool.open { _, _ in }
    #expect(throws: StreamPoolError.noSlot(slots: 2)) { try pool.open() }
    first.close()
    first.close()
    let third = try pool.open()
    #expect(throws: StreamPoolError.noSlot(slots: 2)) { try pool.open() }
    withExtendedLifetime(second) {}
    second = nil
    let fourth = try pool.open { _, _ in }
    #expect(pool.statistics.streams == 2)
    #expect(throws: StreamPoolError.frameInterval(.zero)) { try pool.open(frameInterval: .zero) }
    withExtendedLifetime((third, fourth)) {}

    let busy = try StreamPool(Sums(), .init(frameInterval: .seconds(1), maximumLoad: 1e-12))
    #expect(
      throws: StreamPoolError.tooManyStreams(open: 0, most: 0, frameInterval: .seconds(1), deadline: .seconds(1))
    ) { try busy.open() }
    #expect(busy.statistics.mostStreams == 0)
  }

  // MARK: Ends

  /// A reader that is cancelled, or that leaves its loop, frees the slot.
  @Test func aReaderThatLeavesFreesTheSlot() async throws {
    let pool = try StreamPool(Sums(), StreamPoolTests.options(slots: 1))
    let stream = try pool.open()
    let reader = Task { await stream.outputs.reduce(into: 0) { count, _ in count += 1 } }
    try await stream.push([1])
    reader.cancel()
    _ = await reader.value
    #expect(stream.isClosed && pool.statistics.streams == 0)

    let next = try pool.open()
    try await next.push([1])
    for await _ in next.outputs { break }
    #expect(next.isClosed && pool.statistics.streams == 0)
    await #expect(throws: StreamPoolError.closed) { try await next.push([1]) }
  }

  /// Closing the pool ends sequences and waiting pushes, and so does dropping it; streams outlive it.
  @Test(arguments: [false, true])
  func theEndOfAPoolEndsItsStreams(_ drops: Bool) async throws {
    var pool: StreamPool? = try StreamPool(Sums(), StreamPoolTests.options(room: 1))
    let streams = try (0..<4).map { _ in try pool!.open() }
    let tasks = streams.map { stream in
      Task {
        var count = 0
        do {
          while true {
            try await stream.push([1])
            count += 1
          }
        } catch { #expect(error as? StreamPoolError == .closed) }
        return count
      }
    }
    let readers = streams.map { stream in Task { await stream.outputs.reduce(into: 0) { count, _ in count += 1 } } }
    // Some frames of each, so that all of them are at work.
    while pool!.statistics.frames < 100 { await Task.yield() }
    if drops { pool = nil } else { pool!.close() }
    for (task, reader) in zip(tasks, readers) {
      let (pushed, read) = (await task.value, await reader.value)
      #expect(read <= pushed && pushed <= read + 1)
    }
    #expect(streams.allSatisfy { $0.isClosed })
    #expect(throws: StreamPoolError.closed) { try streams[0].tryPush([1]) }
  }

  /// A pool whose last reference is in a callback ends on its own thread.
  @Test func aPoolEndsInItsCallback() async throws {
    let holder = Locked<StreamPool?>(nil)
    let received = Received()
    var pool: StreamPool? = try StreamPool(Sums(), StreamPoolTests.options())
    let stream = try pool!.open { _, output in
      let last = holder.withLock { held in
        defer { held = nil }
        return held
      }
      _ = consume last
      received.add(output)
    }
    holder.withLock { [pool] in $0 = pool }
    pool = nil
    try await stream.push([6])
    #expect(received.wait(for: 1) == [[6]])
    #expect(stream.isClosed)
  }
}

extension DispatchSemaphore {
  /// Blocks the thread, in a detached task only.
  fileprivate func waitOnThread() { wait() }
}

/// Whether two arrays have the same bits.
private func same(_ a: [Float], _ b: [Float]) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern }
}
