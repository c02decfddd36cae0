// Line plots: well-formed SVG whatever they are given, with each point where its value belongs.

import Foundation
import RecurrentCore
import RecurrentPlots
import Testing
import _TestSupport

@Suite struct LinePlotTests {
  static func plot(
    _ series: [LinePlot.Series], x: LinePlot.Scale = .linear, y: LinePlot.Scale = .linear,
    references: [LinePlot.Reference] = []
  ) -> LinePlot {
    LinePlot(
      title: "Title", x: .init("across", scale: x), y: .init("up", scale: y), series: series, references: references)
  }

  /// The pieces of a series' curve, as numbers of points.
  static func lines(_ svg: String, series: Int = 0) -> [Int] {
    path(svg, series).split(separator: "M").map { $0.split(separator: "L").count }
  }

  /// The points of the first curve, in pixels.
  static func points(_ svg: String) -> [SIMD2<Double>] {
    path(svg, 0).split { "ML".contains($0) }.map {
      let numbers = $0.split(separator: " ").map { Double($0)! }
      return SIMD2(numbers[0], numbers[1])
    }
  }

  /// A series' curve; its second line is the legend's.
  private static func path(_ svg: String, _ series: Int) -> String {
    svg.split(separator: "\n").first { $0.contains("\"series\(series) line\"") }
      .map { $0.components(separatedBy: " d=\"")[1].components(separatedBy: "\"")[0] } ?? ""
  }

  @Test func everyScaleAndEveryMarkerIsWellFormed() {
    let series = (0..<20).map { index in
      LinePlot.Series("series \(index)", y: (1...30).map { Double($0 * (index + 1)) })
    }
    for x in [LinePlot.Scale.linear, .log2, .log10] {
      for y in [LinePlot.Scale.linear, .log2, .log10] {
        let svg = LinePlotTests.plot(series, x: x, y: y, references: [.init(y: 100, label: "peak")]).svg()
        #expect(isWellFormedXML(svg))
        #expect(svg.contains(">peak</text>") && svg.contains(">series 19</text>"))
        #expect(!svg.contains("nan") && !svg.contains("inf"))
        #expect(svg.contains("prefers-color-scheme: dark"))
      }
    }
    // The check itself sees what is wrong.
    #expect(!isWellFormedXML("<a><b></a></b>"))
    #expect(!isWellFormedXML("<a>x & y</a>"))
    #expect(!isWellFormedXML("<a>"))
  }

  /// Text is text, whatever it contains.
  @Test func textIsEscaped() {
    let nasty = "</text><script>\"a\" & 'b'\u{0}\u{1B}"
    let svg = LinePlot(
      title: nasty, x: .init(nasty), y: .init(nasty), series: [.init(nasty, y: [1, 2])],
      references: [.init(y: 1, label: nasty)]
    ).svg()
    #expect(isWellFormedXML(svg))
    #expect(!svg.contains("<script"))
    let escaped = "&lt;/text&gt;&lt;script&gt;&quot;a&quot; &amp; &apos;b&apos;\u{FFFD}\u{FFFD}"
    #expect(svg.components(separatedBy: ">\(escaped)</").count - 1 == 6)
  }

