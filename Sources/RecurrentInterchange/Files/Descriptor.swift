// File descriptors.

import Foundation
import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension String {
  /// Throws if the path is empty, or has a zero byte, at which system calls would end it.
  func checkedPath() throws(FileFailure) {
    if isEmpty { throw FileFailure("the path is empty; expected a file's name") }
    if utf8.contains(0) { throw FileFailure("the path has a zero byte") }
  }
}

/// A file descriptor that is closed with its owner.
struct Descriptor: ~Copyable {
  let number: Int32

  /// Takes the result of a system call that opens a file. Throws the system's error, followed by
  /// `place`.
  init(_ number: Int32, _ place: String = "") throws(FileFailure) {
    guard number >= 0 else { throw FileFailure(code: errno, place) }
    self.number = number
  }

  /// Opens a folder, for operations on the names in it. This needs no read permission.
  init(folder path: String) throws(FileFailure) {
    // O_PATH, which Swift does not import.
    try self.init(open(path, 0x200000 | O_DIRECTORY | O_CLOEXEC), " (its folder '\(path)')")
  }

  deinit { _ = systemClose(number) }

  /// The result of `fstat`.
  func status() throws(FileFailure) -> stat {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw FileFailure(code: errno) }
    return status
  }

  /// Reads until `target` is full or the file ends. Returns the number of bytes.
  func read(into target: UnsafeMutableRawBufferPointer) throws(FileFailure) -> Int {
    var filled = 0
    while filled < target.count {
      let count = systemRead(number, target.baseAddress! + filled, target.count - filled)
      if count == 0 { break }
      if count > 0 { filled += count } else if errno != EINTR { throw FileFailure(code: errno) }
    }
    return filled
  }

  /// Writes all data. A closed pipe and a file size limit are errors here, not signals.
  func write(_ data: Data) throws(FileFailure) {
    let code = data.withUnsafeBytes { OutputDescriptor.write($0, to: number) }
    if code != 0 { throw FileFailure(code: code) }
  }

  /// Waits until the data is on the disk, if there is one.
  func sync() throws(FileFailure) {
    while fsync(number) != 0 {
      if errno == EINTR { continue }
      // Pipes, terminals, and folders on some network file systems.
      if errno == EINVAL || errno == ENOTSUP || errno == EROFS { return }
      throw FileFailure(code: errno)
    }
  }
}

// System calls that the methods hide within `Descriptor`.
private func systemRead(_ descriptor: Int32, _ target: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, target, count)
}
private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
