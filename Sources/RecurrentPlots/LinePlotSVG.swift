// Draws line plots as SVG.

import Foundation

extension LinePlot {
  /// The plot as an SVG document, which also works inside an HTML page.
  public func svg() -> String {
    let axes = Axes(self)
    let frame = Frame(self, axes)
    var content =
      "<text class=\"title\" x=\"\(frame.left)\" y=\"28\">\(LinePlot.escaped(title))</text>\n" + drawing(frame, axes)
    for (index, series) in series.enumerated() {
      content += LinePlot.legend(series.name, index, x: frame.right + 20, y: frame.top + 10 + index * Frame.legendRow)
    }
    return LinePlot.document(title, width: frame.width, height: frame.height, content)
  }

  /// An SVG document with the plots' background and style.
  static func document(_ title: String, width: Int, height: Int, _ content: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" class="line-plot" role="img" viewBox="0 0 \(width) \(height)" \
    width="\(width)" height="\(height)">
    <title>\(LinePlot.escaped(title))</title>
    <style>\(LinePlot.style)</style>
    <rect class="background" width="\(width)" height="\(height)"/>
    \(content)</svg>

    """
  }

  /// A series' line, marker and name.
  static func legend(_ name: String, _ index: Int, x: Int, y: Int) -> String {
    let (x, y) = (Double(x), Double(y))
    return curve([(x, y), (x + 28, y)], Appearance(index), markers: [(x + 14, y)])
      + "<text x=\"\(x + 36)\" y=\"\(y + 4)\">\(LinePlot.escaped(name))</text>\n"
  }

  /// Everything within the frame, and the labels of the axes around it.
  func drawing(_ frame: Frame, _ axes: Axes) -> String {
    let (xAxis, yAxis) = (axes.x, axes.y)
    var svg = ""
    for tick in yAxis.ticks {
      guard let height = yAxis.position(tick.value).map(frame.y) else { continue }
      svg += """
        <path class="grid" d="M\(frame.left) \(height)H\(frame.right)"/>
        <text x="\(frame.left - 8)" y="\(number(height + 4))" text-anchor="end">\(tick.label)</text>

        """
    }
    for tick in xAxis.ticks {
      guard let place = xAxis.position(tick.value).map(frame.x) else { continue }
      svg += """
        <path class="axis" d="M\(place) \(frame.bottom)v5"/>
        <text x="\(place)" y="\(frame.bottom + 20)" text-anchor="middle">\(tick.label)</text>

        """
    }
    let (across, down) = ((frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2)
    svg += """
      <path class="axis" d="M\(frame.left) \(frame.bottom)H\(frame.right)"/>
      <text x="\(across)" y="\(frame.bottom + 42)" text-anchor="middle">\(LinePlot.escaped(x.label))</text>
      <text transform="translate(18 \(down)) rotate(-90)" text-anchor="middle">\(LinePlot.escaped(y.label))</text>

      """
    for reference in references {
      guard let height = yAxis.position(reference.y).map(frame.y) else { continue }
      svg += """
        <path class="reference" d="M\(frame.left) \(height)H\(frame.right)"/>
        <text x="\(frame.right - 4)" y="\(number(height - 5))" text-anchor="end">\
        \(LinePlot.escaped(reference.label))</text>

        """
    }
    for (index, series) in series.enumerated() {
      let points = zip(series.x, series.y).map { x, y -> (x: Double, y: Double)? in
        guard let x = xAxis.position(x), let y = yAxis.position(y) else { return nil }
        return (frame.x(x), frame.y(y))
      }
      svg += LinePlot.curve(points, Appearance(index), of: self.series.count)
    }
    return svg
  }

  /// A line through the points that there are, broken at gaps, and about twelve markers on it,
  /// which series take turns to set.
  private static func curve(_ points: [(x: Double, y: Double)?], _ appearance: Appearance, of count: Int) -> String {
    let stride = max(1, points.count / 12)
    let turn = appearance.index * stride / max(1, count)
    let markers = points.indices.compactMap { index -> (x: Double, y: Double)? in
      // A point between gaps has no line.
      let isAlone = (index == 0 || points[index - 1] == nil) && (index + 1 == points.count || points[index + 1] == nil)
      return isAlone || index % stride == turn ? points[index] : nil
    }
    return curve(points, appearance, markers: markers)
  }

  private static func curve(
    _ points: [(x: Double, y: Double)?], _ appearance: Appearance, markers: [(x: Double, y: Double)]
  ) -> String {
    var path = ""
    var isDrawing = false
    for point in points {
      if let point { path += "\(isDrawing ? "L" : "M")\(number(point.x)) \(number(point.y))" }
      isDrawing = point != nil
    }
    let colour = "series\(appearance.colour)"
    var svg = path.isEmpty ? "" : "<path class=\"\(colour) line\"\(appearance.dashes) d=\"\(path)\"/>\n"
    if !markers.isEmpty {
      let path = markers.map { "M\(number($0.x)) \(number($0.y))" + appearance.marker }.joined()
      svg += "<path class=\"\(colour)\" d=\"\(path)\"/>\n"
    }
    return svg
  }

  /// What tells a series from the others.
  private struct Appearance {
    let index: Int
    init(_ index: Int) { self.index = index }

    var colour: Int { index % 7 }

    var dashes: String {
      switch index / 7 % 3 {
      case 0: ""
      case 1: " stroke-dasharray=\"7 3\""
      default: " stroke-dasharray=\"2 3\""
      }
    }

    /// A path from the marker's centre. Every seven series, colours and markers pair off
    /// differently.
    var marker: String {
      [
        "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", "m-3.5-3.5h7v7h-7z", "m0-4.6l4.4 7.6h-8.8z", "m0-5l5 5l-5 5l-5-5z",
        "m0 4.6l4.4-7.6h-8.8z",
        "m-4.5 0h9m-4.5-4.5v9", "m-3.5-3.5l7 7m0-7l-7 7",
      ][(index + index / 7) % 7]
    }
  }

  /// Both axes, laid out for everything that is on them.
  struct Axes {
    let x, y: PlotAxis

    init(_ plot: LinePlot) {
      x = PlotAxis(plot.x.scale, values: plot.series.lazy.flatMap(\.x), isRounded: false)
      y = PlotAxis(plot.y.scale, values: plot.series.flatMap(\.y) + plot.references.map(\.y), isRounded: true)
    }
  }

  /// Where things are, in pixels.
  struct Frame {
    static let legendRow = 22
    let left, right, top, bottom: Int
    let width: Int
    let height: Int

    /// Of a plot by itself. Everything has its place, whatever the length of the texts: about 8
    /// pixels for a character.
    init(_ plot: LinePlot, _ axes: Axes) {
      left = 44 + 8 * (axes.y.ticks.map(\.label.count).max() ?? 1)
      right = left + max(560, 8 * plot.x.label.count)
      top = 48
      bottom = top + max(320, 8 * plot.y.label.count, Frame.legendRow * plot.series.count)
      let legend = plot.series.map { 66 + 8 * $0.name.count }.max() ?? 24
      width = max(right + legend, left + 10 * plot.title.count + 16)
      height = bottom + 58
    }

    /// Of a plot on a sheet.
    init(width: Int, height: Int) {
      (self.width, self.height) = (width, height)
      (left, right, top, bottom) = (72, width - 16, 8, height - 58)
    }

    func x(_ position: Double) -> Double { rounded(Double(left) + position * Double(right - left)) }
    func y(_ position: Double) -> Double { rounded(Double(bottom) - position * Double(bottom - top)) }
    private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
  }

  /// Okabe & Ito, "Color universal design", 2008, without its yellow and beginning with what stands
  /// out on white and on black alike.
  private static let style: String = {
    let colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
    let series = colours.enumerated().map { ".line-plot .series\($0) { stroke: \($1); fill: \($1) }" }.joined(
      separator: "\n")
    func scheme(background: String, text: String, grid: String, axis: String) -> String {
      """
      .line-plot .background { fill: \(background) }
      .line-plot text { fill: \(text) }
      .line-plot .grid { stroke: \(grid) }
      .line-plot .axis, .line-plot .reference { stroke: \(axis) }
      .line-plot .series6 { stroke: \(text); fill: \(text) }
      """
    }
    return """

      .line-plot { font: 13px system-ui, sans-serif }
      .line-plot .title { font-size: 16px; font-weight: 600 }
      .line-plot .heading { font-size: 14px; font-weight: 600 }
      .line-plot path { stroke-width: 2; stroke-linejoin: round }
      .line-plot .grid, .line-plot .axis { stroke-width: 1 }
      .line-plot .reference { stroke-width: 1.5; stroke-dasharray: 8 5 }
      \(series)
      \(scheme(background: "#ffffff", text: "#1f2328", grid: "#d8dee4", axis: "#656d76"))
      @media (prefers-color-scheme: dark) {
      \(scheme(background: "#0d1117", text: "#e6edf3", grid: "#30363d", axis: "#8b949e"))
      }
      .line-plot .line { fill: none }

      """
  }()
}

/// At most one decimal.
private func number(_ value: Double) -> Double { (value * 10).rounded() / 10 }

extension LinePlot {
  /// Text as XML takes it; the control characters that it does not take become U+FFFD.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&apos;"
      case "\t", "\n", "\r": result += " "
      case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
