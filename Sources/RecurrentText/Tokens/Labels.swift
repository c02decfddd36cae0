// Label list: names of classes or tags, and their indices.

/// An indexed list of labels: classes or tags. Encoded as a list of strings.
struct Labels: Sendable, Equatable, Codable {
  /// Names by index.
  let names: [String]
  private let numbers: [String: Int]

  /// Creates a list of different names. `SystemVocabularies.problem` reports duplicates in a file.
  init(_ names: [String]) {
    self.names = names
    numbers = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The index of a label; nil if it is not in the list.
  subscript(name: String) -> Int? { numbers[name] }

  /// This list, followed by the other labels that it lacks, in alphabetical order.
  func extended(by others: some Sequence<String>) -> Labels {
    Labels(names + Set(others.lazy.filter { numbers[$0] == nil }).sorted())
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let names = try container.decode([String].self)
    guard names.allSatisfy(\.isStreamSafe) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a label has more than 30 combining marks in a row")
    }
    self.init(names)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(names)
  }
}
