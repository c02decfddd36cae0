// Tests of runs that are killed and resumed, in processes of `_ResumableRun`.

import Foundation
import Testing
import _TestSupport

@Suite(.serialized) struct ResumeTests {
  static let epochs = 3

  /// A run that resumes from `checkpoint`, or begins; `until` may end it.
  static func run(
    _ checkpoint: String, _ more: [String] = [], environment: [String: String] = [:], until: ((Process) -> Void)? = nil
  ) throws -> ProgramResult {
    try runProduct("_ResumableRun", [checkpoint, String(epochs)] + more, environment: environment, whileRunning: until)
  }

  /// The digest of an uninterrupted run.
  static let undisturbed = Result { () throws -> String in
    var digest = ""
    try TrainerTests.withFolder { digest = try run($0 + "/model.safetensors").output }
    return digest
  }

  /// A run killed at random times, in training or saving, and restarted until it ends has the same
  /// bits. `RECURRENT_KILLS` is the number of kills.
  @Test func killedRunsEndWithTheSameBits() throws {
    let expected = try ResumeTests.undisturbed.get()
    #expect(expected.count > 10)
    let wanted = ProcessInfo.processInfo.environment["RECURRENT_KILLS"].flatMap(Int.init) ?? 12
    var kills = 0
    while kills < wanted {
      try TrainerTests.withFolder { folder in
        var result: ProgramResult
        var attempts: UInt32 = 0
        repeat {
          // Ever longer waits, so that every run comes to its end even on a busy machine.
          attempts += 1
          let wait = UInt32.random(in: 5_000...100_000 + 20_000 * attempts)
          result = try ResumeTests.run(folder + "/model.safetensors") { process in
            usleep(wait)
            kill(process.processIdentifier, SIGKILL)
          }
          if result.status == SIGKILL { kills += 1 }
        } while result.status == SIGKILL
        #expect(
          result.status == 0 && result.output == expected, "after \(kills) kills: \(result.output)\(result.errors)")
        // Temporary files of killed writers are removed.
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(files == ["model.last.safetensors", "model.safetensors"])
      }
    }
  }

  /// Ctrl-C within an epoch or its evaluation saves, prints a message, and can be resumed.
  @Test(arguments: ["50", "evaluation"]) func interruptedRunsAreSavedAndResumed(_ place: String) throws {
    let expected = try ResumeTests.undisturbed.get()
    try TrainerTests.withFolder { folder in
      let path = folder + "/model.safetensors"
      let first = try ResumeTests.run(path, [place])
      #expect(first.status == 0 && first.output == "interrupted\n")
      #expect(
        first.errors.contains("Interrupted in epoch ")
          && first.errors.contains("saved to \(folder)/model.last.safetensors, from where it can be resumed"))
      let second = try ResumeTests.run(path)
      #expect(
        second.output == expected && second.errors.contains("Resumed from \(folder)/model.last.safetensors at epoch "))
    }
  }

  /// With several runs in a process, all see a signal, the last one restores the handlers, and a
  /// later second signal ends the process.
  @Test func overlappingRunsShareSignals() throws {
    let result = try runProduct("_ResumableRun", ["signals"])
    #expect(
      result.output.split(separator: "\n") == [
        "both see 2 2, host 0", "the second sees 2, host 0", "nobody watches, host 1", "blocked false true, host 1",
        "noted 2, host 1",
      ])
    #expect(result.status == SIGINT)
  }

  /// The number of threads does not change the result.
  @Test func threadsGiveTheSameBits() throws {
    for backend in ["packed", "swift"] {
      let digests = try ["1", "2", "3"].map { threads in
        var digest = ""
        try TrainerTests.withFolder {
          digest = try ResumeTests.run(
            $0 + "/m.safetensors", environment: ["RECURRENT_THREADS": threads, "RECURRENT_BACKEND": backend]
          ).output
        }
        return digest
      }
      #expect(Set(digests).count == 1 && digests[0].count > 10, "\(backend): \(digests)")
    }
  }
}
