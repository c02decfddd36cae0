// Programs: running the package's own programs.

import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The output of a finished program.
package struct ProgramResult: Sendable {
  package let status: Int32
  package let output: String
  package let errors: String
}

/// Runs a product of this package, built beside the tests, and waits for it.
///
/// - Parameters:
///   - name: the product.
///   - arguments: its arguments.
///   - environment: variables added to the environment.
///   - folder: the working folder; nil for the current one.
///   - whileRunning: called with the process once it runs.
///   - interruptAt: text on standard error at which the process receives SIGINT.
/// - Returns: its status and output.
/// - Throws: an error if it cannot be started.
package func runProduct(
  _ name: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil,
  whileRunning: ((Process) -> Void)? = nil,
  interruptAt: String? = nil
) throws -> ProgramResult {
  try runProgram(
    Bundle.main.bundleURL.appendingPathComponent(name).path, arguments, environment: environment, folder: folder,
    whileRunning: whileRunning, interruptAt: interruptAt)
}

/// Runs any program by its path, like `runProduct`.
package func runProgram(
  _ path: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil,
  whileRunning: ((Process) -> Void)? = nil,
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
  try process.runWithNoSignalBlocked()
  if let whileRunning {
    nonisolated(unsafe) let body = whileRunning
    DispatchQueue.global().async { body(process) }
  }
  // Both are read at once, so that neither pipe fills up.
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
    status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
    errors: String(decoding: collected, as: UTF8.self))
}

extension Process {
  /// Runs it as a shell would: threads of tests may have blocked signals, which a program inherits.
  fileprivate func runWithNoSignalBlocked() throws {
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try run()
  }
}

/// A shell's redirection of a standard descriptor.
package enum Redirection {
  package static let fullOutput = ">/dev/full"
  package static let closedOutput = ">&-"
  package static let fullErrors = "2>/dev/full"
  package static let closedErrors = "2>&-"

  /// A pipe whose reader has closed it, as descriptor `number`.
  package static func abandoned(_ number: Int) -> String { "\(number)>&7 7>&-" }
}

/// Runs a product through a shell with a redirection, such as `Redirection.fullOutput`; nil for
/// none.
package func runProduct(_ name: String, _ arguments: [String], folder: String? = nil, redirection: String?) throws
  -> ProgramResult
{
  guard let redirection else { return try runProduct(name, arguments, folder: folder) }
  // Opened for reading too, so that the writer of a pipe does not wait for a reader.
  let pipe = #"f=$(mktemp -u) && mkfifo "$f" && exec 6<>"$f" 7>"$f" 6<&- && rm "$f" && "#
  let script = (redirection.contains("&7") ? pipe : "") + #"exec "$0" "$@" "# + redirection
  return try runProgram(
    "/bin/sh", ["-c", script, Bundle.main.bundleURL.appendingPathComponent(name).path] + arguments, folder: folder)
}

/// Runs a product with a terminal of `columns` columns as its standard output and error, and waits
/// for it. Returns its status and the terminal's contents.
package func runOnTerminal(
  _ name: String, _ arguments: [String], columns: UInt16, environment: [String: String] = [:], folder: String? = nil
) throws -> (status: Int32, text: String) {
  struct NoTerminal: Error {}
  // These replace posix_openpt, unlockpt and ptsname, which Swift does not import: TIOCSPTLCK and
  // TIOCGPTN of <asm/ioctls.h>.
  let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
  defer { close(terminal) }
  var (lock, number) = (0 as Int32, 0 as UInt32)
  guard ioctl(terminal, 0x4004_5431, &lock) == 0, ioctl(terminal, 0x8004_5430, &number) == 0 else { throw NoTerminal() }
  let end = FileHandle(fileDescriptor: open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC), closeOnDealloc: true)
  var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
  guard ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0 else { throw NoTerminal() }
  let process = Process()
  process.executableURL = Bundle.main.bundleURL.appendingPathComponent(name)
  process.arguments = arguments
  if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
  process.environment = ProcessInfo.processInfo.environment.merging(["TERM": "xterm"]) { $1 }.merging(environment) {
    $1
  }
  (process.standardOutput, process.standardError) = (end, end)
  try process.runWithNoSignalBlocked()
  try end.close()
  var (bytes, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
  // Reading fails when the program has ended.
  while case let count = read(terminal, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
}
