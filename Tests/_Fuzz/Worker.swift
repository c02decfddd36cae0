// A process that reads inputs one after another, and notes where it is: what it dies of is the
// input it was at.

import Foundation
import RecurrentCore

/// What a worker tells while it works, in memory that it shares with whoever watches it.
struct WorkerNotes {
  private let words: UnsafeMutablePointer<Int>

  /// The number of the input that is being read.
  var number: Int {
    get { words[0] }
    nonmutating set { words[0] = newValue }
  }
  /// The worker's processor time when it began with it, and when it began with it by the clock, in
  /// nanoseconds; 0 before it is ready.
  var processorStart: Int {
    get { words[1] }
    nonmutating set { words[1] = newValue }
  }
  var start: Int {
    get { words[2] }
    nonmutating set { words[2] = newValue }
  }
  /// Of all inputs so far: processor time of the slowest, in nanoseconds.
  var slowest: Int {
    get { words[3] }
    nonmutating set { words[3] = newValue }
  }
  /// The most memory, in bytes, that the process has had.
  var memory: Int {
    get { words[4] }
    nonmutating set { words[4] = newValue }
  }

  /// Processor time so far, in nanoseconds, with that of its start.
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

/// Nanoseconds of a clock.
func nanoseconds(_ clock: clockid_t) -> Int {
  var time = timespec()
  clock_gettime(clock, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

enum Worker {
  /// Stops when a valid input is called an invalid file. (Options that follow from an input may not
  /// go with it.)
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

  /// Reads inputs, and stops at what must not happen.
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
        fail("an error that is no RecurrentError: \(type(of: error)): \(error)")
      }
      notes.processorTime = nanoseconds(CLOCK_PROCESS_CPUTIME_ID)
      notes.slowest = max(notes.slowest, notes.processorTime - notes.processorStart)
      var usage = rusage()
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      notes.memory = usage.ru_maxrss * 1024
    }
  }
}
