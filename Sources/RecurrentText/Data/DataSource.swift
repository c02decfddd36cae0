// Data source: the files, or the built-in data, that samples are read from.

import Foundation
import RecurrentCore

/// The input of a system: built-in data, a file or folder, or a pair of files.
public enum DataSource: Sendable, Equatable {
  /// The built-in data of a task: a small training set, or its test set.
  case builtIn(isTest: Bool)
  /// A file, or a folder whose files of the task's format are all read.
  case path(String)
  /// Two files with corresponding lines.
  case pair(source: String, target: String)

  /// The texts of a source: the files with an extension, or a built-in text.
  func texts(_ fileExtension: String, builtIn training: String, _ test: String) throws(RecurrentError) -> [TextFile] {
    switch self {
    case .builtIn(let isTest):
      return [TextFile(name: isTest ? "built-in test data" : "built-in data", text: isTest ? test : training)]
    case .path(let path):
      var texts: [TextFile] = []
      for file in try DataSource.files(at: path, fileExtension) { texts.append(try TextFile(contentsOf: file)) }
      return texts
    case .pair(let source, let target):
      throw .invalidOption(name: "data", value: "\(source) and \(target)", expected: "one file or folder for this task")
    }
  }

  /// The path of a file; for a folder, its files with an extension, sorted by name.
  static func files(at path: String, _ fileExtension: String) throws(RecurrentError) -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      return [path]
    }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw .inputOutput(path: path, reason: "cannot be read: \(error.localizedDescription)")
    }
    let ending = ("." + fileExtension).utf8
    let files = names.filter {
      $0.utf8.suffix(ending.count).elementsEqual(ending) && $0.utf8.first != UInt8(ascii: ".")
    }.sorted().map { path + "/" + $0 }
    // Foundation replaces invalid bytes in a name, and the result names no file.
    if let wrong = files.first(where: { $0.contains("\u{FFFD}") && !FileManager.default.fileExists(atPath: $0) }) {
      throw .invalidFile(
        path: path,
        reason: "contains a file whose name is not UTF-8: '\(wrong.dropFirst(path.count + 1))'; rename it")
    }
    if files.isEmpty { throw .invalidFile(path: path, reason: "is a folder without .\(fileExtension) files") }
    return files
  }
}

extension Array {
  /// Throws if a file or folder has no samples.
  func checkNotEmpty(_ source: DataSource) throws(RecurrentError) {
    if isEmpty, case .path(let path) = source {
      throw .invalidFile(path: path, reason: "contains no samples")
    }
  }
}
