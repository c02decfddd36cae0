// Team simulation: predicts the time of a team that has more members than there are cores.

/// Runs the shares of a team's members one after another on the caller's thread, each as if it had a
/// core of its own, and computes how long the team would take.
///
/// A prediction is the time of the slowest member of each work, and, by `CostModel`, what the members
/// take to start, to meet, and to read what the others have written. It leaves out what cores do to
/// one another: a lower frequency, and caches and memory that all of them read. The results of
/// members that meet are wrong, since none of them sees the others' steps.
package final class TeamSimulation: @unchecked Sendable {
  package let members: Int
  private let costs: CostModel
  /// The nanoseconds by which the caller's time exceeds that of the team.
  private var excess = 0.0

  init(_ members: Int, _ costs: CostModel) { (self.members, self.costs) = (members, costs) }

  /// The seconds to subtract from the caller's time since the last call.
  package func takeExcess() -> Double {
    defer { excess = 0 }
    return excess / 1e9
  }

  func run(_ work: any ParallelWork, members: Int) {
    var (sum, longest) = (0.0, 0.0)
    for member in 0..<members {
      let start = Clock.now
      work.runApart(member: member, of: members)
      let time = Double(Clock.now - start)
      sum += time
      longest = max(longest, time)
    }
    excess += sum - longest - costs.starting(members) - costs.time(of: work.meetings)
  }
}

/// The meetings of the members of a work.
package struct Meetings {
  /// How often each member meets others, and how many meet.
  package let count: Int
  package let members: Int
  /// The bytes that all of them together write between two meetings, and that each of them reads.
  package let bytes: Int
  package static let none = Meetings(count: 0, members: 1, bytes: 0)
}

extension CostModel {
  /// The time of meetings and of reading what other members have written.
  func time(of meetings: Meetings) -> Double {
    if meetings.members == 1 { return 0 }
    let others = Double(meetings.members - 1) / Double(meetings.members)
    return Double(meetings.count)
      * (meeting(of: meetings.members) + exchangeDelay + others * Double(meetings.bytes) / exchangeRate)
  }
}
