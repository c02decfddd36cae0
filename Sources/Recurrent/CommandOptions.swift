// Checks of command-line options: options that a command does not take are refused.

/// A command that declares the options it takes. Others are refused.
package protocol OptionDeclaring {
  /// The command and its arguments on which the options depend, for example "train names".
  var caller: String { get }
  /// The names of the options, without dashes.
  var options: [String] { get }
}

extension OptionDeclaring {
  /// The message about options among the arguments that this command does not take; nil if there
  /// are none.
  package func refusal(of arguments: [String]) -> String? {
    let refused = CommandOptions.given(in: arguments).filter { !options.contains($0) }
    if refused.isEmpty { return nil }
    let names = CommandOptions.list(refused)
    let taken = options.isEmpty ? "it takes no options" : "it takes " + CommandOptions.list(options)
    return "\(names): \(caller) does not take \(refused.count == 1 ? "this option" : "these options"); \(taken)."
  }

  /// The message about an option that is given more than once, for commands that have no lists of
  /// options; nil if there is none.
  package func repetition(in arguments: [String]) -> String? {
    CommandOptions.repeated(in: arguments).map { "--\($0.name): is given \($0.count) times; expected once." }
  }

  /// The message of an error about an option or an environment variable, with the option's dashes;
  /// nil for other errors.
  package func complaint(_ error: RecurrentError) -> String? {
    switch error {
    case .unknownBackend, .unavailableBackend:
      return options.first { $0.hasPrefix(CommandOptions.backend) }.map { "--\($0): \(error)" }
    case .invalidOption(let name, _, _):
      if options.contains(name) { return "--\(error)" }
      return name.hasPrefix("--") || Backends.variables.contains(name) ? "\(error)" : nil
    default: return nil
    }
  }
}

/// Command-line arguments and the names of options among them.
package enum CommandOptions {
  /// The options of all commands that compute.
  package static let engine = [backend, "threads"]
  static let backend = "backend"

  /// The process's arguments, with negative numbers joined to the option before: "--epochs -1"
  /// becomes "--epochs=-1", since an argument that begins with a dash would be parsed as an option.
  /// Throws as `Program.arguments` does.
  package static func arguments() throws(RecurrentError) -> [String] { joiningNumbers(try Program.arguments()) }

  static func joiningNumbers(_ arguments: [String]) -> [String] {
    var joined: [String] = []
    var isOption = false
    for (index, argument) in arguments.enumerated() {
      if argument == "--" { return joined + arguments[index...] }
      if isOption, isNegativeNumber(argument) {
        joined[joined.count - 1] += "=" + argument
        isOption = false
      } else {
        joined.append(argument)
        isOption = argument.hasPrefix("--") && !argument.contains("=")
      }
    }
    return joined
  }

  private static func isNegativeNumber(_ argument: String) -> Bool {
    argument.first == "-"
      && (argument.dropFirst().first.map { $0.isASCII && ($0.isNumber || $0 == ".") } == true
        || Double(argument) != nil)
  }

  /// The names of the options among parsed arguments, without dashes and each once. No value begins
  /// with two dashes.
  static func given(in arguments: [String]) -> [String] {
    var names: [String] = []
    for name in allNames(in: arguments) where !names.contains(name) { names.append(name) }
    return names
  }

  /// The first option that is given more than once, and how often; nil if there is none.
  static func repeated(in arguments: [String]) -> (name: String, count: Int)? {
    let names = allNames(in: arguments)
    return names.lazy.map { name in (name, names.count { $0 == name }) }.first { $0.1 > 1 }
  }

  /// The names of the options among parsed arguments, without dashes, as often as they are given.
  private static func allNames(in arguments: [String]) -> [String] {
    arguments.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }.map { String($0.dropFirst(2).prefix { $0 != "=" }) }
  }

  static func list(_ names: [String]) -> String { names.map { "--" + $0 }.joined(separator: ", ") }
}
