// Worker: a process that reads inputs in order and records the current one, so that a crash
// identifies its input.

import Foundation
import RecurrentCore

/// The state of a worker, in memory that it shares with the supervisor.
struct WorkerNotes {
  private let words: UnsafeMutablePointer<Int>

  /// The number of the current input.
  var number: Int {
    get { words[0] }
    nonmutating set { words[0] = newValue }
  }
  /// The worker's processor time at the start of the current input, and the monotonic clock, in
  /// nanoseconds; 0 before the first input.
  var processorStart: Int {
    get { words[1] }
    nonmutating set { words[1] = newValue }
  }
  var start: Int {
    get { words[2] }
    nonmutating set { words[2] = newValue }
  }
  /// The processor time of the slowest input so far, in nanoseconds.
  var slowest: Int {
    get { words[3] }
    nonmutating set { words[3] = newValue }
  }
  /// The maximum memory of the process, in bytes.
  var memory: Int {
    get { words[4] }
    nonmutating set { words[4] = newValue }
  }

  /// The processor time so far, including the start, in nanoseconds.
  var processorTime: Int {
    get { words[5] }
    nonmutating set { words[5] = newValue }
  }

  init(file: String) throws {
    let descriptor = open(file, O_RDWR | O_CREAT, 0o600)
    guard descriptor >= 0, ftruncate(descriptor, 4096) == 0,
      let memory = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
    else { throw FuzzError(description: "\(file): \(String(cString: strerror(errno)))") }
    close(descriptor)
    words = memory.bindMemory(to: Int.self, capacity: 512)
  }

  func end() { munmap(words, 4096) }
}

struct FuzzError: Error, CustomStringConvertible { let description: String }

/// The time of a clock, in nanoseconds.
func nanoseconds(_ clock: clockid_t) -> Int {
  var time = timespec()
  clock_gettime(clock, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

enum Worker {
  /// Fails if a valid input is refused as an invalid file. Other errors are allowed, since options
  /// derived from an input may not fit it.
  static func check(_ target: FuzzTarget, _ inputs: [[UInt8]], folder: String) throws {
    let read = try target.reader(folder)
    for (place, input) in inputs.enumerated() {
      do {
        try read(Data(input))
      } catch RecurrentError.invalidFile(_, let reason) {
        fail("valid input \(place) of \(target.name) is refused: \(reason)")
      } catch is RecurrentError {}
    }
  }

  /// Reads inputs, and fails at any error that is not a `RecurrentError`.
  static func run(_ target: FuzzTarget, numbers: Range<Int>, folder: String, input: (Int) throws -> Data) throws {
    let notes = try WorkerNotes(file: folder + "/notes")
    let read = try target.reader(folder)
    for number in numbers {
      let input = try input(number)
      (notes.number, notes.processorStart, notes.start) = (
        number, nanoseconds(CLOCK_PROCESS_CPUTIME_ID), nanoseconds(CLOCK_MONOTONIC)
      )
      do {
        try read(input)
      } catch let error as RecurrentError {
        _ = error.description
      } catch {
        fail("an error other than RecurrentError: \(type(of: error)): \(error)")
      }
      notes.processorTime = nanoseconds(CLOCK_PROCESS_CPUTIME_ID)
      notes.slowest = max(notes.slowest, notes.processorTime - notes.processorStart)
      var usage = rusage()
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      notes.memory = usage.ru_maxrss * 1024
    }
  }
}
