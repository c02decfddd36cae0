// XML: a check of well-formed output.

/// Whether elements are closed in order, attributes are quoted, and there are no bare & or <.

package func isWellFormedXML(_ text: String) -> Bool {
  var open: [Substring] = []
  var rest = text[...]
  while let start = rest.firstIndex(of: "<") {
    let content = rest[..<start]
    if content.contains(">") || !hasEntitiesOnly(content) { return false }
    guard let end = rest[start...].firstIndex(of: ">") else { return false }
    let tag = rest[rest.index(after: start)..<end]
    rest = rest[rest.index(after: end)...]
    if tag.contains("<") || tag.count(where: { $0 == "\"" }) % 2 != 0 || !hasEntitiesOnly(tag) { return false }
    if tag.hasPrefix("/") {
      if open.popLast() != tag.dropFirst() { return false }
    } else if !tag.hasSuffix("/") {
      open.append(tag.prefix { $0 != " " && $0 != "\n" })
    }
  }
  return open.isEmpty && rest.allSatisfy(\.isWhitespace)
}

private func hasEntitiesOnly(_ text: Substring) -> Bool {
  text.split(separator: "&", omittingEmptySubsequences: false).dropFirst().allSatisfy { part in
    ["amp;", "lt;", "gt;", "quot;", "apos;"].contains { part.hasPrefix($0) }
  }
}
