// Declared options: an option that a command does not take is refused, not ignored.

import Foundation
import Recurrent
import RecurrentCommand
import Testing
import _TestSupport

@Suite struct DeclaredOptionsTests {
  /// The commands, each with the arguments that it needs, and with those that decide what else it
  /// takes.
  private static let calls: [[String]] =
    TextTask.allCases.flatMap { task in
      [
        ["train", task.rawValue], ["evaluate", task.rawValue, "--model", "m"],
        ["predict", task.rawValue, "--model", "m"],
      ]
    } + [
      ["baseline", "names"], ["baseline", "names", "--data", "d"], ["baseline", "names", "--test", "t"],
      ["baseline", "names", "--terms", "words"],
      ["baseline", "sentiment"],
      ["baseline", "sentiment", "--terms", "characters"], ["inspect", "--model", "m", "--output", "o"],
      ["gradient-flow", "--output", "o"],
      ["verify", "f"], ["doctor"], ["convert", "m", "--precision", "int8", "--output", "o"],
    ]

  /// Of all options of all commands, tried with every task: it is taken, or refused with a list of
  /// those that are. None is forgotten, since what no task takes could not be given at all.
  @Test func everyOptionIsTakenOrRefused() throws {
    let options = try programOptions("recurrent")
    #expect(
      Set(DeclaredOptionsTests.calls.map { $0[0] }) == Set(options.keys.filter { $0 != "recurrent" && $0 != "help" }))
    var taken = Set<String>(), tried = Set<String>()
    for call in DeclaredOptionsTests.calls {
      for option in try #require(options[call[0]]) where !call.contains("--" + option.name) {
        let refusal = try refusedOptions(among: call + option.arguments)
        tried.insert("\(call[0]) \(option.name)")
        if let refusal {
          #expect(
            refusal.hasPrefix("--\(option.name): \(call[0])")
              && refusal.contains("does not take this option; it takes --"), "\(refusal)")
        } else {
          taken.insert("\(call[0]) \(option.name)")
        }
      }
    }
    let needed = [
      "evaluate model", "predict model", "inspect model", "inspect output", "gradient-flow output", "convert precision",
      "convert output",
    ]
    #expect(tried.subtracting(taken).isEmpty, "no task takes these")
    #expect(taken.isDisjoint(with: needed) && tried.count > 60)
  }

  /// What people meet: an error that names the task, what it does not take and what it takes; and
  /// ends with the command's own usage.
  @Test(arguments: [
    (["train", "names", "--attention", "dot"], "--attention", "--token-dropout, --minimum-count"),
    (["train", "names", "--steps=5"], "--steps", "--data"),
    (["train", "charlm", "--token-dropout", "0.1"], "--token-dropout", "--steps"),
    (["train", "caption", "--minimum-count", "1"], "--minimum-count", "--cell"),
    (["train", "translate", "--data", "d"], "--data", "--source, --target"),
    (["predict", "names", "--model", "m", "--beam", "5"], "--beam", "--top"),
    (
      ["predict", "names", "--model", "m", "--temperature=1", "--length", "3", "x"], "--temperature, --length", "--top"
    ),
    (["evaluate", "names", "--model", "m", "--length-penalty", "1"], "--length-penalty", "--format"),
    (["baseline", "sentiment", "--up-to", "1"], "--up-to", "--terms"),
    (["baseline", "names", "--held-out", "0.1"], "--held-out", "--up-to"),
    (["baseline", "names", "--test", "t", "--held-out", "0.1"], "--held-out", "--up-to"),
  ])
  func anOptionOfAnotherTaskIsAnError(_ arguments: [String], _ refused: String, _ taken: String) throws {
    let result = try runProduct("recurrent", arguments)
    #expect(
      result.status == 64 && result.output.isEmpty
        && result.errors.hasPrefix("Error: \(refused): \(arguments[0]) \(arguments[1]) "), "\(result.errors)")
    #expect(
      result.errors.contains(taken) && result.errors.contains("Usage: recurrent \(arguments[0]) "), "\(result.errors)")
    #expect(
      result.errors.hasSuffix("  See 'recurrent \(arguments[0]) --help' for more information.\n"), "\(result.errors)")
  }

  /// After "--" there are no options, and a value is none.
  @Test func onlyOptionsCount() throws {
    #expect(try refusedOptions(among: ["predict", "names", "--model=--beam", "--", "--beam"]) == nil)
    #expect(
      try refusedOptions(among: ["predict", "names", "--model", "m", "--beam=5", "--", "--steps"])?.hasPrefix(
        "--beam: ") == true)
  }
}
