// `recurrent`: the command line.

import ArgumentParser
import Foundation
import Recurrent

struct RecurrentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recurrent",
    abstract: "Runs and trains recurrent networks on CPUs.",
    discussion: """
      Answers go to standard output, progress and messages to standard error. On a terminal, control characters in them are shown escaped. \
      In JSON, figures that are not finite are the strings "inf", "-inf" and "nan".

      Exit status: 0 when all is done and written; 1 when something was wrong, or standard output cannot be written (141, without a message, \
      when its reader has gone away); 64 for wrong options. Some commands have others, which their help tells.
      """,
    subcommands: [
      Train.self, Evaluate.self, Predict.self, BaselineCommand.self, Inspect.self, GradientFlowCommand.self, Verify.self, Doctor.self,
    ])

  static func main() {
    Program.run(describe: { (fullMessage(for: $0), exitCode(for: $0).rawValue) }) {
      ProcessMemory.prepare()
      var command = try parseAsRoot(programArguments())
      try command.run()
    }
  }
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

/// The arguments. Throws as for any other wrong option.
private func programArguments() throws -> [String] {
  do throws(RecurrentError) { return try Program.arguments() } catch { throw ValidationError(error.description) }
}

/// Says something on standard error.
func complain(_ text: String) { StandardError.say(text) }

/// Throws for a file that cannot be written, or that is among those to be read.
func checkOutput(_ path: String, reading inputs: [String?]) throws {
  try checkUnread(path, inputs)
  try checkNoModel(path)
  try AtomicFile.checkWritable(path)
}

/// Throws for a file to write that is among those to be read.
func checkUnread(_ path: String, _ inputs: [String?], option: String = "--output") throws {
  if let identity = FileIdentity(of: path), inputs.contains(where: { $0.flatMap(FileIdentity.init(of:)) == identity }) {
    throw ValidationError("\(option): \(path) is a file that is read; expected another one to write to.")
  }
}

/// Throws for a report that would replace a model.
func checkNoModel(_ path: String) throws {
  if AtomicFile.exists(path), (try? Safetensors(contentsOf: path)) != nil {
    throw ValidationError("--output: \(path) is a file of tensors; expected another one to write to.")
  }
}

/// All that the program does, which itself is one line, so that others can link the rest.
package func runRecurrent() { RecurrentCommand.main() }
