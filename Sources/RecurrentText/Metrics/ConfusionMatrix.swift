// Confusion matrix: predicted against true classes, with accuracy, precision, recall and F1.

import Foundation
import RecurrentCore

/// Counts of samples by true and predicted class, with accuracy, precision, recall and F1.
///
/// A ratio of 0 / 0 is 0, as in scikit-learn. Memory grows with the number of classes and the
/// number of different (true, predicted) pairs, not with the square of the classes.
///
/// ```swift
/// var confusion = ConfusionMatrix(classes: ["Chinese", "Korean"])
/// confusion.add(truth: 0, prediction: 1)
/// print(confusion)           // a table, and "Chinese taken for Korean: 1"
/// ```
public struct ConfusionMatrix: Sendable, Equatable {
  /// Class names by class index.
  public let classes: [String]
  private var counts: [Pair: Int] = [:]
  /// By class: the number of samples of the class, and the number of predictions of it.
  private var supports: [Int]
  private var predictions: [Int]
  /// The number of samples.
  public private(set) var total = 0
  /// The number of samples that were classified correctly.
  private var right = 0

  private struct Pair: Hashable {
    var truth: Int
    var prediction: Int
  }

  /// Creates a matrix from class indices of samples. Precondition: as many predictions as true
  /// classes, all within 0..<classes.count.
  public init(classes: [String], truth: [Int] = [], predictions: [Int] = []) {
    require(
      truth.count == predictions.count, "ConfusionMatrix: \(predictions.count) predictions for \(truth.count) samples")
    self.classes = classes
    supports = Array(repeating: 0, count: classes.count)
    self.predictions = supports
    for (truth, prediction) in zip(truth, predictions) { add(truth: truth, prediction: prediction) }
  }

  /// Adds a sample. Precondition: both indices are within 0..<classes.count.
  public mutating func add(truth: Int, prediction: Int) {
    require(
      classes.indices.contains(truth) && classes.indices.contains(prediction),
      "ConfusionMatrix.add: truth \(truth), prediction \(prediction): expected 0..<\(classes.count)")
    counts[Pair(truth: truth, prediction: prediction), default: 0] += 1
    supports[truth] += 1
    predictions[prediction] += 1
    total += 1
    if truth == prediction { right += 1 }
  }

  /// The number of samples of class `truth` that were classified as `prediction`.
  public subscript(truth: Int, prediction: Int) -> Int { counts[Pair(truth: truth, prediction: prediction)] ?? 0 }

  /// The fraction of samples that were classified correctly.
  public var accuracy: Double { ratio(right, total) }

  /// The number of samples of a class.
  public func support(_ index: Int) -> Int { supports[index] }

  /// The fraction of the predictions of a class that are correct.
  public func precision(_ index: Int) -> Double { ratio(self[index, index], predictions[index]) }

  /// The fraction of the samples of a class that were classified correctly.
  public func recall(_ index: Int) -> Double { ratio(self[index, index], supports[index]) }

  /// The harmonic mean of precision and recall.
  public func f1(_ index: Int) -> Double { ratio(2 * self[index, index], supports[index] + predictions[index]) }

  /// The mean F1 of all classes with a sample or a prediction: scikit-learn's
  /// `f1_score(average="macro")`.
  public var macroF1: Double {
    let present = present
    return present.isEmpty ? 0 : present.reduce(0) { $0 + f1($1) } / Double(present.count)
  }

  private var present: [Int] { classes.indices.filter { supports[$0] + predictions[$0] > 0 } }

  private func ratio(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
}

extension ConfusionMatrix: CustomStringConvertible {
  /// The maximum number of classes in a table, and of columns for a class name.
  private static let greatestRows = 100
  private static let greatestName = 48

  /// A table of all classes with a sample or a prediction, accuracy and macro F1, and the five most
  /// frequent confusions. Of more than 100 classes, the table lists those with the most samples.
  /// Long names are shortened in the middle.
  public var description: String {
    func number(_ value: Double) -> String { String(format: "%.3f", value) }
    func name(_ number: Int) -> String {
      classes[number].printable().shortened(toColumns: ConfusionMatrix.greatestName)
    }
    let present = present
    let shown = present.sorted { (supports[$1], $0) < (supports[$0], $1) }.prefix(ConfusionMatrix.greatestRows).sorted()
    var table = TextTable([.label(""), .number("precision"), .number("recall"), .number("F1"), .number("support")])
    for row in shown {
      table.add([classes[row], number(precision(row)), number(recall(row)), number(f1(row)), String(supports[row])])
    }
    table.add(["accuracy", "", "", number(accuracy), String(total)])
    table.add(["macro F1", "", "", number(macroF1), String(total)])
    let confusions = counts.filter { $0.key.truth != $0.key.prediction }
      .sorted { ($1.value, $0.key.truth, $0.key.prediction) < ($0.value, $1.key.truth, $1.key.prediction) }
    let rest = present.count - shown.count
    let lines =
      [table.description]
      + (rest > 0 ? ["(\(counted(rest, "class", plural: "classes")) with fewer samples left out)"] : [])
      + confusions.prefix(5).map { "\(name($0.key.truth)) taken for \(name($0.key.prediction)): \($0.value)" }
    return lines.joined(separator: "\n")
  }
}
