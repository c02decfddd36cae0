// `recurrent`: the command line.

import ArgumentParser
import Foundation
import Recurrent

struct RecurrentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recurrent",
    abstract: "Runs and trains recurrent networks on CPUs.",
    subcommands: [
      Train.self, Evaluate.self, Predict.self, BaselineCommand.self, Inspect.self, GradientFlowCommand.self, Verify.self, Doctor.self,
    ])
}

/// The options of everything that computes.
struct EngineOptions: ParsableArguments {
  @Option(help: "Backend: packed, openblas, swift, or auto (default: RECURRENT_BACKEND, else auto).")
  var backend: String?

  @Option(help: "Threads, 1 to 255 (default: RECURRENT_THREADS, else the cores that the container may use).")
  var threads: Int?

  /// Throws as for any other wrong option.
  func makeBackend() throws -> any Backend {
    do throws(RecurrentError) {
      return try Backends.make(backend, threads: threads)
    } catch {
      throw ValidationError(error.description)
    }
  }
}

/// Prints to standard error.
func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

/// All that the program does, which itself is one line, so that others can link the rest.
package func runRecurrent() { RecurrentCommand.main() }
