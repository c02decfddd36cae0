// Limits: text lengths, memory, too few samples, and model files with wrong sizes.

import Foundation
import Recurrent
import Testing
import _TestSupport

@testable import RecurrentText

@Suite struct LimitTests {
  static let backend = SystemTests.backend

  /// Small, and trained for an epoch.
  static func trained<System: TextSystem>(
    _: System.Type, on samples: [System.Sample], _ change: (inout SystemSettings) -> Void = { _ in }
  ) throws -> System {
    var settings = System.defaults
    (settings.hiddenSize, settings.embeddingSize, settings.epochs, settings.batchSize, settings.minimumCount) = (
      8, 8, 1, 4, 1
    )
    change(&settings)
    return try System.train(on: samples, settings: settings, progress: .none, backend: backend).model
  }

  static func complaint(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing"
    } catch {
      return "\(error)"
    }
  }

  // MARK: Length

  @Test func theDefaultLimitsLeaveTheOwnDataWhole() throws {
    func expect<System: TextSystem>(_: System.Type) throws {
      for isTest in [false, true] {
        let samples = try System.samples(in: .builtIn(isTest: isTest))
        #expect(System.notes(on: samples, System.defaults, isTraining: true).isEmpty)
        #expect(System.limited(samples, to: System.maxLength(System.defaults)).count == samples.count)
      }
    }
    for task in TextTask.allCases { try expect(task.system) }
  }

  @Test func aLongTextIsCutAndNamedWithItsLine() throws {
    let long = String(repeating: "x", count: 1_000_000)
    try DataSourceTests.withFiles(["a.tsv": "Nagy\tHungarian\nSmith\tEnglish\n\(long)\tEnglish\n"]) { folder in
      let samples = try NameClassifier.samples(in: .path(folder + "/a.tsv"))
      let notes = NameClassifier.notes(on: samples, NameClassifier.defaults, isTraining: true)
      #expect(
        notes == [
          "\(folder)/a.tsv: line 3: 1000000 characters, more than the maximum length of 100; only the first are read"
        ])
      let model = try LimitTests.trained(NameClassifier.self, on: samples)
      #expect(try model.evaluate(samples, DecodingOptions(), backend: LimitTests.backend).count == 3)
      // Characters beyond the limit do not change the answer.
      let (whole, cut) = (
        model.classify(long, backend: LimitTests.backend),
        model.classify(String(long.prefix(100)), backend: LimitTests.backend)
      )
      #expect(whole.map(\.probability) == cut.map(\.probability))
      #expect(
        model.note(onQuestion: long)!.contains("1000000 characters, more than the model's maximum length of 100"))
      #expect(model.note(onQuestion: "Nagy") == nil)
    }
  }

  @Test func onlyTheFirstOfManyLongTextsAreNamed() {
    let samples = (1...10).map { LabelledText("abcdef", label: "a", place: SamplePlace(file: "f", line: $0)) }
    var settings = SentimentClassifier.defaults
    settings.maxLength = 5
    let notes = SentimentClassifier.notes(on: samples, settings, isTraining: false)
    #expect(
      notes.count == 4 && notes[2].hasPrefix("f: line 3: 6 characters")
        && notes[3] == "10 of 10 samples are longer than 5 characters")
    // Characters are counted as they are read: composed.
    #expect(
      Vectoriser.Unit.character.count(of: "e\u{301}e\u{301}", over: 2) == nil
        && Vectoriser.Unit.character.prefix(of: "e\u{301}e\u{301}b", 2) == "éé")
  }

  @Test func aLongSentenceIsTaggedInParts() throws {
    let samples = [TaggedSentence(words: (0..<50).map { "w\($0 % 7)" }, tags: (0..<50).map { "t\($0 % 3)" })]
    let model = try LimitTests.trained(Tagger.self, on: samples) { $0.maxLength = 8 }
    #expect(Tagger.limited(samples, to: 8).map(\.words.count) == [8, 8, 8, 8, 8, 8, 2])
    #expect(try model.evaluate(samples, DecodingOptions(), backend: LimitTests.backend).count == 50)
    let words = samples[0].words
    let found = model.tag(words, backend: LimitTests.backend)
    let parts = stride(from: 0, to: 50, by: 8).map { Array(words[$0..<min($0 + 8, 50)]) }
    let alone: [String] = parts.flatMap { model.tag($0, backend: LimitTests.backend).map(\.tag) }
    #expect(found.map(\.tag) == alone)
    #expect(
      model.note(onQuestion: words.joined(separator: " "))!.contains(
        "50 words, more than the model's maximum length of 8; it is read in parts"))
    // A word of a megabyte is read by its first letters.
    #expect(model.tag([String(repeating: "a", count: 1 << 20), "b"], backend: LimitTests.backend).count == 2)
  }

  @Test func aLongPairIsLeftOutOfTrainingAndCutInUse() throws {
    let long = [String](repeating: "a", count: 32_000).joined(separator: " ")
    let pairs = [
      SentencePair(source: "a b", target: "c d"), SentencePair(source: long, target: "c"),
      SentencePair(source: "a", target: long),
    ]
    #expect(Translator.limited(pairs, to: 200) == [pairs[0]])
    let model = try LimitTests.trained(Translator.self, on: pairs)
    #expect(model.vocabularies.source.vocabulary.tokens.dropFirst(4) == ["a", "b"])
    var options = DecodingOptions()
    options.beams = 2
    let found = try model.translate(long, options, backend: LimitTests.backend)
    let first = [String](repeating: "a", count: 200).joined(separator: " ")
    #expect(try found.map(\.text) == model.translate(first, options, backend: LimitTests.backend).map(\.text))
    #expect(try model.evaluate(pairs, options, backend: LimitTests.backend).count == 3)
    #expect(
      LimitTests.complaint { _ = try LimitTests.trained(Translator.self, on: [pairs[1]]) }.contains(
        "none of 1 sample is that short"))
  }

  /// The hypotheses of a sentence share its encoding, with the results of single ones.
  @Test(arguments: [Attention.Score.dot, .general, .additive, nil]) func hypothesesLookBackAtTheirOwnSentence(
    _ score: Attention.Score?
  ) throws {
    let pairs = ["a b c", "c b", "b b a c", "a"].map { SentencePair(source: $0, target: String($0.reversed())) }
    let model = try LimitTests.trained(Translator.self, on: pairs) {
      ($0.attention, $0.epochs, $0.learningRate) = (score, 30, 1e-2)
    }
    let words = Indices([5, 6, 4, 6, 4, 4], shape: [1, 6])
    let tape = Tape(.evaluation, backend: LimitTests.backend)
    let sentences = [[4, 5, 6], [6]]
    var shared = model.encode(sentences, tape)
    shared.state = shared.state.gathered([0, 0, 0, 1, 1, 1])
    let repeated = model.encode(sentences.flatMap { [$0, $0, $0] }, tape)
    let (a, b) = (model.decode(words, shared, tape).features.value, model.decode(words, repeated, tape).features.value)
    #expect(a.shape == b.shape && zip(a.elements, b.elements).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func aPromptMayBeOfAnyLength() throws {
    let model = try LimitTests.trained(CharacterModel.self, on: ["abcabcabc"]) { $0.layers = 1 }
    var options = DecodingOptions()
    options.length = 1
    #expect(
      try model.continued(String(repeating: "abc", count: 20_000), options, backend: LimitTests.backend).text.count == 1
    )
    #expect(model.note(onQuestion: String(repeating: "abc", count: 20_000)) == nil)
  }

  @Test func aLimitIsRefusedWhereThereIsNone() {
    for task in [TextTask.charlm, .caption] {
      var settings = task.system.defaults
      settings.maxLength = 5
      #expect(
        LimitTests.complaint { try settings.check(for: task) }
          == "max-length: '5' is not valid; expected none for \(task.rawValue), which has no length limit")
    }
    var settings = Tagger.defaults
    settings.maxLength = 0
    #expect(
      LimitTests.complaint { try settings.check(for: .tagger) } == "max-length: '0' is not valid; expected 1 to 1000000"
    )
  }

  // MARK: Memory

  /// The memory of a batch for activations, gradients and saved activations is at most the planned
  /// memory.
  @Test func whatIsPlannedIsWhatABatchTakes() throws {
    func expect<System: SampleSystem>(
      _: System.Type, _ layers: (System) -> [RNN], long: (System.Sample) -> System.Sample,
      _ change: (inout SystemSettings) -> Void
    ) throws {
      var settings = System.defaults
      (settings.hiddenSize, settings.embeddingSize, settings.minimumCount) = (48, 32, 1)
      change(&settings)
      let samples = try System.samples(in: .builtIn(isTest: false)).prefix(24).map(long)
      let model = System(settings, try System.vocabularies(of: samples, settings))
      let batch = samples.map(model.encode)
      for mode in [Tape.Mode.training, .evaluation] {
        let tape = Tape(mode, backend: LimitTests.backend)
        tape.begin(step: 0)
        let result = model.step(batch, tape)
        if mode == .training { result.loss.backward() }
        let kept = mode == .training ? layers(model).reduce(0) { $0 + $1.savedBytes } : 0
        let taken = tape.bytes - tape.bufferPool.bytes + tape.bufferPool.greatestUse + kept
        let planned = model.floats(batch, isTraining: mode == .training) * 4
        // Tables and other small things come to a megabyte.
        #expect(
          planned * 3 / 2 + 1 << 20 >= taken && planned <= 4 * taken + 1 << 20,
          "\(System.task) \(mode): \(taken) bytes taken, \(planned) planned")
      }
    }
    func repeated(_ text: String, _ count: Int) -> String {
      [String](repeating: text, count: count).joined(separator: " ")
    }
    func text(_ sample: LabelledText) -> LabelledText { LabelledText(repeated(sample.text, 20), label: sample.label) }
    func sentence(_ sample: TaggedSentence) -> TaggedSentence {
      TaggedSentence(words: (0..<20).flatMap { _ in sample.words }, tags: (0..<20).flatMap { _ in sample.tags })
    }
    func pair(_ sample: SentencePair) -> SentencePair {
      SentencePair(source: repeated(sample.source, 10), target: repeated(sample.target, 10))
    }
    for cell in SystemSettings.CellKind.allCases {
      try expect(NameClassifier.self, { [$0.recurrent] }, long: text) { $0.cell = cell }
      try expect(SentimentClassifier.self, { [$0.recurrent] }, long: text) { ($0.cell, $0.layers) = (cell, 2) }
      try expect(Tagger.self, { [$0.recurrent, $0.spelling] }, long: sentence) { $0.cell = cell }
      for score in [Attention.Score.general, .additive, nil] {
        try expect(Translator.self, { [$0.encoder, $0.decoder] }, long: pair) {
          ($0.cell, $0.attention) = (cell, score)
        }
      }
      try expect(CaptionWriter.self, { [$0.decoder] }, long: { $0 }) { $0.cell = cell }
    }
  }

  @Test func aBatchThatCannotFitIsRefusedBeforeItIsMade() {
    let texts = (0..<64).map { LabelledText(String(repeating: "a", count: 1000), label: "\($0 % 2)") }
    let found = LimitTests.complaint {
      // 64 rows of a thousand steps of 8192 units in both directions: 65 GB for the gates of a
      // layer alone.
      _ = try LimitTests.trained(SentimentClassifier.self, on: texts) {
        ($0.hiddenSize, $0.batchSize, $0.layers) = (8192, 64, 32)
      }
    }
    #expect(
      found.hasPrefix("training needs about ") && found.contains("a smaller batch, max-length or hidden takes less"),
      "\(found)")
  }

  // MARK: Too few samples

  @Test func whatIsHeldOutLeavesSamplesOnBothSides() throws {
    func complaint<System: TextSystem>(_: System.Type, _ samples: [System.Sample], _ heldOut: Double) -> String {
      LimitTests.complaint { _ = try LimitTests.trained(System.self, on: samples) { $0.heldOut = heldOut } }
    }
    let sentence = TaggedSentence(words: ["Go"], tags: ["VERB"])
    #expect(
      complaint(Tagger.self, [sentence], 0.5)
        == """
        held-out: '0.5' is not valid; expected a fraction that leaves training and held-out samples; of 1 it leaves 0 \
        to train on and 1 held out
        """
    )
    #expect(complaint(Tagger.self, [sentence], 0.4).contains("of 1 it leaves 1 to train on and 0 held out"))
    #expect(complaint(Tagger.self, [sentence, sentence], 0.5) == "nothing")
    #expect(
      complaint(Translator.self, [SentencePair(source: "a", target: "b")], 0.9).contains(
        "of 1 it leaves 0 to train on and 1 held out"))
    #expect(
      complaint(CaptionWriter.self, [DigitPicture(pixels: [Float](repeating: 0, count: 64), digit: 1)], 0.9).contains(
        "of 1 it leaves 0 to train on and 1 held out"))
    for system in [0.5, 0.9] {
      #expect(
        complaint(NameClassifier.self, [LabelledText("a", label: "b")], system).contains(
          "of 1 it leaves 0 to train on and 1 held out"))
    }
    #expect(
      complaint(SentimentClassifier.self, [LabelledText("a", label: "0")], 0.1).contains(
        "of 1 it leaves 1 to train on and 0 held out"))
    #expect(complaint(CharacterModel.self, ["abcdefghij"], 0.9).contains("batch: '4' is not valid"))
  }

  // MARK: Files

  /// A model file with a changed description.
  static func complaint<System: TextSystem>(_ model: System, _ change: (inout [String: Any]) -> Void) throws -> String {
    var file = Safetensors()
    file.set(model)
    let text = try model.metadata["recurrent.system"]!
    var description = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    change(&description)
    file.metadata["recurrent.system"] = String(
      decoding: try JSONSerialization.data(withJSONObject: description), as: UTF8.self)
    let (encoded, path) = (
      file.encoded(), FileManager.default.temporaryDirectory.path + "/recurrent-\(UInt32.random(in: 0 ... .max))"
    )
    defer { try? FileManager.default.removeItem(atPath: path) }
    try encoded.write(to: URL(fileURLWithPath: path))
    return complaint { _ = try loadSystem(contentsOf: path) }.replacingOccurrences(of: path + ": ", with: "")
  }

  @Test func vocabulariesAreCheckedWhenAFileIsRead() throws {
    func vocabularies(_ change: @escaping (inout [String: Any]) -> Void) -> (inout [String: Any]) -> Void {
      { description in
        var vocabularies = description["vocabularies"] as! [String: Any]
        change(&vocabularies)
        description["vocabularies"] = vocabularies
      }
    }
    func vectoriser(_ name: String, _ key: String, _ value: Any) -> (inout [String: Any]) -> Void {
      vocabularies {
        var part = $0[name] as! [String: Any]
        part[key] = value
        $0[name] = part
      }
    }
    let names = try LimitTests.trained(
      NameClassifier.self, on: [LabelledText("ab", label: "x"), LabelledText("c", label: "y")])
    #expect(try LimitTests.complaint(names) { _ in } == "nothing")
    #expect(
      try LimitTests.complaint(names, vectoriser("characters", "unit", "word"))
        == "its characters are split by word; expected character")
    #expect(
      try LimitTests.complaint(names, vectoriser("characters", "vocabulary", ["a", "b", "cc"]))
        == "its characters contain 'cc', which is not a single character")
    #expect(
      try LimitTests.complaint(names, vectoriser("characters", "vocabulary", ["a", "b", ""])).contains(
        "contain an empty one"))
    #expect(
      try LimitTests.complaint(names, vectoriser("characters", "vocabulary", ["a", "b", "b"])).contains(
        "its settings cannot be read"))
    #expect(
      try LimitTests.complaint(names, vocabularies { $0["classes"] = ["x", "x"] }) == "its classes contain 'x' twice")
    #expect(
      try LimitTests.complaint(names, vocabularies { $0["classes"] = ["x", ""] })
        == "its classes contain an empty one")

    let charlm = try LimitTests.trained(CharacterModel.self, on: ["abcabcabc"])
    #expect(
      try LimitTests.complaint(charlm, vectoriser("characters", "unit", "word")).contains(
        "split by word; expected character"))
    let tagger = try LimitTests.trained(Tagger.self, on: [TaggedSentence(words: ["a", "b"], tags: ["X", "Y"])])
    #expect(
      try LimitTests.complaint(tagger, vectoriser("characters", "unit", "word")).contains(
        "split by word; expected character"))
    #expect(try LimitTests.complaint(tagger, vocabularies { $0["tags"] = ["X", "X"] }) == "its tags contain 'X' twice")
    #expect(
      try LimitTests.complaint(tagger, vocabularies { $0["words"] = ["a", ""] })
        == "its words contain an empty one")
    let translator = try LimitTests.trained(Translator.self, on: [SentencePair(source: "a b", target: "c")])
    #expect(
      try LimitTests.complaint(translator, vectoriser("source", "unit", "character")).contains(
        "source words are split by character"))
    #expect(
      try LimitTests.complaint(translator, vectoriser("target", "unit", "character")).contains(
        "target words are split by character"))
    let caption = try LimitTests.trained(
      CaptionWriter.self, on: [DigitPicture(pixels: [Float](repeating: 0, count: 64), digit: 1)])
    #expect(
      try LimitTests.complaint(caption, vectoriser("letters", "unit", "word")).contains(
        "split by word; expected character"))

    func setting(_ key: String, _ value: Any?) -> (inout [String: Any]) -> Void {
      { description in
        var settings = description["settings"] as! [String: Any]
        settings[key] = value
        description["settings"] = settings
      }
    }
    #expect(try LimitTests.complaint(translator, setting("hiddenSize", 7)).contains("of another shape"))
    #expect(try LimitTests.complaint(names, setting("maxLength", 0)).contains("max-length: '0' is not valid"))
    // Files from before there was a limit.
    #expect(try LimitTests.complaint(names, setting("maxLength", nil)) == "nothing")
  }

  /// 131,068 tokens as one-hot vectors into 600 units: 1.3 GB of weights that the file does not
  /// have.
  @Test func aModelIsRefusedByItsShapesBeforeItIsMade() throws {
    let charlm = try LimitTests.trained(CharacterModel.self, on: ["abcabcabc"]) { $0.embeddingSize = 0 }
    let tokens = [UInt32(0xF0000)..<0xFFFFE, 0x100000..<0x10FFFE].joined().map { String(Unicode.Scalar($0)!) }
    let found = try LimitTests.complaint(charlm) { description in
      var settings = description["settings"] as! [String: Any]
      (settings["hiddenSize"], settings["layers"]) = (600, 4)
      description["settings"] = settings
      description["vocabularies"] = ["characters": ["unit": "character", "vocabulary": tokens]]
    }
    #expect(found.contains("recurrent.weight_ih_l0 is [32, 7], expected [2400, 131072]"), "\(found.prefix(300))")
  }
}
