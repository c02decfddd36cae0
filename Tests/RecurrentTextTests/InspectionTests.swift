// Inspection: recorded activations, text features, unit ranking, and the page.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct InspectionTests {
  static let backend = TestBackend.make("swift", threads: 1).backend

  static func characters(_ text: String) -> [String] { text.map(String.init) }

  /// A feature's values in a text.
  static func feature(_ name: String, _ text: String) throws -> [Double] {
    try #require(TextFeature.all(of: characters(text)).first { $0.name == name }).values
  }

  // MARK: Activations

  @Test(arguments: [Cell.elman(.tanh), .lstm, .gru(.after), .gru(.before)], [false, true])
  func recordedIsWhatTheSequenceGives(_ cell: Cell, batchFirst: Bool) throws {
    let (T, I, H) = (9, 3, 5)
    let projection = cell == .lstm ? 4 : nil
    let stack = RecurrentStack(
      .init(cell: cell, inputSize: I, hiddenSize: H, layers: 2, projectionSize: projection, batchFirst: batchFirst),
      seed: 3, backend: InspectionTests.backend)
    var random = RandomStream(seed: 1)
    let inputs = Tensor(normal: 1, shape: [T, 1, I], using: &random)
    var initial = stack.initialState(batch: 1)
    initial.hidden = Tensor(normal: 0.5, shape: initial.hidden.shape, using: &random)
    let activations = UnitActivations(
      text: InspectionTests.characters("a b c d e"), inputs: inputs, stack: stack, state: initial)
    let (output, state) = stack(batchFirst ? inputs.transposedOuter() : inputs, state: initial)

    let names = activations.groups.map(\.name)
    #expect(
      names
        == (cell == .lstm
          ? ["layer 1 hidden", "layer 1 cell", "layer 2 hidden", "layer 2 cell"]
          : ["layer 1 hidden", "layer 2 hidden"]))
    func near(_ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Bool {
      zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 }
    }
    let O = projection ?? H
    for layer in 0..<2 {
      let hidden = try #require(activations.groups.first { $0.name == "layer \(layer + 1) hidden" })
      #expect(hidden.values.shape == [T, O] && hidden.units == O)
      #expect(near(hidden.values.elements.suffix(O), state.hidden.elements[layer * O..<(layer + 1) * O]))
      if layer == 1 { #expect(near(hidden.values.elements, output.elements)) }
      guard let c = state.cell else { continue }
      let group = try #require(activations.groups.first { $0.name == "layer \(layer + 1) cell" })
      #expect(group.values.shape == [T, H])
      #expect(
        near(group.values.elements.suffix(H), c.elements[layer * H..<(layer + 1) * H].map { Float(tanh(Double($0))) }))
    }
  }

  @Test func anEmptyTextStops() async {
    await #expect(processExitsWith: .failure) {
      _ = UnitActivations(text: [], groups: [.init("units", values: Tensor(zeros: [0, 1]))])
    }
  }

  // MARK: Features

  @Test func featuresAreWhatHoldsOnceACharacterIsRead() throws {
    func bits(_ name: String, _ text: String) throws -> String {
      try InspectionTests.feature(name, text).map { $0 == 1 ? "1" : $0 == 0 ? "0" : "?" }.joined()
    }
    #expect(try bits("inside quotes", #"a"bc"d"#) == "011100")
    #expect(try bits("inside quotes", "\u{201C}a\u{201D}b") == "1100")
    // An empty line closes an open quote.
    #expect(try bits("inside quotes", "\"a\nb\n\nc") == "1111100" && bits("inside brackets", "(a\n\nb") == "11100")
    #expect(try bits("inside brackets", "a(b[c]d)e)f") == "01111110000")
    #expect(try bits("first letter of a word", "it isn't A") == "1001000001" && bits("upper case", "aBÉ d") == "01100")
    #expect(try bits("space", "a b\n\tc") == "010010" && bits("vowel", "Abéy o") == "101001")
    #expect(try bits("digit", "a1 2") == "0101" && bits("punctuation", "a, b+c'") == "0100101")
    #expect(try bits("name or heading", "Ann:\nso:\nTHE END\nA\n") == "11110" + "0000" + "11111110" + "00")
    let places: [Double] = [1, 2, 3, 0, 1]
    #expect(try InspectionTests.feature("position in the line", "ab \nc") == places)
    let beginnings: [Double] = [0.5, 0.25, 1, 0.5]
    #expect(try InspectionTests.feature("beginning of a line", "ab\nc") == beginnings)
    let letters: [Double] = [1, 2, 0, 1, 2, 3, 0]
    #expect(try InspectionTests.feature("position in the word", "ab i'm.") == letters)
    #expect(
      TextFeature.all(of: []).allSatisfy(\.values.isEmpty)
        && TextFeature.all(of: [""]).allSatisfy { $0.values.count == 1 })
  }

  // MARK: Ranking

  /// In a relu network of which unit 1 counts up to each newline, 3 is on in spaces, 4 off in them,
  /// and 5 never changes.
  @Test func unitsThatFollowAFeatureComeFirst() throws {
    let text = InspectionTests.characters(
      "the cat, it is said,\nsat on \"a mat\"\nand was not (as all\ncats are) a dog\n")
    var stack = RecurrentStack(
      .init(cell: .elman(.relu), inputSize: 3, hiddenSize: 6, bias: false), seed: 1, backend: InspectionTests.backend)
    func set(_ tensor: inout Tensor, _ unit: Int, _ row: [Float]) {
      for (k, value) in row.enumerated() { tensor[unit, k] = value }
    }
    // Inputs: is a newline; is a space; 1.
    for (unit, row) in [(1, [-1000, 0, 1]), (3, [0, 1, 0]), (4, [0, -0.5, 0.5]), (5, [0, 0, 0.1])] as [(Int, [Float])] {
      set(&stack.parameters[0].inputWeight, unit, row)
      set(&stack.parameters[0].recurrentWeight, unit, (0..<6).map { unit == 1 && $0 == 1 ? 1 : 0 })
    }
    let inputs = Tensor(
      text.flatMap { [$0 == "\n" ? 1 : 0, $0 == " " ? 1 : 0, 1] as [Float] }, shape: [text.count, 1, 3])
    let activations = UnitActivations(text: text, inputs: inputs, stack: stack)
    let ranking = UnitRanking(activations, keeping: 6)

    let entries = Dictionary(uniqueKeysWithValues: ranking.entries.map { ($0.feature, $0.units) })
    // There are neither digits nor capitals in that text.
    #expect(
      entries["digit"] == nil && entries["upper case"] == nil && entries["name or heading"] == nil && entries.count == 9
    )
    let place = try #require(entries["position in the line"]?.first)
    #expect(place.unit == 1 && place.groupName == "layer 1 hidden" && place.correlation > 0.999_999)
    let spaces = try #require(entries["space"])
    #expect(spaces.prefix(2).map(\.unit) == [3, 4] || spaces.prefix(2).map(\.unit) == [4, 3])
    for unit in spaces.prefix(2) { #expect(abs(unit.correlation - (unit.unit == 3 ? 1 : -1)) < 1e-6) }
    #expect(spaces.last?.correlation == 0)
    let constant = spaces.first { $0.unit == 5 }?.correlation
    #expect(constant == 0)

    let lines = ranking.description.split(separator: "\n")
    #expect(lines.count == 1 + 9 * 3 && lines[0].hasSuffix("unit              correlation"))
    #expect(lines.contains { $0.hasPrefix("position in the line ") && $0.hasSuffix("  layer 1 hidden 1  +1.00") })
  }

  /// Against the definition, with features of one's own, over two groups; what is not finite counts
  /// 0.
  @Test func correlationsAreThoseOfTheDefinition() throws {
    let (T, H) = (200, 7)
    var random = RandomStream(seed: 2)
    var values = [
      Tensor(normal: 1, shape: [T, H], using: &random), Tensor(normal: 1e-3, shape: [T, H], using: &random),
    ]
    for t in 0..<T { values[1][t, 2] += 100 }
    values[0][5, 3] = .nan
    let feature = TextFeature("mine", values: (0..<T).map { _ in Double(random.normal()) + 50 })
    let activations = UnitActivations(
      text: Array(repeating: "x", count: T), groups: [.init("a", values: values[0]), .init("b", values: values[1])])
    let constant = TextFeature("never changes", values: Array(repeating: 3, count: T))
    let ranking = UnitRanking(activations, features: [feature, constant], keeping: 14)

    #expect(ranking.entries.map(\.feature) == ["mine"] && ranking.entries[0].units.count == 14)
    let magnitudes = ranking.entries[0].units.map { abs($0.correlation) }
    #expect(magnitudes == magnitudes.sorted(by: >))
    for unit in ranking.entries[0].units {
      let v = (0..<T).map { Double(values[unit.group][$0, unit.unit]) }
      let (vMean, fMean) = (v.reduce(0, +) / Double(T), feature.values.reduce(0, +) / Double(T))
      let product = zip(v, feature.values).reduce(0) { $0 + ($1.0 - vMean) * ($1.1 - fMean) }
      let squares = (
        v.reduce(0) { $0 + ($1 - vMean) * ($1 - vMean) }, feature.values.reduce(0) { $0 + ($1 - fMean) * ($1 - fMean) }
      )
      let expected = product / (squares.0 * squares.1).squareRoot()
      #expect(abs(unit.correlation - (expected.isFinite ? expected : 0)) < 1e-9, "\(unit), expected \(expected)")
    }
  }

  // MARK: Page

  /// What the page's script reads.
  struct Contents: Decodable {
    struct Group: Decodable {
      let name: String
      let units: Int
      let scale: Float
      let values: Data
    }
    struct Entry: Decodable {
      struct Unit: Decodable { let group, unit: Int; let correlation: Double }
      let feature: String
      let units: [Unit]
    }
    let title: String
    let characters: [String]
    let groups: [Group]
    let ranking: [Entry]

    init(html: String) throws {
      let parts = html.components(separatedBy: "<script type=\"application/json\" id=\"data\">")
      try #require(parts.count == 2)
      let json = try #require(parts[1].components(separatedBy: "</script>").first)
      self = try JSONDecoder().decode(Contents.self, from: Data(json.utf8))
    }
  }

  @Test func thePageHasTheValues() throws {
    let (T, H) = (50, 4)
    var random = RandomStream(seed: 5)
    var wide = Tensor(uniform: -3...3, shape: [T, H], using: &random)
    (wide[0, 0], wide[1, 1], wide[2, 2], wide[3, 3]) = (4, .nan, .infinity, -.infinity)
    let values = [Tensor(uniform: -1...1, shape: [T, H], using: &random), wide]
    let activations = UnitActivations(
      text: InspectionTests.characters(String(repeating: "a bc\n", count: 10)),
      groups: [.init("narrow", values: values[0]), .init("wide", values: values[1])])
    let contents = try Contents(html: InspectionPage(activations, title: "A title").html())

    #expect(contents.title == "A title" && contents.characters == activations.characters)
    #expect(contents.groups.map(\.name) == ["narrow", "wide"] && contents.groups.map(\.scale) == [1, 4])
    for (group, values) in zip(contents.groups, values) {
      #expect(group.units == H && group.values.count == T * H)
      for (index, byte) in group.values.enumerated() {
        let value = values[index % T, index / T]
        let shown = Int8(bitPattern: byte)
        if value.isNaN {
          #expect(shown == -128)
        } else {
          #expect(
            abs(Float(shown) / 127 * group.scale - min(max(value, -group.scale), group.scale)) <= group.scale / 127)
        }
      }
    }
    let ranking = UnitRanking(activations)
    #expect(contents.ranking.map(\.feature) == ranking.entries.map(\.feature))
    #expect(contents.ranking[0].units.map(\.unit) == ranking.entries[0].units.map(\.unit))
  }

  /// Text that looks like HTML is shown as text.
  @Test func aTextDoesNoHarm() throws {
    let nasty = "</script><script>alert(\"1\")</script> & &amp; '\\' <!-- \u{0}\u{1B}\u{2028}\r\n é 한"
    func html(_ text: String) -> String {
      let characters = InspectionTests.characters(text) + [text]
      let group = UnitActivations.Group(text, values: Tensor(zeros: [characters.count, 1]))
      return InspectionPage(UnitActivations(text: characters, groups: [group]), title: text).html()
    }
    let contents = try Contents(html: html(nasty))
    #expect(contents.title == nasty && contents.characters.last == nasty && contents.groups[0].name == nasty)
    func tags(_ html: String) -> Int { html.count { $0 == "<" } }
    #expect(tags(html(nasty)) == tags(html("harmless")))
    // The page loads no external resources.
    #expect(
      !html("harmless").contains("http://") && !html("harmless").contains("https://")
        && !html("harmless").contains("src="))
  }

  @Test func aPageIsWrittenOrRefused() throws {
    let page = InspectionPage(
      UnitActivations(text: ["a"], groups: [.init("units", values: Tensor(zeros: [1, 1]))]), title: "Title")
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "recurrent-\(UInt64.random(in: 0 ... .max)).html"
    ).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try page.write(to: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == page.html())
    #expect(throws: RecurrentError.self) { try page.write(to: path + "/missing/page.html") }
  }
}
