// Running the package's own programs.

import Foundation

/// The output of a finished program.
public struct ProgramResult: Sendable {
  public let status: Int32
  public let output: String
  public let errors: String
}

/// Runs a product of this package, built beside the tests, and waits for it.
/// - Parameters:
///   - folder: where it runs; nil for the same place.
///   - whileRunning: called with the process once it runs.
///   - interruptAt: what has to appear on its standard error for it to be interrupted, as by Ctrl-C.
public func runProduct(
  _ name: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil, whileRunning: ((Process) -> Void)? = nil,
  interruptAt: String? = nil
) throws -> ProgramResult {
  try runProgram(
    Bundle.main.bundleURL.appendingPathComponent(name).path, arguments, environment: environment, folder: folder, whileRunning: whileRunning,
    interruptAt: interruptAt)
}

/// The same for any program, by its path.
public func runProgram(
  _ path: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil, whileRunning: ((Process) -> Void)? = nil,
  interruptAt: String? = nil
) throws -> ProgramResult {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: path)
  process.arguments = arguments
  if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  let (output, errors) = (Pipe(), Pipe())
  process.standardOutput = output
  process.standardError = errors
  try process.run()
  if let whileRunning {
    nonisolated(unsafe) let body = whileRunning
    DispatchQueue.global().async { body(process) }
  }
  // Both read at once, so that neither pipe fills up.
  nonisolated(unsafe) var collected = Data()
  let done = DispatchSemaphore(value: 0)
  DispatchQueue.global().async {
    var wanted = interruptAt
    while case let data = errors.fileHandleForReading.availableData, !data.isEmpty {
      collected += data
      if let text = wanted, String(decoding: collected, as: UTF8.self).contains(text) {
        process.interrupt()
        wanted = nil
      }
    }
    done.signal()
  }
  let text = output.fileHandleForReading.readDataToEndOfFile()
  done.wait()
  process.waitUntilExit()
  return ProgramResult(
    status: process.terminationStatus, output: String(decoding: text, as: UTF8.self), errors: String(decoding: collected, as: UTF8.self))
}
