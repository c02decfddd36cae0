// Programs: the arguments, error reports and exit status of a command.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Runs a command of this package as a process.
package enum Program {
  /// The greatest number of arguments. ArgumentParser's time grows with the square of their number,
  /// to a minute at fifty thousand.
  package static let greatestArgumentCount = 10_000

  /// This process's arguments, without the program's name.
  ///
  /// - Returns: the arguments.
  /// - Throws: `RecurrentError.invalidOption` if there are too many, or if one is not UTF-8.
  package static func arguments() throws(RecurrentError) -> [String] {
    for number in stride(from: 1, to: Int(CommandLine.argc), by: 1) {
      if let bytes = CommandLine.unsafeArgv[number], String(validatingCString: bytes) == nil {
        throw .invalidOption(name: "argument \(number)", value: CommandLine.arguments[number], expected: "UTF-8")
      }
    }
    let arguments = Array(CommandLine.arguments.dropFirst())
    try check(arguments)
    return arguments
  }

  /// Checks the number of arguments.
  ///
  /// - Parameter arguments: the arguments.
  /// - Throws: `RecurrentError.invalidOption` if there are more than `greatestArgumentCount`.
  package static func check(_ arguments: [String]) throws(RecurrentError) {
    guard arguments.count > greatestArgumentCount else { return }
    throw .invalidOption(
      name: "arguments", value: "\(arguments.count) of them",
      expected: "\(greatestArgumentCount) at most; `recurrent predict` reads lines of standard input")
  }

  /// Runs a command and ends the process: with status 0 if the command succeeds and all its output
  /// is written, and with status 1 if output cannot be written.
  ///
  /// - Parameters:
  ///   - describe: returns the text for an error and the exit status. Text with status 0, such as a
  ///     help text, goes to standard output.
  ///   - command: the command.
  package static func run(describe: (any Error) -> (text: String, status: Int32), _ command: () throws -> Void) -> Never
  {
    OutputDescriptor.openStandard()
    var status = EXIT_SUCCESS
    do {
      do {
        try command()
      } catch {
        let (text, failure) = describe(error)
        status = failure
        if !text.isEmpty { try failure == EXIT_SUCCESS ? StandardOutput.writeLine(text) : StandardError.say(text) }
      }
      try StandardOutput.flush()
    } catch {
      StandardError.say("Error: \(error)")
      if status == EXIT_SUCCESS { status = EXIT_FAILURE }
    }
    StandardError.clear()
    exit(status)
  }
}
