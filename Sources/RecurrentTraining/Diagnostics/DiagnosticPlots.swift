// Plots of gradient flows and spectra.

import RecurrentPlots

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
