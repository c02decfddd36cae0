// Cell arithmetic: the accuracy of tanh and sigmoid.

import Foundation
import RecurrentCore
import Testing
import _TestSupport

@Suite struct CellArithmeticTests {
  @Test func sigmoidIsAccurate() {
    let worst = worstError({ SIMD8.sigmoid($0) }, { 1 / (1 + exp(-$0)) })
    #expect(worst <= 4, "\(worst) ulp")
  }

  @Test func hyperbolicTangentIsAccurate() {
    let worst = worstError({ SIMD8.tanh($0) }, { Foundation.tanh($0) })
    #expect(worst <= 4, "\(worst) ulp")
  }

  @Test func specialValues() {
    func value(_ f: (SIMD8<Float>) -> SIMD8<Float>, _ x: Float) -> Float { f(SIMD8(repeating: x))[3] }
    for x: Float in [0, 1e-30, 0.3, 0.624, 0.626, 5, 9.1, 100, .infinity] {
      #expect(value(SIMD8.tanh, -x).bitPattern == (-value(SIMD8.tanh, x)).bitPattern, "tanh is odd at \(x)")
    }
    #expect(value(SIMD8.tanh, 9.1) == 1 && value(SIMD8.tanh, .infinity) == 1 && value(SIMD8.tanh, -.infinity) == -1)
    #expect(
      value(SIMD8.sigmoid, .infinity) == 1 && value(SIMD8.sigmoid, -.infinity) == 0 && value(SIMD8.sigmoid, 0) == 0.5)
    for bits: UInt32 in [0x7fc0_0000, 0x7fc0_0001, 0xffff_ffff, 0x7fa0_0000] {
      let nan = Float(bitPattern: bits)
      #expect(value(SIMD8.tanh, nan).isNaN && value(SIMD8.sigmoid, nan).isNaN && value(SIMD8.relu, nan).isNaN)
    }
  }
}
