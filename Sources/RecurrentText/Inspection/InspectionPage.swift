// A text coloured by what one unit does, as a page for a browser.

import Foundation
import RecurrentCore
import RecurrentInterchange

/// A page that shows a text with the value of one unit behind each character, blue for negative and
/// red for positive, and for every feature of the text the units that follow it best, to be looked
/// at with a click.
///
/// ```swift
/// try InspectionPage(activations, title: "Shakespeare, 3 epochs").write(to: "units.html")
/// ```
///
/// One file that loads nothing, for any current browser, in light and dark. An address that ends
/// with `#group=layer+1+cell&unit=12` shows that unit. Values are kept as whole numbers from -127
/// to 127, relative to 1 or, in a group that goes beyond, to its greatest magnitude.
///
/// The text is as long as the caller lets it be. The file's size in bytes is 4/3 · units ·
/// characters, with 4 for each character and about 25,000 for the rest: 128 units and 5,000
/// characters make 0.9 MB, 1,024 and 10,000 make 14 MB.
public struct InspectionPage: Sendable {
  private let activations: UnitActivations
  private let ranking: UnitRanking
  private let title: String

  /// `ranking` is of the same activations; nil for one with all features.
  public init(_ activations: UnitActivations, ranking: UnitRanking? = nil, title: String) {
    let ranking = ranking ?? UnitRanking(activations)
    for unit in ranking.entries.flatMap(\.units) {
      require(
        activations.groups.indices.contains(unit.group) && unit.unit < activations.groups[unit.group].units,
        "InspectionPage: the ranking has unit \(unit.unit) of '\(unit.groupName)', the activations do not")
    }
    (self.activations, self.ranking, self.title) = (activations, ranking, title)
  }

  /// Writes `html()` to a file, whole or not at all. Throws when it cannot be written.
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
    encoder.outputFormatting = .sortedKeys  // The same page every time.
    // Strings and finite numbers: nothing that JSON does not take.
    let json = String(decoding: try! encoder.encode(contents), as: UTF8.self)
    // No text can end the element that it is in, or begin another.
    return InspectionPage.document(json: json.replacingOccurrences(of: "<", with: "\\u003c"))
  }

  /// What the page's script reads.
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
      /// The value that 127 stands for.
      let scale: Float
      /// A byte for each unit and character, unit by unit, as base64; -128 for what is not a
      /// number.
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
