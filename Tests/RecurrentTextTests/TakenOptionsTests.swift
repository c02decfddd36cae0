// Settings and options: each one that a system takes has an effect; the others are refused.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct TakenOptionsTests {
  static let backend = try! Backends.make("swift", threads: 1)

  /// Settings in which every option can be seen, and each option with another value.
  private static func settings(_ task: TextTask) -> SystemSettings {
    var settings = task.system.defaults
    (settings.embeddingSize, settings.hiddenSize, settings.layers, settings.epochs, settings.batchSize) = (
      4, 4, 2, 3, 4
    )
    (settings.dropout, settings.schedule, settings.heldOut, settings.minimumCount) = (0.2, .constant, 0, 1)
    settings.clipNorm = 1e-3
    if task == .charlm { settings.steps = 8 }
    return settings
  }

  private static let changes: [SystemSettings.Option: @Sendable (inout SystemSettings) -> Void] = [
    .cell: { $0.cell = .elman }, .embedding: { $0.embeddingSize = 6 }, .hidden: { $0.hiddenSize = 6 },
    .layers: { $0.layers = 1 },
    .dropout: { $0.dropout = 0.5 }, .tokenDropout: { $0.tokenDropout = 0.6 }, .attention: { $0.attention = .additive },
    .minimumCount: { $0.minimumCount = 3 }, .maxLength: { $0.maxLength = 5 }, .epochs: { $0.epochs = 4 },
    .batch: { $0.batchSize = 3 },
    .steps: { $0.steps = 4 }, .learningRate: { $0.learningRate = 0.05 }, .schedule: { $0.schedule = .cooldown },
    .labelSmoothing: { $0.labelSmoothing = 0.3 }, .weightDecay: { $0.weightDecay = 0.5 }, .clip: { $0.clipNorm = 2e-3 },
    .heldOut: { $0.heldOut = 0.3 },
    .seed: { $0.seed = 2 }, .patience: { $0.patience = 9 }, .precision: { $0.trainingPrecision = .bfloat16 },
  ]

  private static func parameters<System: TextSystem>(
    _: System.Type, _ samples: [System.Sample], _ settings: SystemSettings
  ) throws -> [Tensor] {
    try System.train(on: samples, settings: settings, progress: .none, backend: backend).model.parameters.map(
      \.parameter.value)
  }

  @Test(arguments: TextTask.allCases) func aSettingThatIsTakenMakesADifferenceAndAnyOtherIsRefused(_ task: TextTask)
    throws
  {
    func check<System: TextSystem>(_: System.Type) throws {
      var samples = try Array(System.samples(in: .builtIn(isTest: false)).prefix(24))
      // Samples of a class lie side by side; of a text a part is enough.
      if let names = try NameClassifier.samples(in: .builtIn(isTest: false)) as? [System.Sample] {
        samples = stride(from: 0, to: names.count, by: 15).map { names[$0] }
      }
      if let text = samples.first as? String { samples = [String(text.prefix(300)) as! System.Sample] }
      let settings = TakenOptionsTests.settings(task)
      let before = try TakenOptionsTests.parameters(System.self, samples, settings)
      for option in SystemSettings.Option.allCases {
        var changed = settings
        let change = try #require(TakenOptionsTests.changes[option])
        change(&changed)
        #expect(changed != settings && changed[option] != settings[option])
        // So few epochs are all better than those before: what patience does, RecurrentCommandTests
        // try.
        if option == .patience { continue }
        if System.settingsTaken.contains(option) {
          #expect(
            try TakenOptionsTests.parameters(System.self, samples, changed) != before,
            "\(task.rawValue) ignores \(option.rawValue)")
        } else {
          #expect { try TakenOptionsTests.parameters(System.self, samples, changed) } throws: {
            "\($0)".hasPrefix("\(option.rawValue): '")
          }
        }
      }
    }
    try check(task.system)
  }

  /// By the data that come with the package a best epoch can be chosen.
  @Test(arguments: TextTask.allCases) func aTenthOfTheBuiltInDataIsHeldOut(_ task: TextTask) {
    #expect(
      task.system.defaults(for: .builtIn(isTest: false)).heldOut == 0.1
        && task.system.defaults(for: .path("a")).heldOut == 0)
  }

  @Test func fewSamplesAndUnknownClassesAreTold() throws {
    let few = [LabelledText("ab", label: "x"), LabelledText("ba", label: "y")]
    var settings = NameClassifier.defaults
    (settings.hiddenSize, settings.embeddingSize, settings.epochs) = (4, 4, 1)
    #expect(
      NameClassifier.notes(onTraining: few, settings).first?.hasPrefix("2 samples to train on, fewer than 100: ")
        == true)
    #expect(
      CharacterModel.notes(onTraining: ["ab"], CharacterModel.defaults).first?.hasPrefix("2 characters to train on")
        == true)
    func quiet<System: TextSystem>(_: System.Type) throws {
      let own = DataSource.builtIn(isTest: false)
      #expect(try System.notes(onTraining: System.samples(in: own), System.defaults(for: own)).isEmpty)
    }
    for task in TextTask.allCases { try quiet(task.system) }
    let (model, _) = try NameClassifier.train(
      on: few, settings: settings, progress: .none, backend: TakenOptionsTests.backend)
    #expect(model.notes(onTest: few).isEmpty)
    #expect(
      model.notes(onTest: few + [LabelledText("c", label: "z")]) == [
        "class 'z' is unknown to the model: 1 with this class cannot be classified correctly"
      ])
  }
}
