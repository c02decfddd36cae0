// The division of work among members: the same bits for any number of them and any division.

import Foundation
import Testing
import _TestSupport

@testable import Recurrent
@testable import RecurrentCore
@testable import RecurrentLayers

@Suite struct DivisionTests {
  /// Costs under which every call is worth all members, and which favour groups of rows or of units
  /// by chance.
  private static func costs(_ random: inout RandomStream) -> CostModel {
    var costs = CostModel()
    (costs.leastOperations, costs.leastOperationsBeyondCache) = (1, 1)
    func scale() -> Double { Double(exp2(random.uniform(in: -6...6))) }
    costs.meeting *= scale()
    costs.meetingMember *= scale()
    costs.exchangeRate *= scale()
    costs.sharedRate *= scale()
    costs.ownCache *= scale()
    return costs
  }

  /// A random stack and batch: any cell and option, odd sizes, ragged rows, one to three layers.
  private static func shape(_ random: inout RandomStream, _ index: Int) -> Oracle {
    func below(_ n: Int) -> Int { Int(random.next() % UInt64(n)) }
    let cells: [Cell] = [
      .lstm, .gru(.after), .gru(.before), .elman(.tanh), .elman(.relu), .lstmVariant(.init(peepholes: true)),
    ]
    let H = [1, 7, 16, 17, 33, 64, 100, 160][below(8)]
    let cell = cells[index % cells.count]
    let isProjected = cell == .lstm && below(3) == 0 && H > 7
    let configuration = RecurrentStack.Configuration(
      cell: cell, inputSize: 1 + below(40), hiddenSize: H, layers: 1 + below(2),
      projectionSize: isProjected ? H / 2 : nil, bias: below(4) > 0, bidirectional: below(2) == 0,
      layerNorm: !isProjected && cell != .lstmVariant(.init(peepholes: true)) && below(4) == 0)
    let (T, B) = (1 + below(9), 1 + below(20))
    let lengths = below(2) == 0 ? nil : (0..<B).map { _ in below(T + 1) }
    return Oracle(configuration, steps: T, batch: B, lengths: lengths, seed: UInt64(index))
  }

  /// Members are more than the cores here, so that they are descheduled between their meetings.
  /// RECURRENT_SHAPES=500 runs as many shapes.
  @Test(arguments: ["packed", "swift"])
  func resultsHaveTheSameBitsForAnyDivision(_ name: String) throws {
    guard TestBackend.named.contains(name) else { return }
    let shapes = ProcessInfo.processInfo.environment["RECURRENT_SHAPES"].flatMap(Int.init) ?? 24
    var random = RandomStream(seed: 5)
    let alone = try Backends.make(name, pool: ThreadPool(threads: 1))
    var divisions: Set<[Int]> = []
    for index in 0..<shapes {
      let oracle = Self.shape(&random, index)
      let expected = oracle.results(alone)
      let members = [2, 3, 4, 5, 7, 8, 12, 16, 23, 33, 48, 64][Int(random.next() % 12)]
      let costs = Self.costs(&random)
      let pool = ThreadPool(exactly: members, costs: costs)
      let results = oracle.results(try Backends.make(name, pool: pool))
      for (variable, tensor) in expected {
        #expect(
          sameBits(tensor, results[variable]!),
          "\(variable) of \(oracle.configuration), T \(oracle.steps), B \(oracle.batch), \(members) members")
      }
      let stack = oracle.stack(alone)
      let partition = stack.partition(steps: oracle.steps, batch: oracle.batch, costs, most: members)
      divisions.insert([partition.isSideBySide ? 2 : 1, partition.groups, partition.membersPerGroup])
    }
    // The shapes exercise divisions in both dimensions at once.
    #expect(divisions.contains { $0[1] > 1 && $0[2] > 1 }, "\(divisions)")
    #expect(divisions.contains { $0[0] == 2 }, "\(divisions)")
  }

  /// The numbers that are measured are those of some machine.
  @Test func costsAreMeasured() throws {
    for name in TestBackend.named {
      let backend = TestBackend.make(name, threads: 3).backend
      let costs = CostModel.measured(on: backend)
      #expect(costs.operations > 0.5 && costs.operations < 3_000)
      #expect(costs.ownRate >= costs.sharedRate && costs.sharedRate >= costs.memoryRate && costs.memoryRate > 0.1)
      #expect(costs.ownCache >= 65_536 && costs.coresPerCache >= 1)
      #expect(costs.meeting(of: 2) > 5 && costs.starting(2) > 50)
    }
  }

  /// A call is divided by the cost model into groups of rows and of units.
  @Test func theCheapestDivisionIsChosen() throws {
    let backend = try Backends.make("swift", pool: ThreadPool(threads: 1))
    func division(_ H: Int, _ B: Int, _ members: Int, _ costs: CostModel = CostModel()) -> [Int] {
      let stack = RecurrentStack(.init(cell: .lstm, inputSize: H, hiddenSize: H), backend: backend)
      let partition = stack.partition(steps: 64, batch: B, costs, most: members)
      return [partition.groups, partition.membersPerGroup]
    }
    // One row is divided by units; many rows with small weights by rows.
    #expect(division(1024, 1, 16) == [1, 16])
    #expect(division(128, 64, 8) == [8, 1])
    // LSTM 256, batch 32 on 64 members: neither 16 units each nor 32 rows fill them.
    let both = division(256, 32, 64)
    #expect(both[0] > 1 && both[1] > 1 && both[0] * both[1] > 32)
    // Meetings that take forever are avoided, and rows cannot be divided further.
    var slow = CostModel()
    slow.meeting = 1e9
    #expect(division(256, 32, 64, slow) == [32, 1])
    // A small layer does not take cores that would only wait.
    let small = division(64, 1, 64)
    #expect(small[0] * small[1] <= 8)
  }
}

extension RecurrentStack {
  /// The division of the first layer's work.
  fileprivate func partition(steps: Int, batch: Int, _ costs: CostModel, most: Int) -> WorkPartition {
    let sequence = PackedSequence(length: steps, batch: batch, lengths: nil, memory: Arena())
    return WorkPartition(prepared.layers(self)[0], sequence, costs, most: most)
  }
}
