// `recurrent verify`: whether a backend reproduces the answers in a fixture.

import ArgumentParser
import Recurrent

struct Verify: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    abstract: "Checks a backend against answers in files.",
    discussion: """
      Each file is a fixture: a recurrent stack with its inputs, outputs and gradients as PyTorch computes them in float64. A
      result passes when max|a - b| / max(1, max|b|) is at most \(Fixture.outputTolerance) for outputs and states, \(Fixture.gradientTolerance) for gradients.
      Prints a line per file: the worst error relative to what is allowed, and the tensor it is in.

      Exit status: 0 when all pass; 1 when one falls short, or the output cannot be written; 2 when a file is not a valid fixture; 64 for wrong \
      options.
      """)

  @Argument(help: "Fixture files (safetensors).", completion: .file(extensions: ["safetensors"])) var files: [String]
  @OptionGroup var engine: EngineOptions

  var caller: String { "verify" }
  var options: [String] { CommandOptions.engine }

  func run() throws {
    let backend = try engine.makeBackend()
    var (failed, invalid) = (0, 0)
    for file in files {
      let deviations: [Fixture.Deviation]
      do throws(RecurrentError) {
        deviations = try Fixture(contentsOf: file).deviations(on: backend)
      } catch {
        invalid += 1
        complain("error: \(error)")
        continue
      }
      // NaN first: it is worse than any error.
      let worst = deviations.max {
        ($0.error.isNaN ? .infinity : $0.error / $0.tolerance) < ($1.error.isNaN ? .infinity : $1.error / $1.tolerance)
      }!
      let verdict = deviations.allSatisfy(\.isWithinTolerance) ? "pass" : "FAIL"
      if verdict == "FAIL" { failed += 1 }
      try StandardOutput.writeLine(
        "\(verdict)  \(file): worst error \(worst.error) in \(worst.name), allowed \(worst.tolerance)")
    }
    try StandardOutput.writeLine(
      "\(backend.name) backend, \(counted(backend.pool.threads, "thread")): \(files.count - failed - invalid) of \(files.count) files pass"
    )
    if invalid > 0 { throw ExitCode(2) }
    if failed > 0 { throw ExitCode(1) }
  }
}
