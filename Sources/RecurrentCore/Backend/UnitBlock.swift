// Unit blocks: up to eight neighbouring units of a row as a vector.

/// Up to eight neighbouring units of a row, which are loaded into and stored from one vector. Lanes
/// beyond `count` are zero.
struct UnitBlock {
  let first: Int
  let count: Int

  @inline(__always)
  func load(_ row: UnsafePointer<Float>) -> SIMD8<Float> {
    if count == 8 { return UnsafeRawPointer(row + first).loadUnaligned(as: SIMD8<Float>.self) }
    var value = SIMD8<Float>(repeating: 0)
    for lane in 0..<count { value[lane] = row[first + lane] }
    return value
  }

  @inline(__always)
  func load(_ row: UnsafeMutablePointer<Float>) -> SIMD8<Float> { load(UnsafePointer(row)) }

  @inline(__always)
  func store(_ value: SIMD8<Float>, _ row: UnsafeMutablePointer<Float>) {
    if count == 8 { return UnsafeMutableRawPointer(row + first).storeBytes(of: value, as: SIMD8<Float>.self) }
    for lane in 0..<count { row[first + lane] = value[lane] }
  }

  @inline(__always)
  func lstm(_ gates: UnsafeMutablePointer<Float>, _ H: Int) -> LSTMCell.Gates<SIMD8<Float>> {
    .init(i: load(gates), f: load(gates + H), g: load(gates + 2 * H), o: load(gates + 3 * H))
  }

  @inline(__always)
  func lstm(_ gates: UnsafeMutablePointer<Float>, _ H: Int, plus bias: UnsafePointer<Float>)
    -> LSTMCell.Gates<SIMD8<Float>>
  {
    .init(
      i: load(gates) + load(bias), f: load(gates + H) + load(bias + H), g: load(gates + 2 * H) + load(bias + 2 * H),
      o: load(gates + 3 * H) + load(bias + 3 * H))
  }

  @inline(__always)
  func store(_ value: LSTMCell.Gates<SIMD8<Float>>, _ gates: UnsafeMutablePointer<Float>, _ H: Int) {
    store(value.i, gates)
    store(value.f, gates + H)
    store(value.g, gates + 2 * H)
    store(value.o, gates + 3 * H)
  }
}

@inline(__always)
/// Calls `body` with blocks of eight units, and with a smaller last one.
func vectorised(_ units: Range<Int>, _ body: (UnitBlock) -> Void) {
  var first = units.lowerBound
  while first + 8 <= units.upperBound {
    body(UnitBlock(first: first, count: 8))
    first += 8
  }
  if first < units.upperBound { body(UnitBlock(first: first, count: units.upperBound - first)) }
}
