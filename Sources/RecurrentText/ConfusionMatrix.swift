// Which classes a classifier takes for which.

import Foundation
import RecurrentCore

/// The samples of each class by the class predicted for them, and what follows: accuracy,
/// precision, recall, F1. A figure that would be 0 / 0 is 0, as in scikit-learn. Takes memory for
/// the classes, and for the pairs of them that occur.
///
/// ```swift
/// var confusion = ConfusionMatrix(classes: ["Chinese", "Korean"])
/// confusion.add(truth: 0, prediction: 1)
/// print(confusion)           // a table, and "Chinese taken for Korean: 1"
/// ```
public struct ConfusionMatrix: Sendable, Equatable {
  /// Their names, by number.
  public let classes: [String]
  private var counts: [Pair: Int] = [:]
  /// By class: the samples that are of it, and those that were taken for it.
  private var supports: [Int]
  private var predictions: [Int]
  /// The samples.
  public private(set) var total = 0
  /// Those whose class was found.
  private var right = 0

  private struct Pair: Hashable {
    var truth: Int
    var prediction: Int
  }

  /// Of pairs of class numbers, none to begin with. Stops when there are not as many of the one as
  /// of the other, and on numbers outside `classes`.
  public init(classes: [String], truth: [Int] = [], predictions: [Int] = []) {
    require(
      truth.count == predictions.count, "ConfusionMatrix: \(predictions.count) predictions for \(truth.count) samples")
    self.classes = classes
    supports = Array(repeating: 0, count: classes.count)
    self.predictions = supports
    for (truth, prediction) in zip(truth, predictions) { add(truth: truth, prediction: prediction) }
  }

  /// Counts a sample. Stops on numbers outside `classes`.
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

  /// The samples of class `truth` that were taken for class `prediction`.
  public subscript(truth: Int, prediction: Int) -> Int { counts[Pair(truth: truth, prediction: prediction)] ?? 0 }

  /// The share of samples whose class was found.
  public var accuracy: Double { ratio(right, total) }

  /// The samples that are of a class.
  public func support(_ number: Int) -> Int { supports[number] }

  /// Of the samples taken for a class, the share that is of it.
  public func precision(_ number: Int) -> Double { ratio(self[number, number], predictions[number]) }

  /// Of the samples of a class, the share taken for it.
  public func recall(_ number: Int) -> Double { ratio(self[number, number], supports[number]) }

  /// The harmonic mean of precision and recall.
  public func f1(_ number: Int) -> Double { ratio(2 * self[number, number], supports[number] + predictions[number]) }

  /// The mean of F1 over the classes that samples are of or were taken for: scikit-learn's
  /// `f1_score(average="macro")`.
  public var macroF1: Double {
    let present = present
    return present.isEmpty ? 0 : present.reduce(0) { $0 + f1($1) } / Double(present.count)
  }

  private var present: [Int] { classes.indices.filter { supports[$0] + predictions[$0] > 0 } }

  private func ratio(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
}

extension ConfusionMatrix: CustomStringConvertible {
  /// The classes that a table shows at most, and the columns that a class's name takes in a line at
  /// most.
  private static let greatestRows = 100
  private static let greatestName = 48

  /// A table of the classes that occur, accuracy and macro F1, and the five most frequent
  /// confusions. Of more than 100 classes, those with the most samples, and how many are left out.
  /// Long names lose their middle.
  public var description: String {
    func number(_ figure: Double) -> String { String(format: "%.3f", figure) }
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
