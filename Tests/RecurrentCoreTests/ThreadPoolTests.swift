import Synchronization
import Testing

@testable import RecurrentCore

@Suite struct ThreadPoolTests {
  private final class Counting: ParallelWork {
    let calls = Locked<[Int: Int]>([:])
    let barrier = SpinBarrier()
    let reached = Atomic(0)
    let early = Atomic(0)

    func run(member: Int, of members: Int) {
      calls.withLock { $0[member, default: 0] += 1 }
      for round in 1...20 {
        reached.add(1, ordering: .relaxed)
        barrier.wait(members)
        if reached.load(ordering: .relaxed) < round * members { early.add(1, ordering: .relaxed) }
        barrier.wait(members)
      }
    }
  }

  @Test func everyMemberRunsOnceAndBarriersHold() {
    let pool = ThreadPool(threads: 3)
    for _ in 0..<50 {
      let work = Counting()
      let members = pool.enter()
      pool.run(work, members: members)
      pool.leave(members)
      #expect(work.calls.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<members).map { ($0, 1) }))
      #expect(work.early.load(ordering: .relaxed) == 0)
    }
  }

  @Test func aSecondCallerWorksAlone() {
    let pool = ThreadPool(threads: 2)
    #expect(pool.enter() == 2)
    #expect(pool.enter() == 1)
    pool.leave(1)
    pool.leave(2)
    #expect(pool.enter() == 2)
    pool.leave(2)
  }

  @Test func poolsComeAndGo() {
    for _ in 0..<50 {
      let pool = ThreadPool(threads: 4)
      let members = pool.enter()
      let work = Counting()
      pool.run(work, members: 2)
      pool.leave(members)
      #expect(work.calls.withLock { $0.count } == 2)
    }
  }

  @Test func sharesCoverEverything() {
    for count in [0, 1, 5, 16, 47, 48, 49, 1000] {
      for members in 1...5 {
        for grain in [1, 16, 48] {
          var next = 0
          for member in 0..<members {
            let range = share(count, member, of: members, grain: grain)
            #expect(range.lowerBound == next)
            next = range.upperBound
          }
          #expect(next == count)
        }
      }
    }
  }
}
