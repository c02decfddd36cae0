// Packed sequences: order, coverage and division among threads.

import Testing

@testable import RecurrentCore

@Suite struct PackedSequenceTests {
  /// Every valid step of every row is processed once, in order, by exactly one member.
  @Test(arguments: [[3, 0, 5, 5, 1, 2], [0, 0], [5], [1, 1, 1, 1, 1, 1, 1], [5, 4, 3, 2, 1, 0]])
  func everyValidStepIsVisitedOnce(_ lengths: [Int]) {
    let (T, B) = (5, lengths.count)
    let arena = Arena()
    lengths.withUnsafeBufferPointer { buffer in
      var plan = PackedSequence(length: T, batch: B, lengths: buffer, memory: arena)
      #expect(plan.rows == lengths.reduce(0, +) && plan.steps == lengths.max()!)
      for reversed in [false, true] {
        plan.isReversed = reversed
        for members in 1...3 {
          var visited = [[Int]](repeating: [], count: B)
          var rows: Set<Int> = []
          for member in 0..<members {
            let ranks = plan.ranks(member: member, of: members)
            for step in 0..<plan.steps {
              for rank in ranks where rank < plan.count(step) {
                let sequenceRow = plan.sequenceRow(step, rank)
                #expect(sequenceRow % B == plan.row(rank))
                visited[sequenceRow % B].append(sequenceRow / B)
                rows.insert(plan.offset(step) + rank)
              }
            }
          }
          #expect(rows == Set(0..<plan.rows))
          for (row, length) in lengths.enumerated() {
            #expect(visited[row] == (reversed ? Array((0..<length).reversed()) : Array(0..<length)))
          }
        }
      }
    }
  }

  @Test func fullLengthsAreNotRagged() {
    [4, 4, 4].withUnsafeBufferPointer {
      let plan = PackedSequence(length: 4, batch: 3, lengths: $0, memory: Arena())
      #expect(!plan.isRagged && plan.rows == 12)
    }
  }
}
