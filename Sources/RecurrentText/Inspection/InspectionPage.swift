// Inspection page: an HTML page of a text coloured by the value of a unit.

import Foundation
import RecurrentCore
import RecurrentInterchange

/// An HTML page that shows a text with the value of one unit behind each character, blue for
/// negative and red for positive values. It lists the units with the highest correlation for each
/// text feature; a click selects a unit.
///
/// ```swift
/// try InspectionPage(activations, title: "Shakespeare, 3 epochs").write(to: "units.html")
/// ```
///
/// - The page is one file without external resources, for any current browser, light and dark.
/// - An address that ends with `#group=layer+1+cell&unit=12` selects that unit.
/// - Values are stored as integers from -127 to 127, relative to the larger of 1 and the greatest
///   magnitude in the group.
/// - The size in bytes is about 4/3 · units · characters + 4 · characters + 25,000: 128 units and
///   5,000 characters take 0.9 MB, 1,024 units and 10,000 characters 14 MB.
public struct InspectionPage: Sendable {
  private let activations: UnitActivations
  private let ranking: UnitRanking
  private let title: String

  /// Creates a page. `ranking` is a ranking of the same activations; nil for one of all features.
  public init(_ activations: UnitActivations, ranking: UnitRanking? = nil, title: String) {
    let ranking = ranking ?? UnitRanking(activations)
    for unit in ranking.entries.flatMap(\.units) {
      require(
        activations.groups.indices.contains(unit.group) && unit.unit < activations.groups[unit.group].units,
        "InspectionPage: the ranking has unit \(unit.unit) of '\(unit.groupName)', the activations do not")
    }
    (self.activations, self.ranking, self.title) = (activations, ranking, title)
  }

  /// Writes `html()` to a file, which is replaced atomically. Throws if it cannot be written.
  public func write(to path: String) throws(RecurrentError) { try AtomicFile.write(Data(html().utf8), to: path) }

  /// The page as an HTML document.
  public func html() -> String {
    let contents = Contents(
      title: title, characters: activations.characters, groups: activations.groups.map(Contents.Group.init),
      ranking: ranking.entries.map { entry in
        .init(
          feature: entry.feature,
          units: entry.units.map { .init(group: $0.group, unit: $0.unit, correlation: $0.correlation) })
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys  // Deterministic output.
    // Only strings and finite numbers, so encoding cannot fail.
    let json = String(decoding: try! encoder.encode(contents), as: UTF8.self)
    // Escaped, so that no text can close the script element.
    return InspectionPage.document(json: json.replacingOccurrences(of: "<", with: "\\u003c"))
  }

  /// The data that the page's script reads.
  private struct Contents: Encodable {
    let title: String
    let characters: [String]
    let groups: [Group]
    let ranking: [Entry]

    struct Entry: Encodable {
      let feature: String
      let units: [Unit]
    }

    struct Unit: Encodable {
      let group, unit: Int
      let correlation: Double
    }

    struct Group: Encodable {
      let name: String
      let units: Int
      /// The value of the integer 127.
      let scale: Float
      /// A signed byte for each unit and character, unit by unit, as base64; -128 for NaN.
      let values: String

      init(_ group: UnitActivations.Group) {
        let (T, H) = (group.values.shape[0], group.values.shape[1])
        let v = group.values.elements
        let scale = v.reduce(1) { $1.isFinite ? max($0, abs($1)) : $0 }
        var bytes = [UInt8](repeating: 0, count: v.count)
        for t in 0..<T {
          for unit in 0..<H {
            let value = v[t * H + unit]
            let number: Int8 = value.isNaN ? -128 : Int8((min(max(value / scale, -1), 1) * 127).rounded())
            bytes[unit * T + t] = UInt8(bitPattern: number)
          }
        }
        (name, units, self.scale, values) = (group.name, H, scale, Data(bytes).base64EncodedString())
      }
    }
  }
}
