// Line plots: curves over a pair of axes, written as SVG, which any browser shows.

import Foundation
import RecurrentCore
import RecurrentInterchange

/// Curves over a common pair of axes, drawn as SVG.
///
/// Readable on light and on dark pages (`prefers-color-scheme`). The series differ by colour (Okabe
/// & Ito's palette, which colour-blind readers can tell apart), by marker, and beyond seven by
/// dashes.
///
/// ```swift
/// let plot = LinePlot(
///   title: "Training", x: .init("step"), y: .init("loss", scale: .log10), series: [.init("LSTM", y: losses)])
/// try plot.write(to: "loss.svg")
/// ```
public struct LinePlot: Sendable, Equatable {
  /// How an axis places its values. Zero and negative values have no place on a logarithmic axis.
  public enum Scale: Sendable, Hashable { case linear, log2, log10 }

  /// An axis: what it shows, and how it places its values.
  public struct Axis: Sendable, Equatable {
    /// The quantity and its unit, beside the axis.
    public var label: String
    /// Linear or logarithmic.
    public var scale: Scale

    /// An axis with a label, linear by default.
    public init(_ label: String, scale: Scale = .linear) {
      self.label = label
      self.scale = scale
    }
  }

  /// A named curve through points, in their order. A point with a coordinate that has no place on
  /// its axis (NaN, infinite, or not positive on a logarithmic one) leaves a gap.
  public struct Series: Sendable, Equatable {
    /// The name in the legend.
    public var name: String
    /// The points' horizontal coordinates, as many as `y`.
    public var x: [Double]
    /// The points' vertical coordinates.
    public var y: [Double]

    /// A curve through the points (x[i], y[i]). Precondition: `x.count == y.count`.
    public init(_ name: String, x: [Double], y: [Double]) {
      require(x.count == y.count, "LinePlot.Series '\(name)': \(x.count) x and \(y.count) y given")
      self.name = name
      self.x = x
      self.y = y
    }

    /// A curve through the points (i, y[i]).
    public init(_ name: String, y: [Double]) { self.init(name, x: y.indices.map(Double.init), y: y) }
  }

  /// A horizontal line with a label, such as a machine's peak.
  public struct Reference: Sendable, Equatable {
    /// Where the line crosses the vertical axis.
    public var y: Double
    /// The text above the line's right end.
    public var label: String

    /// A line at `y` with a label.
    public init(y: Double, label: String) {
      self.y = y
      self.label = label
    }
  }

  /// The title above the plot, which is also the SVG document's.
  public var title: String
  /// The horizontal axis.
  public var x: Axis
  /// The vertical axis.
  public var y: Axis
  /// The curves, in the legend's order.
  public var series: [Series]
  /// The horizontal lines.
  public var references: [Reference]

  /// A plot of curves and, with `references`, horizontal lines.
  public init(title: String, x: Axis, y: Axis, series: [Series], references: [Reference] = []) {
    self.title = title
    self.x = x
    self.y = y
    self.series = series
    self.references = references
  }

  /// Writes `svg()` to a file, whole or not at all. Throws `RecurrentError` if it cannot be written.
  public func write(to path: String) throws(RecurrentError) { try AtomicFile.write(Data(svg().utf8), to: path) }
}
