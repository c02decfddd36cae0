// Tests of learning-rate schedules against PyTorch's.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct ScheduleTests {
  /// By the names of the fixture's cases, where their options are.
  static let schedules: [String: Schedule] = [
    "step": .step(every: 7, gamma: 0.5),
    "exponential": .exponential(gamma: 0.9),
    "cosine": .cosine(over: 50, minimum: 0.05),
    "warm-up-cosine": .warmUp(over: 8, from: 0.25, then: .cosine(over: 42)),
  ]
  static let plateaus = ["plateau", "plateau-nan-first"]

  /// 1e-7, half of the last place of numbers in 0.5...1: factors are computed in Double.
  @Test func factorsFollowPyTorch() throws {
    let fixture = try TrainingFixture("schedules")
    #expect(fixture.cases == Set(ScheduleTests.schedules.keys).union(ScheduleTests.plateaus))
    for (name, schedule) in ScheduleTests.schedules {
      let expected = try fixture.tensor(name + ".rates")
      let factors = Tensor((0..<expected.count).map { schedule.factor(at: $0) })
      #expect(deviation(factors, expected) < 1e-7, "\(name)")
    }
  }

  @Test(arguments: plateaus) func aPlateauLowersTheRateWhenPyTorchDoes(_ name: String) throws {
    let fixture = try TrainingFixture("schedules")
    let (metrics, expected) = (try fixture.tensor(name + ".metrics"), try fixture.tensor(name + ".rates"))
    var schedule = PlateauSchedule(reduction: 0.5, patience: 2, threshold: 0.01, minimum: 0.02)
    #expect(Set(expected.elements).count > 3)
    var factors: [Float] = []
    for metric in metrics.elements {
      // As in a run that stops here and is resumed.
      schedule = try JSONDecoder().decode(PlateauSchedule.self, from: JSONEncoder().encode(schedule))
      factors.append(schedule.observe(metric))
    }
    #expect(Tensor(factors) == expected)
  }

  @Test func afterItsEndAScheduleStays() {
    #expect(Schedule.cosine(over: 10, minimum: 0.25).factor(at: 1000) == 0.25)
    #expect(Schedule.warmUp(over: 3).factor(at: 1000) == 1 && Schedule.constant.factor(at: 7) == 1)
  }
}
