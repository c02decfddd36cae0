// Random numbers: a counter-based generator (Philox4x32-10) with independent, seeded streams.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A counter-based random number generator: Philox4x32-10 (Salmon et al., "Parallel random numbers:
/// as easy as 1, 2, 3", SC 2011).
///
/// A number depends on the seed, the stream and its position alone: not on the machine, the number
/// of threads or draws from other streams. Each seed has 2^64 independent streams. Parameters of
/// layer-direction d are drawn from stream d.
///
/// Block n of stream s under seed k is Philox(key: (k low, k high), counter: (n low, n high, s low,
/// s high)). Each block gives four 32-bit words, used in order.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let seed: UInt64
  private let stream: UInt64
  private var block: UInt64 = 0
  private var words = SIMD4<UInt32>()
  private var used = 4
  private var spareNormal: Float?

  /// Starts at the first word of stream `stream` under `seed`.
  public init(seed: UInt64, stream: UInt64 = 0) {
    self.seed = seed
    self.stream = stream
  }

  /// The next 32 random bits.
  public mutating func nextWord() -> UInt32 {
    if used == 4 {
      words = RandomStream.philox(block: block, seed: seed, stream: stream)
      block &+= 1
      used = 0
    }
    defer { used += 1 }
    return words[used]
  }

  /// The next 64 random bits, low word first.
  public mutating func next() -> UInt64 {
    let low = UInt64(nextWord())
    return low | UInt64(nextWord()) << 32
  }

  /// The next number uniform in [0, 1), a multiple of 2^-24. Takes one word.
  public mutating func uniform() -> Float { Float(nextWord() >> 8) * 0x1p-24 }

  /// The next number uniform in `range`. Takes one word.
  public mutating func uniform(in range: ClosedRange<Float>) -> Float {
    min(range.upperBound, range.lowerBound + (range.upperBound - range.lowerBound) * uniform())
  }

  /// The next standard normal number (Box and Muller, 1958). Two numbers take two words.
  public mutating func normal() -> Float {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    let radius = (-2 * log(1 - Double(uniform()))).squareRoot()
    let angle = 2 * Double.pi * Double(uniform())
    spareNormal = Float(radius * sin(angle))
    return Float(radius * cos(angle))
  }

  /// The four words of block `block` of a stream.
  static func philox(block: UInt64, seed: UInt64, stream: UInt64) -> SIMD4<UInt32> {
    philox(
      SIMD4(
        UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
        UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)),
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  }

  /// Philox4x32 with ten rounds over a 128-bit counter.
  static func philox(_ counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var x = counter
    var k = key
    for _ in 0..<10 {
      let a = UInt64(x[0]) * 0xD251_1F53
      let b = UInt64(x[2]) * 0xCD9E_8D57
      x = SIMD4(
        UInt32(truncatingIfNeeded: b >> 32) ^ x[1] ^ k[0], UInt32(truncatingIfNeeded: b),
        UInt32(truncatingIfNeeded: a >> 32) ^ x[3] ^ k[1], UInt32(truncatingIfNeeded: a))
      k = SIMD2(k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85)
    }
    return x
  }
}
