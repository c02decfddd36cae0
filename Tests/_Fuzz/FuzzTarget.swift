// Fuzz target: a reader, its valid inputs, and its share of all inputs.

import Foundation
import Recurrent

/// A reader of external input.
struct FuzzTarget: Sendable {
  let name: String
  /// The relative number of its inputs.
  let share: Int
  let format: InputFormat
  /// Words that have a meaning in its inputs.
  var words: [String] = []
  /// Valid inputs, one or more.
  let seeds: @Sendable () throws -> [[UInt8]]
  /// Creates a function that reads an input, in a temporary folder. It may throw only
  /// `RecurrentError`.
  let reader: @Sendable (_ folder: String) throws -> (_ input: Data) throws -> Void

  func mutator(seed: UInt64) throws -> Mutator {
    // Different inputs for each target.
    Mutator(format, try seeds(), words: words, seed: seed ^ digest(Data(name.utf8)))
  }
}

/// The separator of the parts of an input that stands for several files.
let partSeparator: UInt8 = 0x1E

func parts(_ input: Data) -> [Data] {
  input.split(separator: partSeparator, omittingEmptySubsequences: false).map { Data($0) }
}

/// The FNV-1a hash of an input.
func digest(_ input: Data) -> UInt64 { input.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } }

/// A random stream seeded by an input, so that its choices are reproducible.
func choices(_ input: Data) -> RandomStream { RandomStream(seed: digest(input)) }

/// Fails with a reason, as a crash.
func fail(_ reason: String) -> Never { fatalError("fuzz: " + reason) }
