// Data options: the files to train on or to evaluate on.

import ArgumentParser
import Foundation
import Recurrent

/// The input data of a task.
struct DataOptions: ParsableArguments {
  @Option(
    help: """
      The data. names: a folder with a .txt file for each class, or a .tsv file (text, class); charlm: a .txt file; \
      sentiment: a .tsv file (id, document, label); tagger: a .conllu file; caption: a .csv file (64 pixels, digit). A \
      folder stands for all its files of that format. Without it, the built-in data.
      """, completion: .file())
  var data: String?

  @Option(
    help: "translate: the source sentences, one per line, words separated by spaces.", completion: .file())
  var source: String?

  @Option(help: "translate: the target sentences, one per line.", completion: .file())
  var target: String?

  static func names(for task: TextTask) -> [String] { task == .translate ? ["source", "target"] : ["data"] }

  /// The input files, and all files in an input folder.
  var files: [String] {
    [data, source, target].compactMap { $0 }.flatMap { path in
      [path] + ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).map { path + "/" + $0 }
    }
  }

  /// The data source. Throws if only one of --source and --target is given.
  func source(for task: TextTask, isTest: Bool) throws -> DataSource {
    switch (source, target) {
    case (let source?, let target?): return .pair(source: source, target: target)
    case (nil, nil): return data.map { .path($0) } ?? .builtIn(isTest: isTest)
    default:
      throw ValidationError("--source and --target must be given together: two files with one sentence per line.")
    }
  }
}
