// `recurrent verify`: compares a backend with the reference results in fixtures.

import ArgumentParser
import Recurrent

struct Verify: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    abstract: "Compares a backend with reference results in files.",
    discussion: """
      Each file is a fixture: a recurrent stack with inputs, outputs and gradients that PyTorch has computed in \
      float64. A tensor passes if max|a - b| / max(1, max|b|) is at most \(Fixture.outputTolerance) for outputs and \
      states, \(Fixture.gradientTolerance) for gradients. Prints a line per file: the error that is greatest \
      relative to its tolerance, and its tensor.

      Exit status: 0 if all files pass; 1 if one fails, or the output cannot be written; 2 if a file is not a valid \
      fixture; 64 for wrong options.
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
      // NaN counts as the greatest error.
      let worst = deviations.max {
        ($0.error.isNaN ? .infinity : $0.error / $0.tolerance) < ($1.error.isNaN ? .infinity : $1.error / $1.tolerance)
      }!
      let verdict = deviations.allSatisfy(\.isWithinTolerance) ? "pass" : "FAIL"
      if verdict == "FAIL" { failed += 1 }
      let error = worst.error.isNaN ? .nan : worst.error  // NaN of either sign is printed as "nan".
      try StandardOutput.writeLine(
        "\(verdict)  \(file): worst error \(error) in \(worst.name), allowed \(worst.tolerance)"
      )
    }
    try StandardOutput.writeLine(
      """
      \(backend.name) backend, \(counted(backend.pool.threads, "thread")): \(files.count - failed - invalid) of \
      \(files.count) files pass
      """
    )
    if invalid > 0 { throw ExitCode(2) }
    if failed > 0 { throw ExitCode(1) }
  }
}
