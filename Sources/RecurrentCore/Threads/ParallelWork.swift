// Parallel work: what a team of threads runs.

/// Work that a team of threads does together.
package protocol ParallelWork: AnyObject {
  /// Does one member's part. Called once on each of `members` threads at the same time, with
  /// members numbered from 0; member 0 is the caller.
  func run(member: Int, of members: Int)

  /// Does the work of all `members` on the calling thread: by default, one member after the other.
  /// Work whose members wait for one another must override this.
  func runAlone(as members: Int)

  /// Does one member's part without waiting for the others, to time it: see `TeamSimulation`.
  func runApart(member: Int, of members: Int)

  /// The meetings of the members in the current work.
  var meetings: Meetings { get }
}

extension ParallelWork {
  package func runAlone(as members: Int) {
    for member in 0..<members { run(member: member, of: members) }
  }

  package func runApart(member: Int, of members: Int) { run(member: member, of: members) }

  package var meetings: Meetings { .none }
}
