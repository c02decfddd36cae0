// Gate kernels in Swift: the cells' equations, eight units at a time.

/// The gate kernels in Swift: the equations of `ElmanCell`, `LSTMCell` and `GRUCell`, eight units
/// at a time.
package struct SwiftGateKernels: GateKernels {
  package init() {}

  package func elmanForward(
    gates: Results, bias: Values, hidden: Results, units: Range<Int>, nonlinearity: Cell.Nonlinearity
  ) {
    vectorised(units) { u in
      let h = ElmanCell.forward(u.load(gates) + u.load(bias), nonlinearity)
      u.store(h, gates)
      u.store(h, hidden)
    }
  }

  package func elmanBackward(gates: Results, hiddenGradient: Values, units: Range<Int>, nonlinearity: Cell.Nonlinearity)
  {
    vectorised(units) { u in
      u.store(ElmanCell.backward(hidden: u.load(gates), gradient: u.load(hiddenGradient), nonlinearity), gates)
    }
  }

  package func lstmForward(
    gates: Results, bias: Values, cell: Results, hidden: Results, units: Range<Int>, hiddenSize H: Int
  ) {
    vectorised(units) { u in
      let (a, c, h) = LSTMCell.forward(u.lstm(gates, H, plus: bias), previousCell: u.load(cell))
      u.store(a, gates, H)
      u.store(c, cell)
      u.store(h, hidden)
    }
  }

  package func lstmBackward(
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

  package func gruForward(
    gates: Results, recurrent: Values, inputBias: Values, recurrentBias: Values, previousHidden: Values,
    hidden: Results, units: Range<Int>, hiddenSize H: Int
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

  package func gruBackward(
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

  package func gruResetForward(
    gates: Results, bias: Values, previousHidden: Values, units: Range<Int>, hiddenSize H: Int
  ) {
    vectorised(units) { u in
      let r = GRUCell.gate(u.load(gates + H) + u.load(bias))
      u.store(r * u.load(previousHidden), gates)
      u.store(r, gates + H)
      u.store(GRUCell.gate(u.load(gates + 2 * H) + u.load(bias + H)), gates + 2 * H)
    }
  }

  package func gruStateForward(
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

  package func gruStateBackward(
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

  package func gruResetBackward(
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
