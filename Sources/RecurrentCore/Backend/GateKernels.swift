// The cells' equations over rows in memory.

/// The element-wise part of a step, for some of the units of one row. H is the layer's hidden size;
/// every pointer is to unit 0 of its row, and a kernel touches only `units` of each block of H.
///
/// Forward, `gates` holds the sums of products and becomes what is kept for the backward pass;
/// backward, it holds that and becomes the gradients of the sums. Blocks of `gates`: an Elman
/// cell's h; an LSTM's i, f, g, o; a GRU's q, r, z, n, where q is n's recurrent part (reset after)
/// or r * h' (reset before).
public protocol GateKernels: Sendable {
  typealias Values = UnsafePointer<Float>
  typealias Results = UnsafeMutablePointer<Float>

  /// gates [H]: sum without bias -> h. hidden [H]: out. bias [H].
  func elmanForward(gates: Results, bias: Values, hidden: Results, units: Range<Int>, nonlinearity: Cell.Nonlinearity)
  /// gates [H]: h -> gradient of its sum. hiddenGradient [H].
  func elmanBackward(gates: Results, hiddenGradient: Values, units: Range<Int>, nonlinearity: Cell.Nonlinearity)

  /// gates [4H]: sums without bias -> i, f, g, o. bias [4H]. cell [H]: previous -> new. hidden [H]:
  /// out.
  func lstmForward(gates: Results, bias: Values, cell: Results, hidden: Results, units: Range<Int>, hiddenSize: Int)
  /// gates [4H]: i, f, g, o -> gradients. previousCell, hiddenGradient [H]. cellGradient [H]: of
  /// the cell -> of the previous cell.
  func lstmBackward(
    gates: Results, previousCell: Values, hiddenGradient: Values, cellGradient: Results, units: Range<Int>,
    hiddenSize: Int)

  /// Reset after. gates [4H]: any, r, z, n of W x -> q, r, z, n. recurrent [3H]: r, z, n of U h'.
  /// Biases [3H]. hidden [H]: out.
  func gruForward(
    gates: Results, recurrent: Values, inputBias: Values, recurrentBias: Values, previousHidden: Values,
    hidden: Results,
    units: Range<Int>, hiddenSize: Int)
  /// Reset after. gates [4H]: q, r, z, n -> gradients of q and of the sums of r, z and n.
  /// hiddenGradient [H]: of h -> its part of h'.
  func gruBackward(gates: Results, previousHidden: Values, hiddenGradient: Results, units: Range<Int>, hiddenSize: Int)

  /// Reset before, first half. gates [4H]: any, r's and z's sums without bias -> r * h', r, z. bias
  /// [3H].
  func gruResetForward(gates: Results, bias: Values, previousHidden: Values, units: Range<Int>, hiddenSize: Int)
  /// Reset before, second half. gates [4H]: n's sum without bias -> n. bias [3H]. hidden [H]: out.
  func gruStateForward(
    gates: Results, bias: Values, previousHidden: Values, hidden: Results, units: Range<Int>, hiddenSize: Int)
  /// Reset before, back through the second half: z and n -> their gradients. hiddenGradient [H]: of
  /// h -> its part of h'.
  func gruStateBackward(
    gates: Results, previousHidden: Values, hiddenGradient: Results, units: Range<Int>, hiddenSize: Int)
  /// Reset before, back through the first half: r -> its gradient, from that of r * h' [H];
  /// hiddenGradient grows by its part.
  func gruResetBackward(
    gates: Results, previousHidden: Values, productGradient: Values, hiddenGradient: Results, units: Range<Int>,
    hiddenSize: Int)
}

/// The kernels in Swift: the equations of `ElmanCell`, `LSTMCell` and `GRUCell`, eight units at a
/// time.
public struct SwiftGateKernels: GateKernels {
  public init() {}

  public func elmanForward(
    gates: Results, bias: Values, hidden: Results, units: Range<Int>, nonlinearity: Cell.Nonlinearity
  ) {
    vectorised(units) { u in
      let h = ElmanCell.forward(u.load(gates) + u.load(bias), nonlinearity)
      u.store(h, gates)
      u.store(h, hidden)
    }
  }

  public func elmanBackward(gates: Results, hiddenGradient: Values, units: Range<Int>, nonlinearity: Cell.Nonlinearity)
  {
    vectorised(units) { u in
      u.store(ElmanCell.backward(hidden: u.load(gates), gradient: u.load(hiddenGradient), nonlinearity), gates)
    }
  }

  public func lstmForward(
    gates: Results, bias: Values, cell: Results, hidden: Results, units: Range<Int>, hiddenSize H: Int
  ) {
    vectorised(units) { u in
      let (a, c, h) = LSTMCell.forward(u.lstm(gates, H, plus: bias), previousCell: u.load(cell))
      u.store(a, gates, H)
      u.store(c, cell)
      u.store(h, hidden)
    }
  }

