// System files: models saved as safetensors, with settings and vocabularies in the metadata.

import Foundation
import RecurrentCore
import RecurrentInterchange
import RecurrentLayers
import RecurrentTraining

/// The description of a model in its file's metadata, as JSON.
private struct SystemDescription<Vocabularies: SystemVocabularies>: Codable {
  static var key: String { "recurrent.system" }
  var format = 1
  let task: TextTask
  let settings: SystemSettings
  let vocabularies: Vocabularies
}

extension TextSystem {
  /// The metadata of the model's file: settings and vocabularies.
  var metadata: [String: String] {
    get throws(RecurrentError) {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      do {
        let description = SystemDescription(task: Self.task, settings: settings, vocabularies: vocabularies)
        return [SystemDescription<Vocabularies>.key: String(decoding: try encoder.encode(description), as: UTF8.self)]
      } catch {
        // JSON has no infinite numbers.
        throw .invalidOption(name: "settings", value: "\(settings)", expected: "finite numbers")
      }
    }
  }

  /// Saves settings, vocabularies and parameters, in their precision, to a safetensors file, which
  /// is replaced atomically. Throws if a parameter is not finite, or if the file cannot be written.
  public func save(to path: String) throws(RecurrentError) {
    try checkFinite(toSave: path)
    try file.write(to: path)
  }

  /// The model's file.
  package var file: Safetensors {
    get throws(RecurrentError) {
      var file = Safetensors()
      file.metadata = try metadata
      file.set(self)
      return file
    }
  }

  /// Loads a model that `save` or a training run has written. Throws if the file is no model, or a
  /// model of another task.
  public init(contentsOf path: String) throws(RecurrentError) {
    try self.init(Safetensors(contentsOf: path), path: path)
  }

  init(_ file: Safetensors, path: String) throws(RecurrentError) {
    func fail(_ reason: String) -> RecurrentError { .invalidFile(path: path, reason: reason) }
    let task = try TextTask(of: file, path: path)
    guard task == Self.task else { throw fail("is a model for \(task.rawValue), not for \(Self.task.rawValue)") }
    let description: SystemDescription<Vocabularies>
    do {
      let text = file.metadata[SystemDescription<Vocabularies>.key]!
      description = try JSON.decode(SystemDescription<Vocabularies>.self, from: Data(text.utf8))
      try description.settings.check(for: task)
    } catch {
      throw fail("its settings cannot be read: \((error as? RecurrentError)?.description ?? JSON.reason(error))")
    }
    guard description.format == 1 else { throw fail("has format \(description.format), expected 1") }
    guard description.vocabularies.counts.allSatisfy({ $0 > 0 }) else { throw fail("has an empty vocabulary") }
    if let problem = description.vocabularies.problem { throw fail(problem) }
    self.init(description.settings, description.vocabularies)
    // Shapes are checked before parameters are allocated. A last checkpoint has more tensors:
    // moments, a carried state.
    let (missing, _) = try compare(with: file, prefix: "", strict: false)
    guard missing.isEmpty else { throw fail("has no \(missing.joined(separator: ", "))") }
    try load(from: file, strict: false)
  }
}

extension TextTask {
  /// The task of the model in a file.
  fileprivate init(of file: Safetensors, path: String) throws(RecurrentError) {
    struct Head: Decodable { let task: TextTask }
    guard let text = file.metadata["recurrent.system"] else {
      throw .invalidFile(
        path: path, reason: "is not a model of `recurrent train`: its metadata has no 'recurrent.system'")
    }
    guard let head = try? JSONDecoder().decode(Head.self, from: Data(text.utf8)) else {
      throw .invalidFile(path: path, reason: "is a model of an unknown task")
    }
    self = head.task
  }
}

/// Loads a model of any task. Throws if the file is no model.
public func loadSystem(contentsOf path: String) throws(RecurrentError) -> any TextSystem {
  let file = try Safetensors(contentsOf: path)
  return try TextTask(of: file, path: path).system.init(file, path: path)
}
