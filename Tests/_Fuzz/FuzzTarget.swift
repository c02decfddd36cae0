// What is fed: a reader, what it reads, and how often its turn comes.

import Foundation
import Recurrent

/// A reader of something that comes from outside.
struct FuzzTarget: Sendable {
  let name: String
  /// Its inputs among all.
  let share: Int
  let format: InputFormat
  /// What its inputs have a meaning for.
  var words: [String] = []
  /// Valid inputs, one or more.
  let seeds: @Sendable () throws -> [[UInt8]]
  /// Makes what reads an input, in a folder of its own. It may throw `RecurrentError`, and nothing
  /// else.
  let reader: @Sendable (_ folder: String) throws -> (_ input: Data) throws -> Void

  func mutator(seed: UInt64) throws -> Mutator {
    // Other inputs for each target.
    Mutator(format, try seeds(), words: words, seed: seed ^ digest(Data(name.utf8)))
  }
}

/// What separates the parts of an input that stands for several files.
let partSeparator: UInt8 = 0x1E

func parts(_ input: Data) -> [Data] {
  input.split(separator: partSeparator, omittingEmptySubsequences: false).map { Data($0) }
}

/// FNV-1a.
func digest(_ input: Data) -> UInt64 { input.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } }

/// Choices that follow from an input: the same when it is read again.
func choices(_ input: Data) -> RandomStream { RandomStream(seed: digest(input)) }

/// What went wrong, though nothing has stopped: this stops.
func fail(_ reason: String) -> Never { fatalError("fuzz: " + reason) }
