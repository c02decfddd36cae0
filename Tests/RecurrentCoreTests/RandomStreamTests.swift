// Random streams: known answers and the distributions of numbers.

import Testing

@testable import RecurrentCore

@Suite struct RandomStreamTests {
  /// The known answers of the paper's Random123 library (kat_vectors, philox4x32 10).
  @Test func philoxGivesItsKnownAnswers() {
    #expect(RandomStream.philox(.zero, key: .zero) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      RandomStream.philox(SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      RandomStream.philox(
        SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func seedsAndStreamsAreReproducibleAndDiffer() {
    func first(_ seed: UInt64, _ stream: UInt64) -> [UInt32] {
      var s = RandomStream(seed: seed, stream: stream)
      return (0..<9).map { _ in s.nextWord() }
    }
    #expect(first(1, 0) == first(1, 0))
    #expect(first(1, 0) != first(2, 0) && first(1, 0) != first(1, 1))
  }

  @Test func distributionsHaveTheirMoments() {
    var s = RandomStream(seed: 4)
    let n = 100_000
    let u = (0..<n).map { _ in Double(s.uniform()) }
    #expect(u.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(u.reduce(0, +) / Double(n) - 0.5) < 0.005)
    let v = (0..<n).map { _ in Double(s.normal()) }
    #expect(abs(v.reduce(0, +) / Double(n)) < 0.01)
    #expect(abs(v.reduce(0) { $0 + $1 * $1 } / Double(n) - 1) < 0.02)
    #expect((0..<1000).allSatisfy { _ in (-2...3).contains(s.uniform(in: -2...3)) })
  }
}
