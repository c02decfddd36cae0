// Evaluation: the metrics of a model on test data.

/// The metrics of a model on test data.
public struct Evaluation: Sendable {
  /// Metrics under their names in JSON: "accuracy", "macro_f1"...
  public let figures: [(name: String, value: Double)]
  /// The number of evaluated units.
  public let count: Int
  /// The plural of the unit: "texts", "words", "characters"...
  public let unit: String
  /// Details as text, such as a confusion matrix; empty if there are none.
  public let details: String

  /// Creates a result.
  public init(_ figures: [(name: String, value: Double)], count: Int, of unit: String, details: String = "") {
    (self.figures, self.count, self.unit, self.details) = (figures, count, unit, details)
  }

  /// The value of a metric; nil if there is no metric of that name.
  public subscript(name: String) -> Double? { figures.first { $0.name == name }?.value }
}
