// The highway connection: a gated sum of a layer's output and its input.

import RecurrentCore

/// t · f + (1 - t) · x with t = sigmoid(z); all have the same shape.
func highway(_ z: Variable, _ f: Variable, _ x: Variable) -> Variable {
  let (tape, count) = (x.tape, x.shape.count)
  var (y, t) = (tape.tensor(x.shape), tape.tensor(x.shape))
  let dense = tape.backend.dense
  let (gate, target, zBase, fBase, xBase) = (t.mutableBase, y.mutableBase, z.value.base, f.value.base, x.value.base)
  tape.backend.pool.forEachPart(of: count, least: Tape.least / 4, grain: 16) { part, _ in
    dense.sigmoid(zBase + part.lowerBound, gate + part.lowerBound, count: part.count)
    for k in part { target[k] = xBase[k] + gate[k] * (fBase[k] - xBase[k]) }
  }
  withExtendedLifetime((z, f, x)) {}
  let (fValue, xValue) = (f.value, x.value)
  return tape.record(y, from: [z, f, x]) {
    [zSink = z.sink, fSink = f.sink, xSink = x.sink, t, fValue, xValue] gradient, tape in
    var (atZ, atF) = (tape.tensor(gradient.shape), tape.tensor(gradient.shape))
    let (g, dz, df) = (gradient.mutableBase, atZ.mutableBase, atF.mutableBase)
    let (t, f, x) = (t.base, fValue.base, xValue.base)
    tape.backend.pool.forEachPart(of: count, least: Tape.least / 2, grain: 16) { part, _ in
      for k in part {
        df[k] = g[k] * t[k]
        g[k] -= df[k]
        dz[k] = df[k] * (1 - t[k]) * (f[k] - x[k])
      }
    }
    // g now holds the gradient of x.
    for (part, sink) in [(atZ, zSink), (atF, fSink), (gradient, xSink)] { tape.add(part, to: sink) }
    withExtendedLifetime((fValue, xValue)) {}
  }
}
