// A command of this package as a program: from its first instruction to its exit status.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

package enum Program {
  /// The most arguments that a program takes: ArgumentParser's time grows with the square of their
  /// number, to a minute at fifty thousand.
  package static let greatestArgumentCount = 10_000

  /// This program's arguments. Throws for more than it takes, before they are parsed, and for one
  /// that is not UTF-8, which Swift would repair.
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

  /// Throws for more arguments than a program takes.
  package static func check(_ arguments: [String]) throws(RecurrentError) {
    guard arguments.count > greatestArgumentCount else { return }
    throw .invalidOption(
      name: "arguments", value: "\(arguments.count) of them",
      expected: "\(greatestArgumentCount) at most; `recurrent predict` reads lines of standard input")
  }

  /// Runs a command and ends the process: with status 0 if the command ends and all its output is
  /// written, and with 1 if that cannot be written.
  /// - Parameter describe: what to say of an error, and the status that it ends with. With status 0
  ///   the text is output, such as a help text.
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
