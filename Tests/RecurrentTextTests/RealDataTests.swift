// Systems on real data: a part of the data sets in ../shared/data, if they are present.

import Foundation
import Recurrent
import Testing

@Suite struct RealDataTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/data").path
  static let isThere = FileManager.default.fileExists(atPath: folder + "/names")

  /// Reads all of the data, trains on some of it for seconds, and judges on samples that come after
  /// those.
  static func trained<System: TextSystem>(
    _: System.Type, _ source: DataSource, training: Int, test: Int, _ change: (inout SystemSettings) -> Void = { _ in }
  ) throws -> Evaluation {
    var random = RandomStream(seed: 9)
    let samples = try System.samples(in: source).shuffled(using: &random)
    var settings = System.defaults
    change(&settings)
    let (model, _) = try System.train(
      on: Array(samples.prefix(training)), settings: settings, progress: .none, backend: SystemTests.backend)
    return try model.evaluate(
      Array(samples.dropFirst(training).prefix(test)), DecodingOptions(), backend: SystemTests.backend)
  }

  @Test(.enabled(if: isThere)) func names() throws {
    let evaluation = try RealDataTests.trained(
      NameClassifier.self, .path(RealDataTests.folder + "/names"), training: 6000, test: 1000
    ) {
      ($0.hiddenSize, $0.epochs) = (64, 6)
    }
    // The largest class is 47 % of all.
    #expect(evaluation["accuracy"]! > 0.7, "\(evaluation.figures)")
  }

  @Test(.enabled(if: isThere)) func charlm() throws {
    let text = try CharacterModel.samples(in: .path(RealDataTests.folder + "/tinyshakespeare.txt"))[0]
    let (training, test) = (String(text.prefix(150_000)), String(text.suffix(10_000)))
    var settings = CharacterModel.defaults
    (settings.hiddenSize, settings.layers, settings.epochs, settings.learningRate) = (128, 1, 3, 5e-3)
    let (model, _) = try CharacterModel.train(
      on: [training], settings: settings, progress: .none, backend: SystemTests.backend)
    let evaluation = try model.evaluate([test], DecodingOptions(), backend: SystemTests.backend)
    // Letters by their frequency alone: 3.3.
    #expect(evaluation["nats_per_char"]! < 2.3, "\(evaluation.figures)")
  }

  @Test(.enabled(if: isThere)) func sentiment() throws {
    let evaluation = try RealDataTests.trained(
      SentimentClassifier.self, .path(RealDataTests.folder + "/nsmc"), training: 4000, test: 1000
    ) {
      ($0.hiddenSize, $0.epochs, $0.layers, $0.learningRate) = (64, 4, 1, 3e-3)
    }
    #expect(evaluation["accuracy"]! > 0.65, "\(evaluation.figures)")
  }

  @Test(.enabled(if: isThere)) func tagger() throws {
    let evaluation = try RealDataTests.trained(
      Tagger.self, .path(RealDataTests.folder + "/ud-partut"), training: 600, test: 200
    ) {
      ($0.hiddenSize, $0.epochs, $0.layers) = (64, 12, 1)
    }
    #expect(evaluation["accuracy"]! > 0.8, "\(evaluation.figures)")
  }

  @Test(.enabled(if: isThere)) func translate() throws {
    let folder = RealDataTests.folder + "/multi30k"
    let evaluation = try RealDataTests.trained(
      Translator.self, .pair(source: folder + "/train.de", target: folder + "/train.en"), training: 4000, test: 200
    ) {
      ($0.embeddingSize, $0.hiddenSize, $0.epochs, $0.learningRate) = (64, 96, 4, 4e-3)
    }
    // Words by their frequency alone: a perplexity of about 200, and a BLEU of 0.
    #expect(evaluation["perplexity"]! < 60 && evaluation["bleu"]! > 2, "\(evaluation.figures)")
  }

  @Test(.enabled(if: isThere)) func caption() throws {
    let evaluation = try RealDataTests.trained(
      CaptionWriter.self, .path(RealDataTests.folder + "/digits.csv"), training: 1000, test: 400
    ) {
      ($0.hiddenSize, $0.epochs) = (64, 20)
    }
    #expect(evaluation["exact_match"]! > 0.85, "\(evaluation.figures)")
  }
}
