// How far a function is from the truth, in units in the last place.

import Foundation

/// The greatest error of `function` over the floats, in ulps of the correctly rounded value. By
/// default every 1009th of them; every one with `RECURRENT_ALL_FLOATS=1`. Where the true value is
/// below the smallest normal number, zero is right too.
public func worstError(_ function: (SIMD8<Float>) -> SIMD8<Float>, _ truth: (Double) -> Double) -> Double {
  let stride: UInt64 = ProcessInfo.processInfo.environment["RECURRENT_ALL_FLOATS"] == "1" ? 1 : 1009
  var worst = 0.0
  var bits: UInt64 = 0
  while bits <= UInt64(UInt32.max) {
    var x = SIMD8<Float>(repeating: 0)
    for lane in 0..<8 { x[lane] = Float(bitPattern: UInt32(truncatingIfNeeded: bits + UInt64(lane) * stride)) }
    bits += 8 * stride
    let y = function(x)
    for lane in 0..<8 {
      if x[lane].isNaN {
        if !y[lane].isNaN { return .infinity }
        continue
      }
      let expected = truth(Double(x[lane]))
      if abs(expected) < Double(Float.leastNormalMagnitude), y[lane].magnitude <= Float.leastNormalMagnitude {
        continue
      }
      let error = abs(Double(y[lane]) - expected) / Double(Float(expected).ulp)
      if !(error <= worst) { worst = error }
    }
  }
  return worst
}
