// Open files, as the operating system numbers them.

import Foundation
import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension String {
  /// For system calls, to which a zero byte is the end.
  func checkedPath() throws(FileFailure) {
    if isEmpty { throw FileFailure("the path is empty; expected a file's name") }
    if utf8.contains(0) { throw FileFailure("the path has a zero byte") }
  }
}

/// A file descriptor, closed with its owner.
struct Descriptor: ~Copyable {
  let number: Int32

  /// Takes the result of a call that opens something; `place` follows the system's words where that
  /// failed.
  init(_ number: Int32, _ place: String = "") throws(FileFailure) {
    guard number >= 0 else { throw FileFailure(code: errno, place) }
    self.number = number
  }

  /// A folder, to work with the names in it: this needs no right to read it.
  init(folder path: String) throws(FileFailure) {
    // O_PATH, which Swift does not import.
    try self.init(open(path, 0x200000 | O_DIRECTORY | O_CLOEXEC), " (its folder '\(path)')")
  }

  deinit { _ = systemClose(number) }

  func status() throws(FileFailure) -> stat {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw FileFailure(code: errno) }
    return status
  }

  /// Reads into `target`: all of it, unless the file ends before. Returns the number of bytes.
  func read(into target: UnsafeMutableRawBufferPointer) throws(FileFailure) -> Int {
    var filled = 0
    while filled < target.count {
      let count = systemRead(number, target.baseAddress! + filled, target.count - filled)
      if count == 0 { break }
      if count > 0 { filled += count } else if errno != EINTR { throw FileFailure(code: errno) }
    }
    return filled
  }

  /// Writes everything. A pipe that is closed and a file that grows beyond its limit are errors
  /// here, not signals.
  func write(_ data: Data) throws(FileFailure) {
    let code = data.withUnsafeBytes { OutputDescriptor.write($0, to: number) }
    if code != 0 { throw FileFailure(code: code) }
  }

  /// Waits until what was written is on the disk, where there is one.
  func sync() throws(FileFailure) {
    while fsync(number) != 0 {
      if errno == EINTR { continue }
      // Pipes, terminals, and folders on some network file systems.
      if errno == EINVAL || errno == ENOTSUP || errno == EROFS { return }
      throw FileFailure(code: errno)
    }
  }
}

// The system calls, which the methods hide inside that type.
private func systemRead(_ descriptor: Int32, _ target: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, target, count)
}
private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
