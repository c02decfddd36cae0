// Reading of regular files, which neither block nor grow without end.

import Foundation
import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A regular file open for reading.
package final class RegularFile {
  package let path: String
  /// The size in bytes when the file was opened. It may change afterwards.
  package let size: Int
  private let descriptor: Descriptor

  /// Opens a file. Throws if it does not exist, cannot be read, or is not a regular file.
  package init(_ path: String) throws(RecurrentError) {
    self.path = path
    do throws(FileFailure) {
      try path.checkedPath()
      func check(_ status: stat) throws(FileFailure) -> Int {
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileFailure("is not a regular file") }
        return Int(status.st_size)
      }
      // Checked before opening, since opening a device may have effects, and again afterwards,
      // since the path may lead to another file by then.
      var status = stat()
      guard stat(path, &status) == 0 else {
        throw errno == ENOENT ? FileFailure("no such file") : RegularFile.unreadable(FileFailure(code: errno))
      }
      _ = try check(status)
      do throws(FileFailure) {
        descriptor = try Descriptor(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK))
      } catch { throw RegularFile.unreadable(error) }
      size = try check(descriptor.status())
    } catch {
      throw .inputOutput(path: path, reason: error.reason)
    }
  }

  /// The next `count` bytes; fewer if the file ends.
  package func read(_ count: Int) throws(RecurrentError) -> Data {
    let bytes = try allocate(count)
    do throws(FileFailure) {
      return Data(
        bytesNoCopy: bytes, count: try descriptor.read(into: UnsafeMutableRawBufferPointer(start: bytes, count: count)),
        deallocator: .free)
    } catch {
      free(bytes)
      throw .inputOutput(path: path, reason: RegularFile.unreadable(error).reason)
    }
  }

  /// The bytes of a file. Throws if there are more than `limit`.
  package static func read(_ path: String, limit: Int = .max) throws(RecurrentError) -> Data {
    let file = try RegularFile(path)
    func check(_ size: Int) throws(RecurrentError) {
      if size > limit { throw .inputOutput(path: path, reason: "has \(size) bytes or more; expected \(limit) at most") }
    }
    try check(file.size)
    var data = try file.read(file.size)
    // The file may grow, or be one of the kernel's that report no size.
    while data.count >= file.size {
      let more = try file.read(1 << 16)
      if more.isEmpty { break }
      data.append(more)
      try check(data.count)
    }
    return data
  }

  /// Allocates memory. Throws if it exceeds the machine's memory, so that the system does not kill
  /// the process.
  private func allocate(_ count: Int) throws(RecurrentError) -> UnsafeMutableRawPointer {
    let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    guard memory <= 0 || count <= memory, let bytes = malloc(max(1, count)) else {
      throw .inputOutput(path: path, reason: "cannot be read: its \(count) bytes are more than the memory there is")
    }
    return bytes
  }

  private static func unreadable(_ failure: FileFailure) -> FileFailure {
    FileFailure("cannot be read: " + failure.reason)
  }
}
