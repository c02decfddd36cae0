// Tests of the text descriptions of variables, parameters and indices.

import Recurrent
import Testing
import _TestSupport

@Suite struct DescriptionTests {
  @Test func variablesAndParametersShowTheirShapeAndNumbers() {
    let tape = Tape(backend: TestBackend.all[0].backend)
    let parameter = Parameter(Tensor([1, 2.5]))
    #expect("\(tape.constant(Tensor([1, 2])))" == "Variable [2]: [1.0, 2.0]")
    #expect("\(tape.variable(parameter) * 2)" == "Variable [2]: [2.0, 5.0]")
    #expect("\(parameter)" == "Parameter [2]: [1.0, 2.5]")
    #expect("\(NamedParameter("output.bias", parameter))" == "output.bias: Parameter [2]: [1.0, 2.5]")
    parameter.isFrozen = true
    #expect("\(parameter)" == "Frozen parameter [2]: [1.0, 2.5]")
    #expect("\(Indices([3, -100, 12]))" == "Indices [3]: [   3, -100,   12]")
    #expect("\(Indices(Array(0..<2000), shape: [2000]))" == "Indices [2000]: [   0,    1,    2, ..., 1997, 1998, 1999]")
  }

  /// The mirror shows neither elements nor the tape.
  @Test func dumpsAreShort() {
    struct Model: Module { let layers = [Linear(100, 2000), Linear(2000, 100)] }
    let model = Model()
    let tape = Tape(backend: TestBackend.all[0].backend)
    for value in [model, model.parameters, tape.variable(model.layers[0].weight), Indices(Array(0..<100_000))] as [Any]
    {
      var text = ""
      dump(value, to: &text)
      #expect(text.count < 20_000 && text.contains("000"), "\(text.count)")
    }
  }

  /// The mirror of a variable shows its parameter, so that the search notices one that would stay
  /// untrained; the same for a named parameter.
  @Test func parametersInThemAreNotOverlooked() {
    struct Holder { let kept: Variable }
    struct First: Module { let holder: Holder }
    struct Second: Module { let named: [NamedParameter] }
    let parameter = Parameter(Tensor([1]))
    let variable = Tape(backend: TestBackend.all[0].backend).variable(parameter)
    #expect(ParameterSearch.refusal(of: First(holder: Holder(kept: variable)))?.contains("'holder'") == true)
    #expect(ParameterSearch.refusal(of: Second(named: [NamedParameter("a", parameter)]))?.contains("named") == true)
  }
}
