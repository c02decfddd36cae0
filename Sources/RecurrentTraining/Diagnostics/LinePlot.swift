// Line plots as SVG files, for curves of training and diagnostics, without any program but a
// browser.

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
  /// How an axis places its values. On the logarithmic ones, zero and what is below it has no
  /// place.
  public enum Scale: Sendable, Hashable { case linear, log2, log10 }

  public struct Axis: Sendable, Equatable {
    public var label: String
    public var scale: Scale

    public init(_ label: String, scale: Scale = .linear) {
      self.label = label
      self.scale = scale
    }
  }

  /// A named curve through points, in their order. A point with a coordinate that has no place on
  /// its axis (NaN, infinite, or not positive on a logarithmic one) leaves a gap.
  public struct Series: Sendable, Equatable {
    public var name: String
    public var x: [Double]
    public var y: [Double]

    /// Stops unless there are as many x as y.
    public init(_ name: String, x: [Double], y: [Double]) {
      require(x.count == y.count, "LinePlot.Series '\(name)': \(x.count) x and \(y.count) y given")
      self.name = name
      self.x = x
      self.y = y
    }

    /// With x = 0, 1, 2...
    public init(_ name: String, y: [Double]) { self.init(name, x: y.indices.map(Double.init), y: y) }
  }

  /// A horizontal line with a label, such as a machine's peak.
  public struct Reference: Sendable, Equatable {
    public var y: Double
    public var label: String

    public init(y: Double, label: String) {
      self.y = y
      self.label = label
    }
  }

  public var title: String
  public var x: Axis
  public var y: Axis
  public var series: [Series]
  public var references: [Reference]

  public init(title: String, x: Axis, y: Axis, series: [Series], references: [Reference] = []) {
    self.title = title
    self.x = x
    self.y = y
    self.series = series
    self.references = references
  }

  /// Writes `svg()` to a file, whole or not at all. Throws when it cannot be written.
  public func write(to path: String) throws(RecurrentError) { try AtomicFile.write(Data(svg().utf8), to: path) }
}

// MARK: Plots of diagnostics

extension LinePlot {
  /// Gradients by distance in time, relative to the last step's, over a logarithmic axis: one that
  /// vanishes goes down in a line.
  public init(gradientFlows: [(name: String, flow: GradientFlow)], title: String = "Gradient flow") {
    self.init(
      title: title, x: Axis("steps back in time"),
      y: Axis("gradient of the state, relative to the last step", scale: .log10),
      series: gradientFlows.map { Series($0.name, y: $0.flow.relativeNorms) })
  }

  /// Singular values in descending order, with a line at 1, where lengths are kept.
  public init(spectra: [(name: String, spectrum: Spectrum)], title: String = "Singular values", scale: Scale = .linear)
  {
    self.init(
      title: title, x: Axis("index"), y: Axis("singular value", scale: scale),
      series: spectra.map { Series($0.name, y: $0.spectrum.singularValues) },
      references: [Reference(y: 1, label: "length kept")])
  }
}
