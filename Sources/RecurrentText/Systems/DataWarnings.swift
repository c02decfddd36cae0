// Data warnings: messages about samples that are few, too long, or of unknown classes.

import RecurrentCore

extension TextSystem {
  /// Warnings about training samples: too few of them, or samples above the length limit.
  package static func notes(onTraining samples: [Sample], _ settings: SystemSettings) -> [String] {
    let (count, unit, little) = amount(of: samples)
    let few = """
      \(counted(count, unit)) to train on, fewer than \(little): the model may overfit, and its \
      \(settings.heldOut > 0 ? "metrics on them and on the held-out ones" : "metrics on them") say little about new data
      """
    return (count < little ? [few] : []) + notes(on: samples, settings, isTraining: true)
  }

  /// Warnings about test samples: classes that the model does not know, or samples above the length
  /// limit.
  package func notes(onTest samples: [Sample]) -> [String] {
    let unknown = unknownClasses(in: samples).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let shown = 3
    var notes = unknown.prefix(shown).map { name, count in
      "class '\(name)' is unknown to the model: \(count) with this class cannot be classified correctly"
    }
    if unknown.count > shown { notes.append("\(unknown.count) classes are unknown to the model") }
    return notes + Self.notes(on: samples, settings, isTraining: false)
  }

  /// Warnings about samples above the length limit: the first few, and their number.
  package static func notes(on samples: [Sample], _ settings: SystemSettings, isTraining: Bool) -> [String] {
    guard let limit = lengthLimit else { return [] }
    let greatest = maxLength(settings)
    let long = samples.compactMap { excess(of: $0, over: greatest) }
    let consequence = isTraining ? limit.inTraining : limit.inUse
    let shown = 3
    var notes = long.prefix(shown).map { length, place in
      """
      \(place): \(counted(length, limit.unit.rawValue)), more than the maximum length of \(greatest); \
      \(consequence.rawValue)
      """
    }
    if long.count > shown {
      notes.append(
        "\(long.count) of \(samples.count) samples are longer than \(counted(greatest, limit.unit.rawValue))")
    }
    return notes
  }

  /// A warning about an input text above the length limit; nil if it is not.
  package func note(onQuestion text: String) -> String? {
    guard let limit = Self.lengthLimit, let length = Self.excess(ofQuestion: text, over: maxLength) else { return nil }
    return """
      a text of \(counted(length, limit.unit.rawValue)), more than the model's maximum length of \(maxLength); \
      \(limit.inUse.rawValue)
      """
  }
}
