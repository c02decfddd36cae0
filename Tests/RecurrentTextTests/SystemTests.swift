// Systems: each learns its task on the built-in data, and its file is complete.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct SystemTests {
  static let backend = TestBackend.make(TestBackend.named.contains("packed") ? "packed" : "swift", threads: 2).backend

  /// Trains on the built-in data, and evaluates on its test part.
  static func trained<System: TextSystem>(_: System.Type, _ change: (inout SystemSettings) -> Void = { _ in }) throws
    -> (System, Evaluation)
  {
    var settings = System.defaults(for: .builtIn(isTest: false))
    change(&settings)
    let (model, _) = try System.train(
      on: System.samples(in: .builtIn(isTest: false)), settings: settings, progress: .none, backend: backend)
    return (model, try model.evaluate(System.samples(in: .builtIn(isTest: true)), DecodingOptions(), backend: backend))
  }

  /// The answer of a system to a line, as `recurrent predict` prints it.
  static func answer(_ system: some TextSystem, _ line: String, _ options: DecodingOptions = DecodingOptions()) throws
    -> String
  {
    var text = ""
    let answer = try system.answer(line, options, backend: backend) { text += $0 }
    return text + answer.lines(number: 1).joined(separator: "\n")
  }

  @Test(arguments: SystemSettings.CellKind.allCases) func namesAreLearnt(_ cell: SystemSettings.CellKind) throws {
    let (model, evaluation) = try SystemTests.trained(NameClassifier.self) { $0.cell = cell }
    // Six classes of the same size.
    #expect(evaluation["accuracy"]! > 0.6 && evaluation["macro_f1"]! > 0.6, "\(evaluation.figures)")
    let classes = model.classify("Yamashita", backend: SystemTests.backend)
    #expect(
      classes.count == 6 && classes[0].label == "Japanese" && abs(classes.reduce(0) { $0 + $1.probability } - 1) < 1e-5)
    #expect(try SystemTests.answer(model, "Yamashita").hasPrefix("Yamashita\tJapanese\t"))
    // An empty text, and one of unknown letters, are valid inputs.
    #expect(
      model.classify("", backend: SystemTests.backend).count == 6
        && model.classify("한Ω", backend: SystemTests.backend).count == 6)
  }

  @Test func aTextIsLearntAndWritten() throws {
    let (model, evaluation) = try SystemTests.trained(CharacterModel.self) {
      ($0.hiddenSize, $0.layers, $0.embeddingSize) = (128, 1, 0)
    }
    // Without any model of order, 2.9 nats.
    #expect(evaluation["nats_per_char"]! < 1.8, "\(evaluation.figures)")
    #expect(abs(evaluation["bits_per_char"]! - evaluation["nats_per_char"]! / log(2)) < 1e-9)
    var options = DecodingOptions()
    options.length = 100
    let (text, logProbability) = try model.continued("\"", options, backend: SystemTests.backend)
    #expect(text.unicodeScalars.count == 100 && logProbability < 0 && logProbability > -2)
    #expect(try model.continued("\"", options, backend: SystemTests.backend).text == text)
    options.seed = 2
    #expect(try model.continued("\"", options, backend: SystemTests.backend).text != text)
    options.length = 0
    #expect(try model.continued("", options, backend: SystemTests.backend).text.isEmpty)
  }

  /// In these remarks only the word order decides: count classifiers are no better than chance.
  @Test func orderTellsGoodRemarksFromBadOnes() throws {
    let (model, evaluation) = try SystemTests.trained(SentimentClassifier.self)
    #expect(evaluation["accuracy"]! > 0.9, "\(evaluation.figures)")
    #expect(try SystemTests.answer(model, "").contains("positive"))
    func documents(_ isTest: Bool) throws -> [(terms: [String], label: Int)] {
      try SentimentClassifier.samples(in: .builtIn(isTest: isTest)).map {
        (wordTerms($0.text), $0.label == "1" ? 1 : 0)
      }
    }
    let counted = try Baseline.naiveBayes.evaluate(
      documents(false), test: documents(true), classes: ["0", "1"], backend: SystemTests.backend)
    #expect(counted.confusion.accuracy < 0.7)
  }

  @Test func tagsAreLearnt() throws {
    let (model, evaluation) = try SystemTests.trained(Tagger.self) { $0.epochs = 10 }
    #expect(evaluation["accuracy"]! > 0.93, "\(evaluation.figures)")
    #expect(
      model.tag([], backend: SystemTests.backend).isEmpty
        && model.tag(["Unheard", "of"], backend: SystemTests.backend).count == 2)
    #expect(
      try SystemTests.answer(model, "(\"Look, there!\")").split(separator: "\t").map { $0.prefix { $0 != "/" } }
        == ["(", "\"", "Look", ",", "there", "!", "\"", ")"])
  }

  @Test func translationIsLearnt() throws {
    let (model, evaluation) = try SystemTests.trained(Translator.self)
    #expect(evaluation["bleu"]! > 60 && evaluation["perplexity"]! < 2, "\(evaluation.figures)")
    var options = DecodingOptions()
    options.beams = 1
    let samples = try Translator.samples(in: .builtIn(isTest: true))
    #expect(try model.evaluate(samples, options, backend: SystemTests.backend)["bleu"]! > 60)
    let found = try model.translate(samples[0].source, options, backend: SystemTests.backend)
    #expect(found.count == 1 && found[0].probability > 0.1 && found[0].probability <= 1)
    #expect(try 2...5 ~= model.translate(samples[0].source, backend: SystemTests.backend).count)
    #expect(try !model.translate("", backend: SystemTests.backend).isEmpty)
  }

  /// Evaluation in batches decodes the same words as prediction of single sentences: neither other
  /// sentences of the batch nor padding change a result.
  @Test(arguments: [Attention.Score.general, .additive, .dot, nil]) func sentencesAreTranslatedAlikeInAnyBatch(
    _ attention: Attention.Score?
  ) throws {
    let (model, _) = try SystemTests.trained(Translator.self) {
      ($0.attention, $0.epochs, $0.hiddenSize) = (attention, 3, 32)
    }
    var samples = try Array(Translator.samples(in: .builtIn(isTest: true)).prefix(20))
    samples += [
      SentencePair(source: "", target: "a"),
      SentencePair(source: samples.map(\.source).joined(separator: " "), target: "b"),
    ]
    for lengthPenalty in [0, 1, 2, 4] as [Float] {
      var options = DecodingOptions()
      (options.lengthPenalty, options.beams) = (lengthPenalty, 4)
      var bleu = BLEU()
      for sample in samples {
        let found = try model.translate(sample.source, options, backend: SystemTests.backend)
        #expect(found.count <= 4)
        bleu.add(
          hypothesis: Vectoriser.tokens(of: found.first?.text ?? "", .word),
          reference: Vectoriser.tokens(of: sample.target, .word))
      }
      #expect(try model.evaluate(samples, options, backend: SystemTests.backend)["bleu"] == bleu.score)
    }
  }

  @Test func captionsAreAlikeInAnyBatch() throws {
    let (model, _) = try SystemTests.trained(CaptionWriter.self) { ($0.epochs, $0.hiddenSize) = (8, 32) }
    let samples = try Array(CaptionWriter.samples(in: .builtIn(isTest: true)).prefix(40))
    let names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    for lengthPenalty in [0, 4] as [Float] {
      var options = DecodingOptions()
      options.lengthPenalty = lengthPenalty
      let right = try samples.count {
        try model.caption($0, options, backend: SystemTests.backend).first?.text == names[$0.digit!]
      }
      let evaluation = try model.evaluate(samples, options, backend: SystemTests.backend)
      #expect(evaluation["exact_match"] == Double(right) / Double(samples.count))
    }
  }

  /// A model with finite parameters whose sums overflow throws instead of answering.
  @Test func modelsThatComputeNoNumbersAreErrors() throws {
    func overflow(_ system: some TextSystem) {
      for p in system.parameters { p.parameter.value = Tensor(repeating: 3e38, shape: p.parameter.shape) }
    }
    let (translator, _) = try SystemTests.trained(Translator.self) {
      ($0.epochs, $0.hiddenSize, $0.embeddingSize) = (1, 4, 4)
    }
    let (writer, _) = try SystemTests.trained(CharacterModel.self) {
      ($0.epochs, $0.hiddenSize, $0.embeddingSize) = (1, 4, 0)
    }
    let (captions, _) = try SystemTests.trained(CaptionWriter.self) { ($0.epochs, $0.hiddenSize) = (1, 4) }
    let (names, _) = try SystemTests.trained(NameClassifier.self) { ($0.epochs, $0.hiddenSize) = (1, 4) }
    let (tagger, _) = try SystemTests.trained(Tagger.self) { ($0.epochs, $0.hiddenSize) = (1, 4) }
    overflow(translator)
    overflow(writer)
    overflow(captions)
    overflow(names)
    overflow(tagger)
    #expect(throws: RecurrentError.self) { try SystemTests.answer(translator, "ja .") }
    #expect(throws: RecurrentError.self) { try SystemTests.answer(writer, "a") }
    #expect(throws: RecurrentError.self) { try SystemTests.answer(captions, SystemTests.pixels) }
    #expect(throws: RecurrentError.self) { try SystemTests.answer(names, "Nagy") }
    #expect(throws: RecurrentError.self) { try SystemTests.answer(tagger, "the dog") }
    func judge<System: TextSystem>(_ system: System) throws {
      _ = try system.evaluate(
        Array(System.samples(in: .builtIn(isTest: true)).prefix(3)), DecodingOptions(), backend: SystemTests.backend)
    }
    #expect(throws: RecurrentError.self) { try judge(translator) }
    #expect(throws: RecurrentError.self) { try judge(captions) }
    #expect(throws: RecurrentError.self) { try judge(names) }
    #expect(throws: RecurrentError.self) { try judge(tagger) }
  }
  private static let pixels = (0..<64).map { String($0 % 17) }.joined(separator: ",")

  /// Without attention, the decoder depends only on the encoder's final state.
  @Test func attentionIsAnOption() throws {
    let (model, evaluation) = try SystemTests.trained(Translator.self) {
      ($0.attention, $0.cell, $0.epochs) = (nil, .lstm, 4)
    }
    #expect(evaluation["perplexity"]! < 15 && model.parameters.allSatisfy { !$0.name.contains("attention") })
  }

  @Test func picturesGetTheirNames() throws {
    let (model, evaluation) = try SystemTests.trained(CaptionWriter.self)
    #expect(evaluation["exact_match"]! > 0.6, "\(evaluation.figures)")
    let picture = try CaptionWriter.samples(in: .builtIn(isTest: true))[0]
    #expect(try model.caption(picture, backend: SystemTests.backend)[0].probability <= 1)
    #expect(throws: RecurrentError.self) { try SystemTests.answer(model, "1,2,3") }
  }

  /// The four-letter example: h, e, l and l are followed by e, l, l and o, which takes memory,
  /// since l is followed by both.
  @Test(arguments: SystemSettings.CellKind.allCases) func helloFromHell(_ cell: SystemSettings.CellKind) throws {
    var settings = CharacterModel.defaults
    (settings.cell, settings.embeddingSize, settings.hiddenSize, settings.layers, settings.dropout) = (cell, 0, 8, 1, 0)
    (settings.epochs, settings.batchSize, settings.learningRate) = (150, 1, 0.05)
    let (model, _) = try CharacterModel.train(
      on: ["hello"], settings: settings, progress: .none, backend: SystemTests.backend)
    #expect(Set(model.vocabularies.characters.vocabulary.tokens.dropFirst(4)) == ["h", "e", "l", "o"])
    var options = DecodingOptions()
    (options.sampling.temperature, options.length) = (0, 1)
    let next = try ["h", "he", "hel", "hell"].map {
      try model.continued($0, options, backend: SystemTests.backend).text
    }
    #expect(next.joined() == "ello")
  }

  /// The example of the article Systems, word for word.
  @Test func theGuidesExampleRuns() throws {
    try DataSourceTests.withFiles([:]) { folder in
      let backend = try Backends.make()
      let path = folder + "/names.safetensors"
      var settings = NameClassifier.defaults
      (settings.cell, settings.hiddenSize, settings.epochs) = (.gru, 64, 3)
      let names = try NameClassifier.samples(in: .builtIn(isTest: false))
      let (model, report) = try NameClassifier.train(
        on: names, settings: settings, checkpoint: path, backend: backend)
      print("best epoch: \(report.bestEpoch! + 1)")

      let loaded = try NameClassifier(contentsOf: path)
      for (label, probability) in loaded.classify("Yamashita", backend: backend) {
        print(label, probability)
      }

      #expect(loaded.vocabularies == model.vocabularies)
    }
  }

  // MARK: Files

  @Test func aFileIsAllThatAModelNeeds() throws {
    try DataSourceTests.withFiles([:]) { folder in
      let path = folder + "/names.safetensors"
      let (model, _) = try SystemTests.trained(NameClassifier.self) { ($0.epochs, $0.hiddenSize) = (2, 16) }
      try model.save(to: path)
      let loaded = try loadSystem(contentsOf: path)
      #expect(loaded.settings == model.settings)
      let names = try #require(loaded as? NameClassifier)
      #expect(names.vocabularies == model.vocabularies)
      #expect(try SystemTests.answer(names, "Nagy") == SystemTests.answer(model, "Nagy"))
      #expect(throws: RecurrentError.invalidFile(path: path, reason: "is a model for names, not for tagger")) {
        try Tagger(contentsOf: path)
      }
    }
  }

  /// A file with invalid metadata is refused.
  @Test func filesThatLieAreRefused() throws {
    let (model, _) = try SystemTests.trained(NameClassifier.self) { ($0.epochs, $0.hiddenSize) = (1, 8) }
    try DataSourceTests.withFiles([:]) { folder in
      let path = folder + "/model.safetensors"
      try model.save(to: path)
      let file = try Safetensors(contentsOf: path)
      let text = try #require(file.metadata["recurrent.system"])
      func complaint(_ change: (inout Safetensors) -> Void) throws -> String {
        var changed = file
        change(&changed)
        try changed.write(to: path)
        do {
          _ = try loadSystem(contentsOf: path)
          return "nothing"
        } catch {
          return "\(error)".replacingOccurrences(of: path + ": ", with: "")
        }
      }
      func complaint(_ from: String, _ to: String) throws -> String {
        #expect(text.contains(from))
        return try complaint { $0.metadata["recurrent.system"] = text.replacingOccurrences(of: from, with: to) }
      }
      #expect(try complaint { _ in } == "nothing")
      #expect(try complaint { $0.metadata = [:] }.contains("is not a model of `recurrent train`"))
      #expect(try complaint("\"names\"", "\"chess\"") == "is a model of an unknown task")
      #expect(try complaint("\"hiddenSize\":8", "\"hiddenSize\":9").contains("of another shape"))
      #expect(try complaint("\"hiddenSize\":8", "\"hiddenSize\":8000").contains("of another shape"))
      #expect(try complaint("\"hiddenSize\":8", "\"hiddenSize\":-1").contains("'-1' is not valid; expected 1 to 8192"))
      #expect(
        try complaint("\"layers\":1", "\"layers\":2").contains("lacks recurrent.weight_hh_l1")
          || complaint("\"layers\":1", "\"layers\":2").contains("recurrent.bias_hh_l1"))
      #expect(try complaint("\"dropout\":0.3", "\"dropout\":1").contains("'1.0' is not valid"))
      #expect(try complaint("\"format\":1", "\"format\":2").contains("has format 2, expected 1"))
      #expect(try complaint("\"Czech\"", "7").contains("its settings cannot be read"))
      #expect(try complaint("\"Czech\",", "").contains("output.bias is [6], expected [5]"))
      #expect(
        try complaint("\"embeddingSize\":64", "\"embeddingSize\":0").contains("'0' is not valid; expected 1 to 4096"))
      let classes = try #require(text.range(of: #""classes":\[[^]]*\]"#, options: .regularExpression))
      #expect(try complaint(String(text[classes]), "\"classes\":[]").contains("has an empty vocabulary"))
      #expect(try complaint { $0.set("output.bias", Tensor(zeros: [7])) }.contains("of another shape"))
    }
  }

  /// A model with NaN parameters is neither saved nor used.
  @Test(arguments: TextTask.allCases) func modelsThatAreNotFiniteAreNotLoaded(_ task: TextTask) throws {
    func check<System: TextSystem>(_: System.Type) throws {
      var settings = System.defaults
      settings.hiddenSize = 8
      let model = System(settings, try System.vocabularies(of: System.samples(in: .builtIn(isTest: true)), settings))
      let (name, parameter) = (model.parameters.last!.name, model.parameters.last!.parameter)
      var value = parameter.value
      value.withUnsafeMutableBufferPointer { $0[$0.count - 1] = .nan }
      try DataSourceTests.withFiles([:]) { folder in
        let path = folder + "/model.safetensors"
        try model.save(to: path)
        var file = try Safetensors(contentsOf: path)
        file.set(name, value)
        try file.write(to: path)
        #expect(throws: RecurrentError.invalidFile(path: path, reason: "tensor '\(name)' holds NaN or infinity")) {
          try System(contentsOf: path)
        }
        parameter.value = value
        #expect(
          throws: RecurrentError.inputOutput(
            path: path, reason: "is not written: the parameter '\(name)' holds NaN or infinity")
        ) {
          try model.save(to: path)
        }
      }
    }
    try check(task.system)
  }

  /// A run that is stopped after two epochs and resumed to four equals a run of four.
  @Test func aRunGoesOnWithTheSameBits() throws {
    try DataSourceTests.withFiles([:]) { folder in
      func run(_ name: String, epochs: Int, resumes: Bool = false) throws {
        var settings = Tagger.defaults(for: .builtIn(isTest: false))
        (settings.hiddenSize, settings.epochs, settings.schedule, settings.heldOut) = (16, epochs, .constant, 0)
        _ = try Tagger.train(
          on: Tagger.samples(in: .builtIn(isTest: false)).suffix(60), settings: settings,
          checkpoint: folder + "/" + name + ".safetensors",
          resumes: resumes, progress: .none, backend: SystemTests.backend)
      }
      try run("whole", epochs: 4)
      try run("parts", epochs: 2)
      try run("parts", epochs: 4, resumes: true)
      let (whole, parts) = try (
        Safetensors(contentsOf: folder + "/whole.safetensors"), Safetensors(contentsOf: folder + "/parts.safetensors")
      )
      for name in whole.names { #expect(try whole.tensor(name).elements == parts.tensor(name).elements, "\(name)") }
      #expect(
        throws: RecurrentError.invalidFile(
          path: folder + "/parts.last.safetensors", reason: "was trained on other data: its vocabularies differ")
      ) {
        try Tagger.train(
          on: Tagger.samples(in: .builtIn(isTest: true)), checkpoint: folder + "/parts.safetensors", resumes: true,
          progress: .none, backend: SystemTests.backend)
      }
      // The last checkpoint is a model, too.
      #expect(try Tagger(contentsOf: folder + "/parts.last.safetensors").settings.epochs == 4)
    }
  }

  @Test func theLearningRateCoolsDown() throws {
    var settings = CaptionWriter.defaults(for: .builtIn(isTest: false))
    (settings.hiddenSize, settings.epochs) = (8, 6)
    let samples = try CaptionWriter.samples(in: .builtIn(isTest: false))
    func rateFactors() throws -> [Float] {
      try CaptionWriter.train(on: samples, settings: settings, progress: .none, backend: SystemTests.backend).report
        .epochs.map(\.rateFactor)
    }
    let factors = try rateFactors()
    #expect(
      factors.prefix(4).allSatisfy { $0 == 1 } && factors[4] > 0.4 && factors[4] < 0.6 && factors[5] < 0.05
        && factors[5] > 0)
    settings.schedule = .constant
    #expect(try rateFactors().allSatisfy { $0 == 1 })
  }

  @Test func whatCannotBeLearntFromIsSaid() throws {
    func complaint<System: TextSystem>(
      _: System.Type, _ samples: [System.Sample], _ change: (inout SystemSettings) -> Void = { _ in }
    ) -> String {
      var settings = System.defaults
      change(&settings)
      do {
        _ = try System.train(on: samples, settings: settings, progress: .none, backend: SystemTests.backend)
        return "nothing"
      } catch {
        return "\(error)"
      }
    }
    #expect(complaint(NameClassifier.self, []).contains("expected one or more to train on"))
    #expect(
      complaint(NameClassifier.self, [LabelledText("a", label: "b")]).contains(
        "expected training texts of two or more classes"))
    #expect(complaint(CharacterModel.self, ["too short"]).contains("expected fewer streams than the"))
    #expect(
      complaint(Translator.self, [SentencePair(source: "a", target: "b")]) { ($0.hiddenSize, $0.attention) = (7, .dot) }
        .contains("an even number"))
    #expect(
      complaint(NameClassifier.self, [LabelledText("a", label: "b")]) { $0.hiddenSize = 0 }
        == "hidden: '0' is not valid; expected 1 to 8192")
  }
}
