// The layout of an axis: its range and its ticks.

import Foundation

/// An axis laid out for the values that it has to show.
package struct PlotAxis {
  package struct Tick {
    package let value: Double
    package let label: String
  }

  let scale: LinePlot.Scale
  package private(set) var ticks: [Tick] = []
  /// Of the axis, in its scale's own numbers: values or their logarithms.
  private var lower: Double
  private var upper: Double

  /// An axis whose range holds all values that have a place on it. If `isRounded`, the range is
  /// widened to the next ticks, and on a linear axis to zero if that is not far.
  package init(_ scale: LinePlot.Scale, values: some Sequence<Double>, isRounded: Bool) {
    self.scale = scale
    let places = values.compactMap { PlotAxis.place($0, scale) }
    lower = places.min() ?? 0
    upper = places.max() ?? 1
    if scale == .linear, isRounded, lower > 0, lower < upper / 2 { lower = 0 }
    // A single value, or values that differ by rounding errors alone.
    let least = scale == .linear ? max(abs(lower), abs(upper)) * 1e-9 : 1e-6
    if !(upper - lower > max(least, 1e-290)) {
      let margin = scale == .linear ? (abs(lower) < 1e-290 ? 1 : abs(lower) / 2) : 0.5
      (lower, upper) = (lower - margin, upper + margin)
    }
    switch scale {
    case .linear: layOutLinear(isRounded)
    case .log2: layOutLogarithmic(isRounded, base: 2, most: 9)
    case .log10: layOutLogarithmic(isRounded, base: 10, most: 7)
    }
  }

  /// Where a value is on the axis: 0 at its lower end, 1 at its upper one, nil when it has no
  /// place.
  package func position(_ value: Double) -> Double? {
    PlotAxis.place(value, scale).map { ($0 - lower) / (upper - lower) }
  }

  /// A value in its scale's own numbers. Beyond ±1e290, spans would overflow.
  private static func place(_ value: Double, _ scale: LinePlot.Scale) -> Double? {
    switch scale {
    case .linear: abs(value) <= 1e290 ? value : nil
    case .log2: value > 0 && value.isFinite ? log2(value) : nil
    case .log10: value > 0 && value.isFinite ? log10(value) : nil
    }
  }

  // MARK: Ticks

  private mutating func layOutLinear(_ isRounded: Bool) {
    let step = PlotAxis.roundStep((upper - lower) / 6)
    if isRounded { (lower, upper) = ((lower / step).rounded(.down) * step, (upper / step).rounded(.up) * step) }
    ticks = PlotAxis.multiples(of: step, lower, upper).map(PlotAxis.plain)
  }

  private mutating func layOutLogarithmic(_ isRounded: Bool, base: Double, most: Double) {
    // Powers alone over three of them or more.
    if upper - lower >= 3 {
      if isRounded { (lower, upper) = (lower.rounded(.down), upper.rounded(.up)) }
      let span = upper - lower
      let stride = [1.0, 2, 5, 10, 20, 50, 100, 200, 500].first { span / $0 <= most } ?? 1000
      let powers = PlotAxis.multiples(of: stride, lower, upper)
      let arePlain = base == 2 ? powers.allSatisfy { -3 <= $0 && $0 <= 20 } : powers.allSatisfy { -3 <= $0 && $0 <= 4 }
      ticks = powers.map { power in
        let value = pow(base, power)
        return arePlain ? PlotAxis.plain(value) : Tick(value: value, label: PlotAxis.power(Int(base), Int(power)))
      }
      return
    }
    if isRounded {
      let margin = (upper - lower) * 0.04
      (lower, upper) = (lower - margin, upper + margin)
    }
    let (first, last) = (pow(base, lower), pow(base, upper))
    if base == 2, upper - lower >= 1 {
      ticks = PlotAxis.multiples(of: 1, lower, upper).map { PlotAxis.plain(pow(2, $0)) }
    } else if base == 10, upper - lower >= 1 {
      ticks = (Int(lower.rounded(.down))...Int(upper.rounded(.up))).flatMap { power in
        [1.0, 2, 5].map { $0 * pow(10, Double(power)) }
      }
      .filter { first <= $0 && $0 <= last }.map(PlotAxis.plain)
    }
    if ticks.count < 2 {
      ticks = PlotAxis.multiples(of: PlotAxis.roundStep((last - first) / 6), first, last).map(PlotAxis.plain)
    }
  }

  /// The least of 1, 2 and 5 times a power of ten that is no less than `step`.
  private static func roundStep(_ step: Double) -> Double {
    let power = pow(10, log10(step).rounded(.down))
    return [1, 2, 5].map { $0 * power }.first { $0 >= step * (1 - 1e-9) } ?? 10 * power
  }

  /// Those from `lower` to `upper`, ends included even if rounding put them just outside.
  private static func multiples(of step: Double, _ lower: Double, _ upper: Double) -> [Double] {
    let (first, last) = ((lower / step - 1e-6).rounded(.up), (upper / step + 1e-6).rounded(.down))
    // Not so when `step` is so small that it has become zero.
    guard first <= last, last - first < 1000 else { return [] }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  // MARK: Labels

  private static func plain(_ value: Double) -> Tick {
    // Multiples of a step are not exact: 0.30000000000000004. And there is no minus before zero.
    Tick(value: value, label: value == 0 ? "0" : String(format: "%.10g", value))
  }

  private static func power(_ base: Int, _ exponent: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return "\(base)" + (exponent < 0 ? "⁻" : "") + String(String(abs(exponent)).map { digits[$0.wholeNumberValue!] })
  }
}
