// What programs of this package do with their arguments, beside parsing: every option that is given
// is one that is taken.

/// A command that declares which options it takes. Those that it does not declare are refused when
/// they are given.
package protocol OptionDeclaring {
  /// What it is called, with all that the declaration depends on: "train names".
  var caller: String { get }
  /// The names, without dashes, of the options that it takes as it was called.
  var options: [String] { get }
}

extension OptionDeclaring {
  /// What to say of options among the arguments that this command does not take; nil when it takes
  /// them all.
  package func refusal(of arguments: [String]) -> String? {
    let refused = CommandOptions.given(in: arguments).filter { !options.contains($0) }
    if refused.isEmpty { return nil }
    let names = CommandOptions.list(refused)
    let taken = options.isEmpty ? "it takes no options" : "it takes " + CommandOptions.list(options)
    return "\(names): \(caller) does not take \(refused.count == 1 ? "this option" : "these options"); \(taken)."
  }

  /// An error as users are to read it: an option by its name with dashes. nil for one that is no
  /// wrong option or environment variable.
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

package enum CommandOptions {
  /// Options of every command that computes.
  package static let engine = [backend, "threads"]
  static let backend = "backend"

  /// This program's arguments, with a negative number joined to the option before it: "--epochs -1"
  /// is "--epochs=-1", since what begins with a dash would be taken for an option itself. Throws as
  /// `Program.arguments` does.
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

  /// The names, without dashes, of the options among arguments that have been parsed, each once: no
  /// value begins with two dashes.
  static func given(in arguments: [String]) -> [String] {
    var names: [String] = []
    for argument in arguments.prefix(while: { $0 != "--" }) where argument.hasPrefix("--") {
      let name = String(argument.dropFirst(2).prefix { $0 != "=" })
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  static func list(_ names: [String]) -> String { names.map { "--" + $0 }.joined(separator: ", ") }
}
