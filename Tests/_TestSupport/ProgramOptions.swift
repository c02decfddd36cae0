// The options of a program, from what it tells its own parser.

import Foundation

/// An option or a flag.
public struct ProgramOption: Sendable {
  /// Without dashes.
  public let name: String
  public let isFlag: Bool

  /// As arguments, with a value that it can be parsed with.
  public var arguments: [String] {
    let words = [
      "cell": "gru", "schedule": "constant", "format": "json", "terms": "words", "cells": "gru", "modes": "training",
      "suite": "grid", "data": "d",
      "test": "t",
    ]
    return isFlag ? ["--" + name] : ["--" + name, words[name] ?? "2"]
  }
}

/// The options of a program and of its subcommands, by command, as `--experimental-dump-help`
/// tells.
public func programOptions(_ program: String) throws -> [String: [ProgramOption]] {
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