  /// Points without a place leave gaps and do not move the axes; a point alone between gaps still
  /// has its marker.
  @Test func pointsWithoutAPlaceLeaveGaps() {
    let whole = LinePlotTests.plot([.init("a", y: [1, 2, 3, 4, 5, 6])]).svg()
    #expect(LinePlotTests.lines(whole) == [6])
    for gap in [Double.nan, .infinity, -.infinity] {
      let broken = LinePlotTests.plot([.init("a", y: [1, 2, gap, 4, 5, 6])]).svg()
      #expect(LinePlotTests.lines(broken) == [2, 3])
      #expect(
        LinePlotTests.points(broken)
          == LinePlotTests.points(whole).enumerated().filter { $0.offset != 2 }.map(\.element))
    }
    for gap in [0, -3.0] {
      #expect(LinePlotTests.lines(LinePlotTests.plot([.init("a", y: [1, 2, gap, 4])], y: .log10).svg()) == [2, 1])
      #expect(
        LinePlotTests.lines(LinePlotTests.plot([.init("a", x: [1, gap, 4, 8], y: [1, 2, 3, 4])], x: .log2).svg()) == [
          1, 2,
        ])
    }
    var alone = [Double](repeating: .nan, count: 101)
    alone[37] = 1
    let svg = LinePlotTests.plot([.init("a", y: alone)]).svg()
    let place = LinePlotTests.points(svg)[0]
    #expect(svg.contains("<path class=\"series0\" d=\"M\(place.x) \(place.y)m"))
  }

  /// Equal differences are equal distances on a linear axis, equal ratios on a logarithmic one, and
  /// up is up.
  @Test func placesFollowTheScale() {
    func isEven(_ svg: String) -> Bool {
      let points = LinePlotTests.points(svg)
      let steps = zip(points.dropFirst(), points).map { $0 - $1 }
      return steps.count > 2
        && steps.allSatisfy { abs($0.x - steps[0].x) < 0.25 && abs($0.y - steps[0].y) < 0.25 && $0.x > 0 && $0.y < 0 }
    }
    #expect(isEven(LinePlotTests.plot([.init("a", x: [10, 20, 30, 40], y: [-1, 0, 1, 2])]).svg()))
    #expect(
      isEven(LinePlotTests.plot([.init("a", x: [1, 2, 4, 8], y: [1e-9, 1e-6, 1e-3, 1])], x: .log2, y: .log10).svg()))
    #expect(
      isEven(LinePlotTests.plot([.init("a", x: [1, 10, 100, 1000], y: [2, 8, 32, 128])], x: .log10, y: .log2).svg()))
  }

  /// The ticks are round numbers, a handful of them, within the axis.
  @Test func ticksAreRound() {
    func labels(_ scale: LinePlot.Scale, _ values: [Double], isRounded: Bool = true) -> [String] {
      PlotAxis(scale, values: values, isRounded: isRounded).ticks.map(\.label)
    }
    #expect(labels(.linear, [0.02, 0.97]) == ["0", "0.2", "0.4", "0.6", "0.8", "1"])
    #expect(labels(.linear, [-1, 1]) == ["-1", "-0.5", "0", "0.5", "1"])
    #expect(labels(.linear, [0, 199], isRounded: false) == ["0", "50", "100", "150"])
    #expect(labels(.log10, [1e-8, 1]) == ["10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"])
    #expect(labels(.log10, [0.02, 300]) == ["0.01", "0.1", "1", "10", "100", "1000"])
    #expect(labels(.log10, [1, 40]) == ["1", "2", "5", "10", "20"])
    #expect(labels(.log2, [64, 1024], isRounded: false) == ["64", "128", "256", "512", "1024"])
    let tiny = Double.leastNonzeroMagnitude
    let ranges: [(Double, Double)] = [
      (1e-300, 1e300), (1e-30, 2e-30), (3, 3.1), (7, 7), (1, 1 + 1e-15), (tiny, tiny), (tiny, 1.7e308), (1e289, 1e290),
    ]
    for scale in [LinePlot.Scale.linear, .log2, .log10] {
      for (low, high) in ranges {
        for isRounded in [false, true] {
          let axis = PlotAxis(scale, values: [low, high], isRounded: isRounded)
          #expect(axis.ticks.count <= 11, "\(scale) \(low) \(high)")
          let ends = [low, high].compactMap { axis.position($0) }
          #expect(ends.allSatisfy { 0 <= $0 && $0 <= 1 }, "\(scale) \(low) \(high)")
          if low > 1e-100, high < 1e100 {
            #expect(axis.ticks.count >= 2, "\(scale) \(low) \(high)")
            #expect(
              axis.ticks.allSatisfy { (-1e-6...1 + 1e-6).contains(axis.position($0.value)!) }, "\(scale) \(low) \(high)"
            )
          }
        }
      }
    }
  }

  /// Nothing to draw is still a plot.
  @Test func emptyPlots() {
    for scale in [LinePlot.Scale.linear, .log2, .log10] {
      for series in [
        [], [LinePlot.Series("empty", y: [])], [.init("gaps", y: [.nan, -.infinity])], [.init("one", y: [3])],
      ] {
        #expect(isWellFormedXML(LinePlotTests.plot(series, y: scale).svg()))
      }
    }
  }

  /// A file is written with the document; a directory that is not there is an error that names the
  /// path.
  @Test func writesFiles() throws {
    let plot = LinePlotTests.plot([.init("a", y: [1, 2, 3])])
    let path = NSTemporaryDirectory() + "/line-plot-\(UInt64.random(in: 0 ... .max)).svg"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try plot.write(to: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == plot.svg())
    let missing = path + "-missing/plot.svg"
    let error = #expect(throws: RecurrentError.self) { try plot.write(to: missing) }
    guard case .inputOutput(missing, _) = error else { return #expect(Bool(false), "\(String(describing: error))") }
  }
}

@Suite struct PlotSheetTests {
  /// Rows of panels side by side, each curve in its own panel; the legend once, for all.
  @Test func panelsShareALegend() {
    let panel = LinePlot(
      title: "unseen", x: .init("x"), y: .init("y"),
      series: [.init("first & only", y: [1, 2, 3]), .init("none", y: [])],
      references: [.init(y: 4, label: "peak")])
    let sheet = PlotSheet(title: "Sheet <1>", rows: [.init("above", [panel, panel]), .init("below", [panel])])
    let svg = sheet.svg()
    #expect(isWellFormedXML(svg))
    func count(_ text: String) -> Int { svg.components(separatedBy: text).count - 1 }
    #expect(count("<g transform") == 3 && count("\"series0 line\"") == 3 + 1 && count("\"series1 line\"") == 1)
    #expect(count(">first &amp; only</text>") == 1 && count(">none</text>") == 1 && count(">peak</text>") == 3)
    #expect(
      count("Sheet &lt;1&gt;") == 2 && count("unseen") == 0 && count(">above</text>") == 1
        && count(">below</text>") == 1)
    #expect(count("prefers-color-scheme: dark") == 1 && count("<style>") == 1)
  }

  @Test func aSheetWithoutPlotsIsWellFormed() {
    #expect(isWellFormedXML(PlotSheet(title: "nothing", rows: []).svg()))
  }
}
