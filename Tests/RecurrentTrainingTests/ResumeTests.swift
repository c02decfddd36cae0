// Runs that are killed: what `_ResumableRun` does, in processes of their own.

import Foundation
import Testing
import _TestSupport

@Suite(.serialized) struct ResumeTests {
  static let epochs = 3

  /// A run that goes on from `checkpoint`, or its beginning; `until` may end it.
  static func run(
    _ checkpoint: String, _ more: [String] = [], environment: [String: String] = [:], until: ((Process) -> Void)? = nil
  ) throws -> ProgramResult {
    try runProduct("_ResumableRun", [checkpoint, String(epochs)] + more, environment: environment, whileRunning: until)
  }

  /// The digest of a run that nobody disturbs.
  static let undisturbed = Result { () throws -> String in
    var digest = ""
    try TrainerTests.withFolder { digest = try run($0 + "/model.safetensors").output }
    return digest
  }

  /// Killed at random moments, while it trains or saves, and started again until it ends: the same
  /// bits. `RECURRENT_KILLS` sets how often.
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
        // What killed writers left behind is gone.
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(files == ["model.last.safetensors", "model.safetensors"])
      }
    }
  }

  /// Ctrl-C, in the middle of an epoch or of its evaluation: saved, said, and resumed.
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

  /// However many runs of a process watch at once: all see a signal, the last one gives the
  /// handlers back, and the second signal ends the process.
  @Test func overlappingRunsShareSignals() throws {
    let result = try runProduct("_ResumableRun", ["signals"])
    #expect(
      result.output.split(separator: "\n") == [
        "both see 2 2, host 0", "the second sees 2, host 0", "nobody watches, host 1", "blocked false true, host 1",
        "noted 2, host 1",
      ])
    #expect(result.status == SIGINT)
  }

  /// The number of threads makes no difference.
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
