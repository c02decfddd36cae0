// Which classes a classifier takes for which.

import Foundation
import RecurrentCore

/// The samples of each class by the class predicted for them, and what follows: accuracy, precision, recall, F1. A
/// figure that would be 0 / 0 is 0, as in scikit-learn.
///
/// ```swift
/// var confusion = ConfusionMatrix(classes: ["Chinese", "Korean"])
/// confusion.add(truth: 0, prediction: 1)
/// print(confusion)           // a table, and "Chinese taken for Korean: 1"
/// ```
public struct ConfusionMatrix: Sendable, Equatable {
  /// Their names, by number.
  public let classes: [String]
  /// [classes, classes]: rows are the truth.
  private var counts: [Int]

  /// Of pairs of class numbers, none to begin with. Stops when there are not as many of the one as of the other, and on numbers outside
  /// `classes`.
  public init(classes: [String], truth: [Int] = [], predictions: [Int] = []) {
    require(
      truth.count == predictions.count, "ConfusionMatrix: \(predictions.count) predictions for \(truth.count) samples")
    self.classes = classes
    counts = Array(repeating: 0, count: classes.count * classes.count)
    for (truth, prediction) in zip(truth, predictions) { add(truth: truth, prediction: prediction) }
  }

  /// Counts a sample. Stops on numbers outside `classes`.
  public mutating func add(truth: Int, prediction: Int) {
    require(
      classes.indices.contains(truth) && classes.indices.contains(prediction),
      "ConfusionMatrix.add: truth \(truth), prediction \(prediction): expected 0..<\(classes.count)")
    counts[truth * classes.count + prediction] += 1
  }

  /// The samples of class `truth` that were taken for class `prediction`.
  public subscript(truth: Int, prediction: Int) -> Int { counts[truth * classes.count + prediction] }

  /// The samples.
  public var total: Int { counts.reduce(0, +) }

  /// The share of samples whose class was found.
  public var accuracy: Double { ratio(classes.indices.reduce(0) { $0 + self[$1, $1] }, total) }

  /// The samples that are of a class.
  public func support(_ number: Int) -> Int { classes.indices.reduce(0) { $0 + self[number, $1] } }

  /// The samples that were taken for a class.
  private func predicted(_ number: Int) -> Int { classes.indices.reduce(0) { $0 + self[$1, number] } }

  /// Of the samples taken for a class, the share that is of it.
  public func precision(_ number: Int) -> Double { ratio(self[number, number], predicted(number)) }

  /// Of the samples of a class, the share taken for it.
  public func recall(_ number: Int) -> Double { ratio(self[number, number], support(number)) }

  /// The harmonic mean of precision and recall.
  public func f1(_ number: Int) -> Double { ratio(2 * self[number, number], support(number) + predicted(number)) }

  /// The mean of F1 over the classes that samples are of or were taken for: scikit-learn's `f1_score(average="macro")`.
  public var macroF1: Double {
    let present = present
    return present.isEmpty ? 0 : present.reduce(0) { $0 + f1($1) } / Double(present.count)
  }

  private var present: [Int] { classes.indices.filter { support($0) + predicted($0) > 0 } }

  private func ratio(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
}

extension ConfusionMatrix: CustomStringConvertible {
  /// A table of the classes that occur, accuracy and macro F1, and the five most frequent confusions.
  public var description: String {
    func row(_ name: String, _ cells: [String]) -> String {
      let gap = String(repeating: " ", count: max(0, width - name.count))
      return name + gap + cells.map { String(repeating: " ", count: max(1, 11 - $0.count)) + $0 }.joined()
    }
    func number(_ figure: Double) -> String { String(format: "%.3f", figure) }
    let width = present.map { classes[$0].count }.reduce("macro F1".count, max)
    let confusions = classes.indices.flatMap { truth in
      classes.indices.compactMap { truth != $0 && self[truth, $0] > 0 ? (truth: truth, prediction: $0, count: self[truth, $0]) : nil }
    }.sorted { ($1.count, $0.truth, $0.prediction) < ($0.count, $1.truth, $1.prediction) }
    let lines =
      [row("", ["precision", "recall", "F1", "support"])]
      + present.map { row(classes[$0], [number(precision($0)), number(recall($0)), number(f1($0)), String(support($0))]) }
      + [row("accuracy", ["", "", number(accuracy), String(total)]), row("macro F1", ["", "", number(macroF1), String(total)])]
      + confusions.prefix(5).map { "\(classes[$0.truth]) taken for \(classes[$0.prediction]): \($0.count)" }
    return lines.joined(separator: "\n")
  }
}
