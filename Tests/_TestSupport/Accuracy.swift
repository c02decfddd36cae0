// Accuracy: the error of a function in units in the last place.

import Foundation

/// The greatest error of `function` in ulps of the correctly rounded value: over every 1009th
/// float, or over all floats with `RECURRENT_ALL_FLOATS=1`. If the true value is below the smallest
/// normal number, zero is right too.
package func worstError(_ function: (SIMD8<Float>) -> SIMD8<Float>, _ truth: (Double) -> Double) -> Double {
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
