// Names of classes and their numbers.

/// A numbered list of labels: classes or tags. In files, a list of strings.
struct Labels: Sendable, Equatable, Codable {
  /// By number.
  let names: [String]
  private let numbers: [String: Int]

  /// Names that differ. (Where a file has one twice, `SystemVocabularies.problem` tells.)
  init(_ names: [String]) {
    self.names = names
    numbers = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// A label's number; nil for one that is not in the list.
  subscript(name: String) -> Int? { numbers[name] }

  /// With those of others that are not among them after these, in alphabetical order.
  func extended(by others: some Sequence<String>) -> Labels {
    Labels(names + Set(others.lazy.filter { numbers[$0] == nil }).sorted())
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let names = try container.decode([String].self)
    guard names.allSatisfy(\.isStreamSafe) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "there is a label with more than 30 combining marks in a row")
    }
    self.init(names)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(names)
  }
}
