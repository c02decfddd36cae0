// The cost model: what the parts of a step take on a machine, for choosing how members divide them.

/// Times and rates of a machine: nanoseconds, bytes a nanosecond (GB/s) and operations a nanosecond
/// (GFLOP/s), each of one core.
///
/// The defaults are those of a server of 2023 to 2025 (Zen 4 and Zen 5; the distances between cores
/// are from Chips and Cheese and AnandTech: 15 to 20 ns within a group of cores that share an L3
/// cache, 80 ns beyond).
package struct CostModel: Sendable, Equatable {
  /// The float32 operations (a multiply-add is two) of a product whose weights are in the core's own
  /// cache.
  package var operations = 100.0
  /// The rates of reading weights: from the core's own cache, from the one it shares, from memory.
  package var ownRate = 100.0
  package var sharedRate = 40.0
  package var memoryRate = 12.0
  /// The bytes of a core's own cache, of the shared one, and the cores that share it.
  package var ownCache = 1_048_576.0
  package var sharedCache = 33_554_432.0
  package var coresPerCache = 8
  /// The rate of reading what another core has just written, and the time that its first line takes.
  package var exchangeRate = 12.0
  package var exchangeDelay = 60.0
  /// The gate functions of one unit of one row.
  package var gates = 1.2
  /// A meeting of two members, what each further one adds, and what each further group of
  /// `SpinBarrier.groupSize` does.
  package var meeting = 90.0
  package var meetingMember = 20.0
  package var meetingGroup = 160.0
  /// Starting a team of two, and what doubling its size adds.
  package var start = 1_500.0
  package var startDoubling = 400.0

  /// The operations that a call must have for two members, and for each further pair: fewer are done
  /// before another thread is awake. The same for a call whose recurrent weights do not fit a core's
  /// own cache: each member then has only a part of them to read.
  package var leastOperations = 2e6
  package var leastOperationsBeyondCache = 7e5

  package init() {}

  /// The time of a barrier.
  package func meeting(of members: Int) -> Double {
    if members == 1 { return 0 }
    let size = SpinBarrier.groupSize
    let inGroup = meeting + meetingMember * Double(min(members, size) - 2)
    return inGroup + meetingGroup * Double((members - 1) / size)
  }

  /// The time of starting and ending the work of a team.
  package func starting(_ members: Int) -> Double {
    var (time, size) = (members == 1 ? 0 : start, 2)
    while size < members { (time, size) = (time + startDoubling, 2 * size) }
    return time
  }

  /// The rate at which one of `members` cores reads `bytes` again and again, if all read as much,
  /// `copies` of them the same bytes.
  func rate(_ bytes: Double, members: Int, copies: Int) -> Double {
    // Something else is in the cache too.
    if bytes <= 0.75 * ownCache { return ownRate }
    let neighbours = Double(min(members, coresPerCache))
    // Neighbours that read the same bytes share them.
    let different = max(1, neighbours / Double(copies))
    return bytes * different <= 0.75 * sharedCache ? sharedRate : memoryRate / max(1, neighbours / 4)
  }
}
