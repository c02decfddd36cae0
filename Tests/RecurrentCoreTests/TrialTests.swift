// Trials: which way is used, and how often the other is.

import Testing

@testable import RecurrentCore

@Suite struct TrialTests {
  /// Makes calls that take the times that the caller alone and a team would take. Returns how many of
  /// them were the caller's alone.
  private static func run(
    _ trial: inout Trial, calls: Int, alone: Double, together: Double, noise: (Int) -> Double = { _ in 1 }
  ) -> Int {
    (0..<calls).count { call in
      let isAlone = trial.usesSecond
      trial.record((isAlone ? alone : together) * noise(call), second: isAlone)
      return isAlone
    }
  }

  @Test func theFasterWayIsUsed() {
    var near = Trial()
    #expect(!near.usesSecond)
    #expect(TrialTests.run(&near, calls: 10_000, alone: 120, together: 100) < 60)
    var far = Trial()
    #expect(TrialTests.run(&far, calls: 10_000, alone: 120, together: 180) > 9_940)
  }

  /// When cores move apart or together, the usual way follows within some hundreds of calls, however
  /// long it has been the same.
  @Test func aChangeIsFollowed() {
    var trial = Trial()
    _ = TrialTests.run(&trial, calls: 100_000, alone: 120, together: 100)
    _ = TrialTests.run(&trial, calls: 5_000, alone: 120, together: 180)
    #expect(TrialTests.run(&trial, calls: 1_000, alone: 120, together: 180) > 950)
    _ = TrialTests.run(&trial, calls: 5_000, alone: 120, together: 100)
    #expect(TrialTests.run(&trial, calls: 1_000, alone: 120, together: 100) < 50)
  }

  /// Calls that are interrupted change nothing, in a trial or between two.
  @Test func interruptionsDoNotMislead() {
    var trial = Trial()
    let alone = TrialTests.run(&trial, calls: 20_000, alone: 120, together: 100) { $0 % 7 == 0 ? 30 : 1 }
    #expect(alone < 100)
  }

  /// A team that was not free, so that the caller was alone, says nothing of the team.
  @Test func aBusyTeamSaysNothing() {
    var trial = Trial()
    for _ in 0..<1000 { trial.record(10, second: true) }
    #expect(!trial.usesSecond)
    #expect(TrialTests.run(&trial, calls: 1_000, alone: 120, together: 100) < 20)
  }
}