  public func lstmBackward(
    gates: Results, previousCell: Values, hiddenGradient: Values, cellGradient: Results, units: Range<Int>,
    hiddenSize H: Int
  ) {
    vectorised(units) { u in
      let (da, dc) = LSTMCell.backward(
        u.lstm(gates, H), previousCell: u.load(previousCell), hiddenGradient: u.load(hiddenGradient),
        cellGradient: u.load(cellGradient))
      u.store(da, gates, H)
      u.store(dc, cellGradient)
    }
  }

  public func gruForward(
    gates: Results, recurrent: Values, inputBias: Values, recurrentBias: Values, previousHidden: Values,
    hidden: Results,
    units: Range<Int>, hiddenSize H: Int
  ) {
    vectorised(units) { u in
      let r = GRUCell.gate(u.load(gates + H) + u.load(inputBias) + (u.load(recurrent) + u.load(recurrentBias)))
      let z = GRUCell.gate(
        u.load(gates + 2 * H) + u.load(inputBias + H) + (u.load(recurrent + H) + u.load(recurrentBias + H)))
      let q = u.load(recurrent + 2 * H) + u.load(recurrentBias + 2 * H)
      let x = u.load(gates + 3 * H) + u.load(inputBias + 2 * H)
      let (n, h) = GRUCell.state(candidate: x + r * q, z: z, previous: u.load(previousHidden))
      u.store(q, gates)
      u.store(r, gates + H)
      u.store(z, gates + 2 * H)
      u.store(n, gates + 3 * H)
      u.store(h, hidden)
    }
  }

  public func gruBackward(
    gates: Results, previousHidden: Values, hiddenGradient: Results, units: Range<Int>, hiddenSize H: Int
  ) {
    vectorised(units) { u in
      let (q, r) = (u.load(gates), u.load(gates + H))
      let (dn, dz, dh) = GRUCell.stateBackward(
        n: u.load(gates + 3 * H), z: u.load(gates + 2 * H), previous: u.load(previousHidden),
        gradient: u.load(hiddenGradient))
      u.store(dn * r, gates)
      u.store(GRUCell.gateBackward(r, gradient: dn * q), gates + H)
      u.store(dz, gates + 2 * H)
      u.store(dn, gates + 3 * H)
      u.store(dh, hiddenGradient)
    }
  }

  public func gruResetForward(
    gates: Results, bias: Values, previousHidden: Values, units: Range<Int>, hiddenSize H: Int
  ) {
    vectorised(units) { u in
      let r = GRUCell.gate(u.load(gates + H) + u.load(bias))
      u.store(r * u.load(previousHidden), gates)
      u.store(r, gates + H)
      u.store(GRUCell.gate(u.load(gates + 2 * H) + u.load(bias + H)), gates + 2 * H)
    }
  }

  public func gruStateForward(
    gates: Results, bias: Values, previousHidden: Values, hidden: Results, units: Range<Int>, hiddenSize H: Int
  ) {
    vectorised(units) { u in
      let (n, h) = GRUCell.state(
        candidate: u.load(gates + 3 * H) + u.load(bias + 2 * H), z: u.load(gates + 2 * H),
        previous: u.load(previousHidden))
      u.store(n, gates + 3 * H)
      u.store(h, hidden)
    }
  }

  public func gruStateBackward(
    gates: Results, previousHidden: Values, hiddenGradient: Results, units: Range<Int>, hiddenSize H: Int
  ) {
    vectorised(units) { u in
      let (dn, dz, dh) = GRUCell.stateBackward(
        n: u.load(gates + 3 * H), z: u.load(gates + 2 * H), previous: u.load(previousHidden),
        gradient: u.load(hiddenGradient))
      u.store(dz, gates + 2 * H)
      u.store(dn, gates + 3 * H)
      u.store(dh, hiddenGradient)
    }
  }

  public func gruResetBackward(
    gates: Results, previousHidden: Values, productGradient: Values, hiddenGradient: Results, units: Range<Int>,
    hiddenSize H: Int
  ) {
    vectorised(units) { u in
      let (r, d) = (u.load(gates + H), u.load(productGradient))
      u.store(GRUCell.gateBackward(r, gradient: d * u.load(previousHidden)), gates + H)
      u.store(u.load(hiddenGradient) + d * r, hiddenGradient)
    }
  }
}

// MARK: Eight units at a time

/// Up to eight neighbouring units of a row.
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
func vectorised(_ units: Range<Int>, _ body: (UnitBlock) -> Void) {
  var first = units.lowerBound
  while first + 8 <= units.upperBound {
    body(UnitBlock(first: first, count: 8))
    first += 8
  }
  if first < units.upperBound { body(UnitBlock(first: first, count: units.upperBound - first)) }
}
