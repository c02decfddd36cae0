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
    version: RecurrentVersion.current,
    subcommands: [
      Train.self, Evaluate.self, Predict.self, BaselineCommand.self, Inspect.self, GradientFlowCommand.self,
      Verify.self, Doctor.self,
    ])

  static func main() {
    var running: (any ParsableCommand)?
    Program.run(describe: { describe($0, of: running) }) {
      ProcessMemory.prepare()
      let arguments = try programArguments()
      var command = try parseAsRoot(arguments)
      running = command
      try check(command, arguments)
      try command.run()
    }
  }

  /// Throws for an option that the command does not take as it was called, and for a wrong
  /// environment variable.
  static func check(_ command: any ParsableCommand, _ arguments: [String]) throws {
    guard let command = command as? any OptionDeclaring else { return }
    if let refusal = command.refusal(of: arguments) { throw ValidationError(refusal) }
    try Backends.checkEnvironment()
  }

  /// What to say of an error, and the status to end with. What is wrong with an option ends with
  /// the usage of the command that runs.
  private static func describe(_ error: any Error, of command: (any ParsableCommand)?) -> (text: String, status: Int32)
  {
    guard let command else { return (fullMessage(for: error), exitCode(for: error).rawValue) }
    let complaint = (error as? RecurrentError).flatMap { (command as? any OptionDeclaring)?.complaint($0) }
    guard let message = complaint ?? (error as? ValidationError)?.message else {
      return (fullMessage(for: error), exitCode(for: error).rawValue)
    }
    let type = type(of: command)
    let name = configuration.commandName! + " " + type._commandName
    let text = "Error: \(message)\nUsage: \(usageString(for: type))\n  See '\(name) --help' for more information."
    return (text, ExitCode.validationFailure.rawValue)
  }
}

/// The options of everything that computes.
struct EngineOptions: ParsableArguments {
  @Option(help: "Backend: packed, openblas, swift, or auto (default: RECURRENT_BACKEND, else auto).")
  var backend: String?

  @Option(help: "Threads, 1 to 255 (default: RECURRENT_THREADS, else the cores that the container may use).")
  var threads: Int?

  func makeBackend() throws -> any Backend { try Backends.make(backend, threads: threads) }
}

/// The arguments. Throws as for any other wrong option.
private func programArguments() throws -> [String] {
  do throws(RecurrentError) { return try CommandOptions.arguments() } catch { throw ValidationError(error.description) }
}

/// Says something on standard error.
func complain(_ text: String) { StandardError.say(text) }

/// Throws for a file that cannot be written, that is among those to be read, or, unless it is to be
/// one, that is a file of tensors.
func checkOutput(_ path: String, reading inputs: [String?], isModel: Bool = false, option: String = "--output") throws {
  if let identity = FileIdentity(of: path), inputs.contains(where: { $0.flatMap(FileIdentity.init(of:)) == identity }) {
    throw ValidationError("\(option): \(path) is a file that is read; expected another one to write to.")
  }
  if isModel { return }
  if AtomicFile.exists(path), (try? Safetensors(contentsOf: path)) != nil {
    throw ValidationError("\(option): \(path) is a file of tensors; expected another one to write to.")
  }
  try AtomicFile.checkWritable(path)
}

/// What `recurrent` says of options among arguments that their command does not take; nil when it
/// takes all of them. Throws as parsing does.
package func refusedOptions(among arguments: [String]) throws -> String? {
  (try RecurrentCommand.parseAsRoot(arguments) as? any OptionDeclaring)?.refusal(of: arguments)
}

/// All that the program does, which itself is one line, so that others can link the rest.
package func runRecurrent() { RecurrentCommand.main() }
