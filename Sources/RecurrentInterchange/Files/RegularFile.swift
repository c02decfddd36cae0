// Regular files that are read: nothing that might block, never end, or change what it is.

import Foundation
import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A regular file that is open for reading.
package final class RegularFile {
  package let path: String
  /// Bytes, when it was opened: it may be cut or grow meanwhile.
  package let size: Int
  private let descriptor: Descriptor

  /// Throws for what is not there, cannot be read, or is a folder, a pipe, a device or a socket.
  package init(_ path: String) throws(RecurrentError) {
    self.path = path
    do throws(FileFailure) {
      try path.checkedPath()
      func check(_ status: stat) throws(FileFailure) -> Int {
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileFailure("is not a regular file") }
        return Int(status.st_size)
      }
      // Before it is opened, since opening a device may do something already; and after, since it
      // may be another one by then.
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

  /// The next `count` bytes; fewer only where the file ends.
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

  /// A file's bytes. Throws, too, when there are more of them than `limit`.
  package static func read(_ path: String, limit: Int = .max) throws(RecurrentError) -> Data {
    let file = try RegularFile(path)
    func check(_ size: Int) throws(RecurrentError) {
      if size > limit { throw .inputOutput(path: path, reason: "has \(size) bytes or more; expected \(limit) at most") }
    }
    try check(file.size)
    var data = try file.read(file.size)
    // A file that grows, or one of those of the kernel's that say nothing of their size.
    while data.count >= file.size {
      let more = try file.read(1 << 16)
      if more.isEmpty { break }
      data.append(more)
      try check(data.count)
    }
    return data
  }

  /// Room for so many bytes. Throws rather than have the system end the process for taking more
  /// memory than there is.
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
