// Precisions: as options, in files, and which modes run in them.

import ArgumentParser
import CRecurrentMachinePeak
import Recurrent

extension Precision: ExpressibleByArgument {
  /// The loop of multiply-adds that measures the machine's peak in this precision.
  var peak: MachinePeakPrecision {
    switch self {
    case .float32: MACHINE_PEAK_FLOAT32
    case .bfloat16: MACHINE_PEAK_BFLOAT16
    case .int8: MACHINE_PEAK_INT8
    }
  }

  /// The end of a name: empty for float32, which names do not mention.
  var suffix: String { self == .float32 ? "" : " \(rawValue)" }
}

extension KeyedDecodingContainer {
  /// The precision of a problem or a result; float32 in files from before there were others.
  func decode(_ type: Precision.Type, forKey key: Key) throws -> Precision {
    try decodeIfPresent(type, forKey: key) ?? .float32
  }
}

extension Mode {
  /// Whether runs in this precision exist: int8 is for inference, and bfloat16 for what multiplies
  /// by parameters.
  func runs(in precision: Precision) -> Bool {
    switch self {
    case .inference, .streaming, .evaluation: true
    case .training, .languagemodel, .attention: precision != .int8
    case .adam, .crossentropy, .dropout, .layernorm, .tape: precision == .float32
    }
  }
}

extension Bench {
  /// The precisions given, else float32; for the suite "gate", whose problems have each their own,
  /// all.
  var precisions: [Precision] {
    precision?.values ?? (chosenSuite == .gate ? Precision.allCases : [.float32])
  }

  /// Each problem in each precision in which it runs.
  func inPrecisions(_ problems: [Problem]) -> [Problem] {
    problems.flatMap { problem in
      precisions.filter(problem.mode.runs).map { precision in
        var problem = problem
        problem.precision = precision
        return problem
      }
    }
  }

  /// What is left out, since it does not run in a precision that was asked for.
  var precisionNotes: [String] {
    guard let precision else { return [] }
    return precision.values.compactMap { precision in
      let modes = (modes?.values ?? (chosenSuite == .gate ? [] : chosenSuite.modes)).filter { !$0.runs(in: precision) }
      if modes.isEmpty { return nil }
      return "not measured in \(precision): \(modes.map(\.rawValue).joined(separator: ", ")); "
        + (precision == .int8 ? "int8 is for inference" : "they have no products with parameters")
    }
  }
}
