// Unit ranking: units by the magnitude of their correlation with text features.

import Foundation
import RecurrentCore

/// For every text feature, the units with the highest magnitude of Pearson's correlation with it.
///
/// ```swift
/// print(UnitRanking(activations))  // inside quotes    layer 1 cell 12   +0.93 ...
/// ```
///
/// Among many units and in a short text, some correlations are high by chance. Check a unit on
/// another text.
public struct UnitRanking: Sendable, Equatable, CustomStringConvertible {
  /// One unit's correlation with a feature.
  public struct Unit: Sendable, Equatable {
    /// The index of the group in `UnitActivations.groups`.
    public let group: Int
    /// The name of the group.
    public let groupName: String
    /// The index of the unit in its group.
    public let unit: Int
    /// The correlation, -1...1; 0 for a unit that is constant or has values that are not finite.
    public let correlation: Double
  }

  /// A feature and its units.
  public struct Entry: Sendable, Equatable {
    /// The name of the feature.
    public let feature: String
    /// The units, by decreasing magnitude of the correlation.
    public let units: [Unit]
  }

  /// The ranking of each feature, without features that are constant in the text.
  public let entries: [Entry]

  /// Computes all correlations, in Double.
  /// - Parameters:
  ///   - activations: The values of the units.
  ///   - features: Features of T finite values each; nil for `TextFeature.all`.
  ///   - count: The number of units per feature, one or more.
  public init(_ activations: UnitActivations, features: [TextFeature]? = nil, keeping count: Int = 8) {
    require(count >= 1, "UnitRanking: keeping \(count) units, expected one or more")
    let (T, features) = (activations.characters.count, features ?? TextFeature.all(of: activations.characters))
    for feature in features {
      require(
        feature.values.count == T,
        "UnitRanking: '\(feature.name)' has \(feature.values.count) values, the text \(T) characters")
      require(feature.values.allSatisfy(\.isFinite), "UnitRanking: '\(feature.name)' has values that are not finite")
    }
    let varying = features.filter { feature in feature.values.contains { $0 != feature.values[0] } }
    let deviations = varying.map { feature in
      // Relative to the first value, which is exact for constant values; then to the mean.
      let mean = feature.values.reduce(0) { $0 + ($1 - feature.values[0]) } / Double(T)
      return feature.values.map { $0 - feature.values[0] - mean }
    }
    /// By feature.
    var units: [[Unit]] = varying.map { _ in [] }
    for (index, group) in activations.groups.enumerated() {
      for (feature, correlations) in UnitRanking.correlations(group.values, deviations).enumerated() {
        units[feature] += correlations.enumerated().map {
          Unit(group: index, groupName: group.name, unit: $0, correlation: $1)
        }
      }
    }
    entries = zip(varying, units).map { feature, units in
      let order = units.indices.sorted { (abs(units[$1].correlation), $0) < (abs(units[$0].correlation), $1) }
      return Entry(feature: feature.name, units: order.prefix(count).map { units[$0] })
    }
  }

  /// The correlations [feature][unit] of values [T, H] with features, given as deviations from
  /// their means. One pass over the time steps, for all units of a step at once.
  private static func correlations(_ values: Tensor, _ deviations: [[Double]]) -> [[Double]] {
    let (T, H) = (values.shape[0], values.shape[1])
    let v = values.elements
    // Deviations relative to the first row, as above: exactly 0 for a constant unit.
    var means = [Double](repeating: 0, count: H)
    for t in 0..<T {
      for unit in 0..<H { means[unit] += Double(v[t * H + unit]) - Double(v[unit]) }
    }
    for unit in 0..<H { means[unit] /= Double(T) }
    var squares = [Double](repeating: 0, count: H)
    var products = deviations.map { _ in [Double](repeating: 0, count: H) }
    var row = [Double](repeating: 0, count: H)
    for t in 0..<T {
      for unit in 0..<H {
        row[unit] = Double(v[t * H + unit]) - Double(v[unit]) - means[unit]
        squares[unit] += row[unit] * row[unit]
      }
      for feature in deviations.indices { add(row, times: deviations[feature][t], to: &products[feature]) }
    }
    return zip(products, deviations).map { products, deviations in
      let length = deviations.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return zip(products, squares).map { product, square in
        let correlation = product / (length * square.squareRoot())
        return correlation.isFinite ? min(1, max(-1, correlation)) : 0
      }
    }
  }

  private static func add(_ row: [Double], times factor: Double, to sums: inout [Double]) {
    row.withUnsafeBufferPointer { row in
      sums.withUnsafeMutableBufferPointer { sums in
        for unit in 0..<row.count { sums[unit] += factor * row[unit] }
      }
    }
  }

  /// A table of the three best units for each feature.
  public var description: String {
    var table = TextTable([.label("feature"), .text("unit"), .text("correlation")])
    for entry in entries {
      for (index, unit) in entry.units.prefix(3).enumerated() {
        table.add([
          index == 0 ? entry.feature : "", "\(unit.groupName) \(unit.unit)", String(format: "%+.2f", unit.correlation),
        ])
      }
    }
    return table.description
  }
}
