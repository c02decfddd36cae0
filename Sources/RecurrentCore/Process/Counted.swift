// Counts as text: a number and its noun.

/// A count as text, singular or plural: "1 column", "2 columns".
package func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
