// Fuzz targets: the data formats of the systems, for training and evaluation.

import Foundation
import Recurrent

extension FuzzTarget {
  static let data = [
    data(NameClassifier.self, "names", ["Ada\tIrish\nBjörk\tIcelandic\nNakamura\tJapanese\n\nO'Neill\tIrish\n"]),
    data(
      NameClassifier.self, "names-folder", ["Ada\nO'Neill\n\u{1E}Nakamura\n 中村 \n\u{1E}Björk\n"],
      write: { input, folder in
        try FileManager.default.createDirectory(atPath: folder + "/names", withIntermediateDirectories: true)
        for (part, name) in zip(parts(input), ["Irish", "日本語", "a b"]) {
          try part.write(to: URL(fileURLWithPath: folder + "/names/\(name).txt"))
        }
        return .path(folder + "/names")
      }),
    data(
      CharacterModel.self, "charlm",
      ["abc abd\nabe\n", "to be, or not to be: that is the question\n\tWhether 'tis nobler\n"]),
    data(SentimentClassifier.self, "sentiment", ["id\tdocument\tlabel\n1\tgood film\t1\n2\tbad 영화\t0\n3\t\t0\n"]),
    data(
      Tagger.self, "tagger",
      [
        "# text = A dog.\n1\tA\ta\tDET\t_\t_\t2\tdet\t_\t_\n2\tdog\tdog\tNOUN\t_\t_\t0\troot\t_\t_\n"
          + "3\t.\t.\tPUNCT\t_\t_\t2\tpunct\t_\t_\n\n1-2\tdu\t_\t_\t_\t_\t_\t_\t_\t_\n"
          + "1\tde\tde\tADP\t_\t_\t2\tcase\t_\t_\n2\tle\tle\tDET\t_\t_\t0\troot\t_\t_\n2.1\tx\t_\t_\t_\t_\t_\t_\t_\t_\n"
          + (1...6).map { "\n1\tso\tso\tADV\t_\t_\t0\troot\t_\t\($0)\n" }.joined()
      ], words: ["1", "2", "3", "1-2", "1.1", "_", "NOUN"]),
    data(
      Translator.self, "translate", ["ja .\nnein .\n\nwas ist das ?\n\u{1E}yes .\nno .\n\nwhat is that ?\n"],
      write: { input, folder in
        let files = parts(input)
        try files[0].write(to: URL(fileURLWithPath: folder + "/source"))
        try (files.count > 1 ? files[1] : Data()).write(to: URL(fileURLWithPath: folder + "/target"))
        return .pair(source: folder + "/source", target: folder + "/target")
      }),
    data(
      CaptionWriter.self, "caption",
      [TinySystems.pixels + ",3\n" + [String](repeating: " 0.5", count: 64).joined(separator: ",") + ",9\n"],
      separator: ","),
  ]

  /// A target for a data format. `write` writes an input to files.
  private static func data<System: TextSystem>(
    _: System.Type, _ name: String, _ seeds: [String], words: [String] = [], separator: Character = "\t",
    write: @escaping @Sendable (Data, _ folder: String) throws -> DataSource = { input, folder in
      try input.write(to: URL(fileURLWithPath: folder + "/data"))
      return .path(folder + "/data")
    }
  ) -> FuzzTarget {
    FuzzTarget(
      name: "data-\(name)", share: 30, format: .lines(separator.asciiValue!), words: words,
      seeds: { seeds.map { Array($0.utf8) } }
    ) { folder in
      let backend = try Backends.make(threads: 1)
      return { input in
        let samples = try System.samples(in: write(input, folder))
        var choices = choices(input)
        var settings = System.defaults
        (settings.embeddingSize, settings.hiddenSize, settings.batchSize, settings.epochs, settings.steps) = (
          2, 2, 2, 1, 8
        )
        settings.cell = choices.pick(SystemSettings.CellKind.allCases)
        settings.heldOut = choices.pick([0, 0, 0.1, 0.5, 0.9])
        settings.minimumCount = choices.pick([1, 2, 3])
        settings.attention = choices.pick([nil, .general, .dot, .additive])
        // All samples are encoded, some are trained on, since long texts take long.
        _ = try System.vocabularies(of: samples, settings)
        if System.task == .charlm, input.count > 100_000 { return }
        let few = Array(samples.prefix(8))
        do {
          let (model, _) = try System.train(on: few, settings: settings, progress: .none, backend: backend)
          _ = try model.evaluate(Array(samples.suffix(4)), decoding, backend: backend)
        } catch RecurrentError.diverged {
          // Training may diverge on any data.
        }
      }
    }
  }

  /// Baselines on texts by class, as in `recurrent baseline`.
  static let baselines = FuzzTarget(name: "baselines", share: 20, format: .lines(UInt8(ascii: "\t"))) {
    [Array("Ada\tIrish\nBjörk\tIcelandic\nNakamura\tJapanese\nO'Neill\tIrish\n".utf8)]
  } reader: { folder in
    let backend = try Backends.make(threads: 1)
    return { input in
      try input.write(to: URL(fileURLWithPath: folder + "/data"))
      let samples = try NameClassifier.samples(in: .path(folder + "/data"))
      let classes = Set(samples.map(\.label)).sorted()
      let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
      var choices = choices(input)
      let (isByWord, longest) = (choices.chance(1, in: 2), choices.pick([1, 3]))
      let documents = samples.map {
        (
          terms: isByWord ? wordTerms($0.text) : characterTerms($0.text.lowercased(), upTo: longest),
          label: numbers[$0.label]!
        )
      }
      for baseline in Baseline.allCases {
        _ = try baseline.evaluate(
          documents, test: Array(documents.suffix(4)), classes: classes, minimum: choices.pick([1, 2]), backend: backend
        )
      }
    }
  }
}
