// Program options: the options of a program, as its argument parser reports them.

import Foundation

/// An option or a flag of a program.
package struct ProgramOption: Sendable {
  /// The name, without dashes.
  package let name: String
  package let isFlag: Bool

  /// The option as arguments, with a value that can be parsed.
  package var arguments: [String] {
    let words = [
      "cell": "gru", "schedule": "constant", "format": "json", "terms": "words", "cells": "gru", "modes": "training",
      "suite": "grid", "data": "d", "precision": "int8",
      "test": "t",
    ]
    return isFlag ? ["--" + name] : ["--" + name, words[name] ?? "2"]
  }
}

/// The options of a program and of its subcommands, by command, from `--experimental-dump-help`.
package func programOptions(_ program: String) throws -> [String: [ProgramOption]] {
  struct Tool: Decodable { let command: Command }
  struct Command: Decodable {
    let commandName: String
    let subcommands: [Command]?
    let arguments: [Argument]?
  }
  struct Argument: Decodable {
    let kind: String
    let names: [Name]?
  }
  struct Name: Decodable { let kind, name: String }

  let help = try runProduct(program, ["--experimental-dump-help"]).output
  let command = try JSONDecoder().decode(Tool.self, from: Data(help.utf8)).command
  return Dictionary(
    uniqueKeysWithValues: ([command] + (command.subcommands ?? [])).map { command in
      let options = (command.arguments ?? []).flatMap { argument in
        (argument.names ?? []).filter { $0.kind == "long" }.map {
          ProgramOption(name: $0.name, isFlag: argument.kind == "flag")
        }
      }
      return (command.commandName, options.filter { $0.name != "help" && $0.name != "version" })
    })
}
