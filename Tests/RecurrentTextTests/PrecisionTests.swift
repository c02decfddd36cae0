// Tests of precisions in the systems: settings, evaluation in the precision of the parameters, and
// the drift of a language model.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct PrecisionTests {
  /// A tiny model, trained for an epoch.
  private static func model<System: TextSystem>(
    _: System.Type, _ change: (inout SystemSettings) -> Void = { _ in }
  ) throws -> System {
    var settings = System.defaults
    (settings.embeddingSize, settings.hiddenSize, settings.layers, settings.epochs) = (4, 6, 1, 1)
    change(&settings)
    let samples = try System.samples(in: .builtIn(isTest: true))
    return try System.train(on: samples, settings: settings, progress: .none, backend: SystemTests.backend).model
  }

  /// In JSON, float32 is left out, so that files are as those of earlier versions, and these are
  /// read.
  @Test func thePrecisionOfTrainingIsKeptInTheSettings() throws {
    var settings = NameClassifier.defaults
    let before = String(decoding: try JSONEncoder().encode(settings), as: UTF8.self)
    #expect(settings.trainingPrecision == .float32 && settings[.precision] == "float32")
    #expect(!before.contains("precision"))
    settings.trainingPrecision = .bfloat16
    let after = try JSONEncoder().encode(settings)
    #expect(String(decoding: after, as: UTF8.self).contains("\"precision\":\"bfloat16\""))
    let read = try JSONDecoder().decode(SystemSettings.self, from: after)
    #expect(read == settings && read.trainingPrecision == .bfloat16 && read[.precision] == "bfloat16")
    #expect(try JSONDecoder().decode(SystemSettings.self, from: Data(before.utf8)).trainingPrecision == .float32)
    settings.trainingPrecision = .float32
    #expect(settings == NameClassifier.defaults)
  }

  @Test func trainingInInt8IsRefusedWithWhatToDo() throws {
    #expect {
      try PrecisionTests.model(NameClassifier.self) { $0.trainingPrecision = .int8 }
    } throws: {
      "\($0)" == "precision: 'int8' is not valid; expected float32 or bfloat16; for int8, train in float32, then run "
        + "`recurrent convert --precision int8`"
    }
  }

  /// Every system is trained in bfloat16, and evaluates and answers in each precision.
  @Test(arguments: TextTask.allCases) func everySystemRunsInEveryPrecision(_ task: TextTask) throws {
    func check<System: TextSystem>(_: System.Type) throws {
      let model = try PrecisionTests.model(System.self) { $0.trainingPrecision = .bfloat16 }
      #expect(model.precision == .float32 && model.settings.trainingPrecision == .bfloat16)
      var options = DecodingOptions()
      (options.beams, options.length) = (2, 5)
      let line = task == .caption ? [String](repeating: "0", count: 64).joined(separator: ",") : "a dog"
      let samples = try System.samples(in: .builtIn(isTest: true))
      for precision in Precision.allCases {
        try model.store(as: precision)
        #expect(model.precision == precision && model.evaluationTape(SystemTests.backend).precision == precision)
        let evaluation = try model.evaluate(samples, options, backend: SystemTests.backend)
        #expect(evaluation.count > 0 && evaluation.figures.allSatisfy(\.value.isFinite), "\(precision)")
        #expect(try !SystemTests.answer(model, line, options).isEmpty)
      }
    }
    try check(task.system)
  }

  /// The precision of a model is one; that of its parameters, found by a search, is the same.
  @Test(arguments: TextTask.allCases) func matricesOfAFileHaveOnePrecision(_ task: TextTask) throws {
    func check<System: TextSystem>(_: System.Type, _ folder: String) throws {
      let model = try PrecisionTests.model(System.self)
      let path = folder + "/m.safetensors"
      let matrices = model.parameters.filter { $0.parameter.shape.rank >= 2 }
      for matrix in [matrices.first!, matrices.last!] {
        try model.store(as: .int8)
        #expect(Set(matrices.map(\.parameter.precision)) == [model.precision])
        try model.save(to: path)
        #expect(try System(contentsOf: path).precision == .int8)
        matrix.parameter.value = matrix.parameter.value  // In float32 now.
        try model.save(to: path)
        let error = #expect(throws: RecurrentError.self) { try System(contentsOf: path) }
        let message = error?.description ?? ""
        #expect(
          message.hasPrefix("\(path): tensor '") && message.contains("is stored in ")
            && message.hasSuffix("; expected one precision of all matrices"), "\(message)")
      }
    }
    try DataSourceTests.withFiles([:]) { try check(task.system, $0) }
  }

  /// The mean of the log-probabilities is the model's cross-entropy, over parts of 1024 characters.
  @Test func logProbabilitiesAreThoseOfEvaluation() throws {
    let model = try PrecisionTests.model(CharacterModel.self)
    let text = String(try CharacterModel.samples(in: .builtIn(isTest: true))[0].prefix(1500))
    let found = model.logProbabilities(of: text, backend: SystemTests.backend)
    #expect(found.count == text.unicodeScalars.count - 1 && found.allSatisfy { $0 < 0 })
    let nats = try model.evaluate([text], DecodingOptions(), backend: SystemTests.backend)["nats_per_char"]!
    #expect(abs(-found.reduce(0) { $0 + Double($1) } / Double(found.count) - nats) < 1e-4)
    #expect(model.logProbabilities(of: "a", backend: SystemTests.backend).isEmpty)
  }

  @Test func driftIsTheMeanDifferenceOfEachPart() {
    let drift = PrecisionDrift([-1, -2, -3, -4, -5], [-1, -2.5, -2, -4, -4.75])
    #expect(drift.differences == [0, 0.5, 1, 0, 0.25])
    let parts = drift.parts(of: 2)
    #expect(parts.map(\.steps) == [0..<2, 2..<4, 4..<5])
    #expect(parts.map(\.mean) == [0.25, 0.5, 0.25] && parts.map(\.greatest) == [0.5, 1, 0.25])
    #expect(PrecisionDrift([], []).parts(of: 2).isEmpty)
    // NaN is not lost, wherever it is.
    for place in 0..<3 {
      var lower: [Float] = [-1, -1, -1]
      lower[place] = .nan
      let part = PrecisionDrift(lower, [-1, -3, -2]).parts(of: 3)[0]
      #expect(part.mean.isNaN && part.greatest.isNaN)
    }
  }
}
