// Atomic file writes: a file is written whole or not at all.

import Foundation
import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Replaces files atomically: after a crash, the file is the old or the new one, complete.
///
/// - A symbolic link is kept; the file that it points to is replaced or created.
/// - The mode is kept, and owner and group as far as the system allows it. A file without write
///   permission is not replaced, even if its folder would allow it.
/// - Other hard links to the file keep the old contents.
/// - A device, a pipe or an open file ("/dev/stdout") is written through, never replaced.
package enum AtomicFile {
  /// Writes to a temporary file in the same folder, syncs it, and renames it.
  package static func write(_ data: Data, to path: String) throws(RecurrentError) {
    do throws(FileFailure) {
      switch try WriteTarget(path) {
      case .file(let folder, let name, let existing):
        let replacement = try Replacement(of: name, in: folder, existing)
        do throws(FileFailure) { try replacement.put(data) } catch {
          replacement.discard()
          throw error
        }
      case .device(let path):
        let device = try Descriptor(open(path, O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC))
        try device.write(data)
        try device.sync()
      case .descriptor(let number):
        // A duplicate keeps the position in the file, which opening "/dev/stdout" again would lose.
        try Descriptor(fcntl(number, F_DUPFD_CLOEXEC, 0)).write(data)
      }
    } catch {
      throw failure(error, path)
    }
  }

  /// Appends to a file, which is created if it does not exist.
  package static func append(_ data: Data, to path: String) throws(RecurrentError) {
    do throws(FileFailure) {
      try path.checkedPath()
      try Descriptor(open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_CLOEXEC, 0o666)).write(data)
    } catch {
      throw failure(error, path)
    }
  }

  /// Throws the errors that `write` would throw. Changes nothing.
  package static func checkWritable(_ path: String) throws(RecurrentError) {
    do throws(FileFailure) {
      switch try WriteTarget(path) {
      case .file(let folder, let name, let existing): try Replacement(of: name, in: folder, existing).discard()
      // A pipe is not opened, since closing it would be its end for readers.
      case .device(let path):
        guard faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 else { throw FileFailure(code: errno) }
      case .descriptor(let number):
        let flags = fcntl(number, F_GETFL)
        guard flags >= 0, flags & O_ACCMODE != O_RDONLY else { throw FileFailure(code: EBADF) }
      }
    } catch {
      throw failure(error, path)
    }
  }

  /// The folder and name of the file that writing creates or replaces, after following symbolic
  /// links; nil for a device or a path that cannot be written to.
  package static func place(of path: String) -> (folder: String, name: String)? {
    if case .file(let folder, let name, _) = try? WriteTarget(path) { (folder, name) } else { nil }
  }

  /// Whether something exists at a path.
  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Removes temporary files that killed writers of `path` have left.
  package static func removeLeftovers(of path: String) {
    if let (folder, name) = place(of: path) { TemporaryFile.removeAbandoned(for: name, in: folder) }
  }

  private static func failure(_ failure: FileFailure, _ path: String) -> RecurrentError {
    .inputOutput(path: path, reason: "cannot be written: \(failure.reason)")
  }
}
