// Fuzz targets: models of the six systems, for evaluation, prediction and inspection.

import Foundation
import Recurrent

/// A tiny model of a system, and test samples.
struct TinySystem<System: TextSystem> {
  let samples: [System.Sample]

  /// The model with initial parameters.
  func model(_ change: (inout SystemSettings) -> Void = { _ in }) throws -> System {
    var settings = System.defaults
    (settings.embeddingSize, settings.hiddenSize, settings.layers, settings.minimumCount, settings.cell) = (
      2, 2, 1, 1, .elman
    )
    change(&settings)
    let model = System(settings, try System.vocabularies(of: samples, settings))
    model.initialise(seed: 1)
    return model
  }

  /// Model files with each cell, with two layers, and in each precision.
  func files() throws -> [[UInt8]] {
    let kinds: [(SystemSettings.CellKind, Precision)] =
      SystemSettings.CellKind.allCases.map { ($0, .float32) } + [(.lstm, .int8), (.gru, .int8), (.gru, .bfloat16)]
    return try kinds.map { cell, precision in
      let model = try model {
        $0.cell = cell
        if cell == .gru { ($0.layers, $0.attention) = (2, .general) }
        if cell == .lstm, System.task == .charlm, precision == .float32 { $0.embeddingSize = 0 }
      }
      try model.store(as: precision)
      return Array(try model.file.encoded())
    }
  }
}

enum TinySystems {
  static let names = TinySystem<NameClassifier>(samples: [
    LabelledText("Ada", label: "A"), LabelledText("Bé", label: "B"),
  ])
  static let charlm = TinySystem<CharacterModel>(samples: ["abc\nab", "ba c"])
  static let sentiment = TinySystem<SentimentClassifier>(samples: [
    LabelledText("good", label: "1"), LabelledText("", label: "0"),
  ])
  static let tagger = TinySystem<Tagger>(samples: [
    TaggedSentence(words: ["a", "dog"], tags: ["DET", "NOUN"]), TaggedSentence(words: ["it"], tags: ["PRON"]),
  ])
  static let translate = TinySystem<Translator>(samples: [
    SentencePair(source: "ja .", target: "yes ."), SentencePair(source: "nein", target: "no"),
  ])
  static let caption = TinySystem<CaptionWriter>(
    samples: [
      DigitPicture(pixels: (0..<64).map { Float($0 % 17) }, digit: 3),
      DigitPicture(pixels: [Float](repeating: 0, count: 64), digit: 0),
    ])

  static let pixels = (0..<64).map { "\($0 % 17)" }.joined(separator: ",")
}

extension FuzzTarget {
  static let models = [
    model(TinySystems.names, asking: "Ada"), model(TinySystems.charlm, asking: "ab"),
    model(TinySystems.sentiment, asking: "good"),
    model(TinySystems.tagger, asking: "a dog."), model(TinySystems.translate, asking: "ja ."),
    model(TinySystems.caption, asking: TinySystems.pixels),
  ]

  private static func model<System: TextSystem>(_ system: TinySystem<System>, asking question: String) -> FuzzTarget {
    FuzzTarget(
      name: "model-\(System.task)", share: 40, format: .tensors,
      words: TextTask.allCases.map(\.rawValue) + [
        "character", "word", "elman", "lstm", "gru", "dot", "additive", "general", "constant", "cooldown",
        "recurrent.precision",
      ] + Precision.allCases.map(\.rawValue),
      seeds: system.files
    ) { folder in
      let backends = try ["packed", "swift"].map { try Backends.make($0, threads: 1) }
      let path = folder + "/model.safetensors"
      return { input in
        try input.write(to: URL(fileURLWithPath: path))
        let backend = backends[Int(digest(input) % 2)]
        // As `evaluate` and `predict` read it, and as `inspect` and `convert` do.
        let model = try System(contentsOf: path)
        try ask(model, question, backend)
        _ = try model.evaluate(system.samples, decoding, backend: backend)
        let other = try loadSystem(contentsOf: path)
        try ask(other, question, backend)
        try convert(other)
      }
    }
  }

  /// Converts a model as `convert` does, and reads it again.
  private static func convert(_ model: some TextSystem) throws {
    for precision in [Precision.int8, .float32, .bfloat16] {
      try model.store(as: precision)
      let file = try model.file
      let again = try Safetensors(file.encoded(), path: "converted")
      for named in model.parameters {
        let (read, stored) = (try again.stored(named.name), named.parameter.stored)
        if read.precision != stored.precision || read.tensor.elements != stored.tensor.elements {
          fail("converted to \(precision), '\(named.name)' has other numbers")
        }
      }
    }
  }

  static var decoding: DecodingOptions {
    var options = DecodingOptions()
    (options.beams, options.length) = (3, 8)
    return options
  }

  /// The answer to a line and, for an inspectable system, the page.
  static func ask(_ model: any TextSystem, _ line: String, _ backend: any Backend) throws {
    let answer = try model.answer(line, decoding, backend: backend) { _ in }
    _ = try (answer.lines(number: 1), JSON.encode(answer))
    if let model = model as? any InspectableSystem, !line.isEmpty {
      let activations = model.activations(reading: String(line.prefix(2000)), backend: backend)
      let ranking = UnitRanking(activations)
      _ = (ranking.description, InspectionPage(activations, ranking: ranking, title: line).html())
    }
  }
}
