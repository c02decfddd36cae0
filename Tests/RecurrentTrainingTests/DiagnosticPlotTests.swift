// Plots of diagnostics.

import Recurrent
import Testing

@Suite struct DiagnosticPlotTests {
  /// A curve for each gradient flow and each spectrum, with as many points as it has distances or
  /// singular values.
  @Test func diagnosticsBecomePlots() {
    let flows = [Float(0.5), 2].map {
      GradientFlow(GradientFlowTests.passing($0, nonlinearity: .tanh), input: Tensor(zeros: [20, 1, 1]))
    }
    let plot = LinePlot(gradientFlows: [("half", flows[0]), ("double", flows[1])])
    #expect(plot.series.map(\.y) == flows.map(\.relativeNorms) && plot.series[1].y.count == 20)
    #expect(plot.svg().contains("\"series1 line\""))
    let stack = RecurrentStack(.init(cell: .lstm, inputSize: 2, hiddenSize: 6), backend: SpectrumTests.backend)
    let spectra = LinePlot(spectra: stack.recurrentWeightSpectra())
    #expect(spectra.series.map(\.name) == ["i", "f", "g", "o"].map { "weight_hh_l0 \($0)" })
    #expect(spectra.series.allSatisfy { $0.y.count == 6 } && spectra.svg().contains("\"series3 line\""))
  }
}
