// Durations as text.

extension Duration {
  /// The duration in seconds.
  package var seconds: Double { self / .seconds(1) }
}

/// A duration in seconds as short text: "0.04 s", "4.2 s", "42 s", "3:07 min", "1:02 h".

package func timeText(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "very long" }
  let hundredths = Int((100 * max(0, seconds)).rounded())
  if hundredths < 100 { return "0.\(hundredths < 10 ? "0" : "")\(hundredths) s" }
  let tenths = Int((10 * seconds).rounded())
  if tenths < 100 { return "\(tenths / 10).\(tenths % 10) s" }
  let whole = Int(seconds.rounded())
  if whole < 60 { return "\(whole) s" }
  func parts(_ large: Int, _ small: Int, _ unit: String) -> String {
    "\(large):\(small < 10 ? "0" : "")\(small) \(unit)"
  }
  return whole < 3600 ? parts(whole / 60, whole % 60, "min") : parts(whole / 3600, whole / 60 % 60, "h")
}
