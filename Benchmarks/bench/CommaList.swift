// Comma lists: option values separated by commas.

import ArgumentParser

/// An option's values, separated by commas, each once.
struct CommaList<Element: ExpressibleByArgument & Hashable & Sendable>: ExpressibleByArgument, Sendable {
  let values: [Element]

  init(_ values: [Element]) { self.values = values }

  init?(argument: String) {
    let parsed = argument.split(separator: ",", omittingEmptySubsequences: false).map { Element(argument: String($0)) }
    guard !parsed.isEmpty, !parsed.contains(where: { $0 == nil }) else { return nil }
    values = parsed.map { $0! }.uniqued()
  }

  var defaultValueDescription: String { values.map { "\($0)" }.joined(separator: ",") }
}
