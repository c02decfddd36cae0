// `recurrent`: the command line program and its subcommands.

import ArgumentParser
import Foundation
import Recurrent

struct RecurrentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recurrent",
    abstract: "Runs and trains recurrent networks on CPUs.",
    discussion: """
      Results go to standard output, progress and messages to standard error. On a terminal, control characters in \
      them are escaped. In JSON, numbers that are not finite are the strings "inf", "-inf" and "nan".

      Exit status: 0 on success; 1 on an error, or if standard output cannot be written (141, without a message, if \
      its reader has closed it); 64 for wrong options. The help of a command lists its other statuses.
      """,
    version: RecurrentVersion.current,
    subcommands: [
      Train.self, Evaluate.self, Predict.self, Convert.self, BaselineCommand.self, Inspect.self, DriftCommand.self,
      GradientFlowCommand.self, Verify.self, Doctor.self,
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

  /// Throws if the command does not take one of the given options, if one is given twice, or if an
  /// environment variable has an invalid value.
  static func check(_ command: any ParsableCommand, _ arguments: [String]) throws {
    guard let command = command as? any OptionDeclaring else { return }
    if let refusal = command.refusal(of: arguments) ?? command.repetition(in: arguments) {
      throw ValidationError(refusal)
    }
    try Backends.checkEnvironment()
  }

  /// The message and exit status of an error. Errors about options end with the usage of the
  /// command.
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

/// The program's arguments. Throws `ValidationError` if they are too many or too long.
private func programArguments() throws -> [String] {
  do throws(RecurrentError) { return try CommandOptions.arguments() } catch { throw ValidationError(error.description) }
}

/// A number in a format of `printf`; "nan" for NaN of either sign.
func number(_ value: Double, _ format: String) -> String { value.isNaN ? "nan" : String(format: format, value) }

/// Writes a line to standard error.
func complain(_ text: String) { StandardError.say(text) }

/// What computes in a precision, for people to read: the precision, whether it is accelerated, the
/// backend and its threads.
func computation(in precision: Precision, _ backend: any Backend) -> String {
  precision.rawValue + (precision == .float32 ? "" : " (\(backend.path(of: precision)))")
    + ", \(backend.name) backend, \(counted(backend.pool.threads, "thread"))"
}

/// Throws if an output file cannot be written, is also an input, has an extension other than
/// `extensions`, or, unless it is to be a model, is a file of tensors. A name without an extension,
/// such as that of a device, is accepted.
func checkOutput(
  _ path: String, reading inputs: [String?], isModel: Bool = false, extensions: [String]? = nil,
  option: String = "--output"
) throws {
  if let identity = FileIdentity(of: path), inputs.contains(where: { $0.flatMap(FileIdentity.init(of:)) == identity }) {
    throw ValidationError("\(option): \(path) is an input file; expected another file to write to.")
  }
  if isModel { return }
  if AtomicFile.exists(path), (try? Safetensors(contentsOf: path)) != nil {
    throw ValidationError("\(option): \(path) is a file of tensors; expected another file to write to.")
  }
  try AtomicFile.checkWritable(path)
  if let extensions { try checkExtension(of: path, extensions, option: option) }
}

/// Throws if a path has an extension other than `extensions`.
func checkExtension(of path: String, _ extensions: [String], option: String) throws {
  let given = Path.fileExtension(of: path)
  if !given.isEmpty, !extensions.contains(given.lowercased()) {
    throw ValidationError("\(option): \(path) ends in .\(given); expected .\(extensions[0]).")
  }
}

/// The message about options that the command does not take; nil if it takes all of them. Throws if
/// the arguments cannot be parsed.
package func refusedOptions(among arguments: [String]) throws -> String? {
  (try RecurrentCommand.parseAsRoot(arguments) as? any OptionDeclaring)?.refusal(of: arguments)
}

/// The message about an option that is given twice; nil if there is none. Throws if the arguments
/// cannot be parsed.
package func repeatedOption(in arguments: [String]) throws -> String? {
  (try RecurrentCommand.parseAsRoot(arguments) as? any OptionDeclaring)?.repetition(in: arguments)
}

/// The whole program. Its main file only calls this, so that tests can link the rest.
package func runRecurrent() { RecurrentCommand.main() }
