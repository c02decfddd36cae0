// Fuzz targets: the environment, the options and the limits of a process.

import Foundation
import Recurrent
import RecurrentCore

extension FuzzTarget {
  /// NAME=value, one a line.
  static let environment = FuzzTarget(
    name: "environment", share: 30, format: .lines(UInt8(ascii: "=")),
    words: [
      "RECURRENT_THREADS", "RECURRENT_BACKEND", "RECURRENT_ISA", "packed", "swift", "openblas", "auto", "avx2",
      "avx512", "baseline", "2", "256",
    ]
  ) {
    [
      Array("RECURRENT_THREADS=2\nRECURRENT_BACKEND=packed\nRECURRENT_ISA=baseline\n".utf8),
      Array("RECURRENT_THREADS=1\nRECURRENT_BACKEND=auto\n".utf8),
    ]
  } reader: { _ in
    { input in
      let names = ["RECURRENT_THREADS", "RECURRENT_BACKEND", "RECURRENT_ISA"]
      let before = names.map { getenv($0).map { String(cString: $0) } }
      defer {
        for (name, value) in zip(names, before) { if let value { setenv(name, value, 1) } else { unsetenv(name) } }
      }
      for line in input.split(separator: UInt8(ascii: "\n")) {
        guard let equals = line.firstIndex(of: UInt8(ascii: "=")),
          let name = names.first(where: { Array($0.utf8) == Array(line[..<equals]) })
        else { continue }
        (Array(line[(equals + 1)...]) + [0]).withUnsafeBytes {
          _ = setenv(name, $0.baseAddress!.assumingMemoryBound(to: CChar.self), 1)
        }
      }
      // Many threads take long to start.
      if try Backends.threadCount() <= 4 || digest(input) % 100 == 0 { _ = try Backends.make() }
    }
  }
}

#if DEBUG
  import ArgumentParser
  @testable import RecurrentCommand
  @testable import RecurrentCore

  extension FuzzTarget {
    /// The arguments of `recurrent`, one a line, parsed and checked.
    static let options = FuzzTarget(
      name: "options", share: 20, format: .lines(UInt8(ascii: "=")),
      words: TextTask.allCases.map(\.rawValue) + [
        "train", "evaluate", "predict", "--help", "--", "help", "--generate-completion-script", "bash", "--version",
      ]
    ) {
      [
        [
          "train", "names", "--data", "a", "--output", "m.safetensors", "--hidden", "16", "--held-out=0.1", "--cell",
          "gru", "--quiet", "--threads", "2",
        ],
        [
          "train", "translate", "--source", "a", "--target", "b", "--attention", "dot", "--learning-rate=1e-3",
          "--resume", "m.last.safetensors",
        ],
        ["evaluate", "charlm", "--model", "m", "--format=json", "--backend", "swift"],
        [
          "predict", "caption", "0,1", "--model", "m", "--beam=4", "--length-penalty", "0.5", "--top-k=3",
          "--temperature", "0",
        ],
        ["baseline", "sentiment", "--up-to=2", "--terms", "words", "--seed", "7"],
        ["inspect", "--model", "m", "--output", "o.html", "--characters=5"],
        ["gradient-flow", "--output", "o.svg", "--hidden=8", "--steps", "20", "--no-timescales"], ["verify", "a", "b"],
        ["doctor", "--format=json"],
        ["convert", "m", "--precision=int8", "--output", "o", "--overwrite"],
      ].map { Array($0.joined(separator: "\n").utf8) }
    } reader: { _ in
      { input in
        parse(RecurrentCommand.self, input) { command in
          guard let command = command as? Train else { return }
          _ = try command.settings.settings(command.task.system.defaults, for: command.task)
          _ = [command.output, command.resume].compactMap { $0.map { RunFiles(either: $0) } }
        }
      }
    }

    /// Parses arguments, one a line, as a command does; of some also makes the text that an error
    /// would give, which takes most of the time.
    static func parse(_ type: (some ParsableCommand).Type, _ input: Data, then: (any ParsableCommand) throws -> Void) {
      let arguments = String(decoding: input, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        .map(String.init)
      if (try? Program.check(arguments)) == nil { return }
      do { try then(type.parseAsRoot(arguments)) } catch {
        if digest(input) % 16 == 0 { _ = (type.fullMessage(for: error), type.exitCode(for: error)) }
      }
    }

    /// The files of control groups: what this process is a member of, and then what every other
    /// file holds.
    static let cgroup = FuzzTarget(
      name: "cgroup", share: 20, format: .lines(UInt8(ascii: " ")),
      words: ["0::/", "4:cpu,cpuacct:/x", "max", "100000", ":"]
    ) {
      [
        "0::/a/b\n\u{1E}150000 100000\n\u{1E}max 100000\n",
        "4:cpu,cpuacct:/x/y\n3:memory:/x\n\u{1E}300000\n\u{1E}100000\n",
      ].map { Array($0.utf8) }
    } reader: { _ in
      { input in
        let files = parts(input).map { String(decoding: $0, as: UTF8.self) }
        let quota = Machine.containerQuota(membership: files[0]) {
          files.count < 2 ? nil : files[1 + Int(digest(Data($0.utf8)) % UInt64(files.count - 1))]
        }
        if let quota, !(quota >= 0) { fail("a quota of \(quota)") }
      }
    }

    /// The files that describe the processors: the mask, and then what every other file holds.
    static let topology = FuzzTarget(
      name: "topology", share: 20, format: .lines(UInt8(ascii: " ")),
      words: ["0-3", "0,4", "1024K", "Unified", "Data", "3", "0-99999999999", ","]
    ) {
      ["Cpus_allowed_list:\t0-7\n\u{1E}0-7\n\u{1E}3\n\u{1E}32768K\n\u{1E}Unified\n\u{1E}0,4\n\u{1E}1024\n"].map {
        Array($0.utf8)
      }
    } reader: { _ in
      { input in
        let files = parts(input).map { String(decoding: $0, as: UTF8.self) }
        let topology = Topology(
          contents: { path in
            if path == "/proc/self/status" { return files[0] }
            return files.count < 2 ? nil : files[1 + Int(digest(Data(path.utf8)) % UInt64(files.count - 1))]
          }, otherwise: 3)
        let groups = [topology.nodes, topology.l3Groups, topology.l2Groups]
        if topology.cores.isEmpty || groups.contains(where: { $0.reduce(0) { $0 + $1.count } != topology.cores.count })
        {
          fail("groups \(groups) of \(topology.cores.count) cores")
        }
      }
    }
  }
#endif
