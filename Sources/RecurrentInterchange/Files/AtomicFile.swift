// Files that are written whole or not at all.

import Foundation
import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file is replaced by one that is complete and on the disk: after a crash there is the old one
/// or the new one, whole.
///
/// - A symbolic link keeps pointing to the file, which is replaced where it is; a link to nothing
///   yet makes the file.
/// - The mode stays, and owner and group where the system lets this process give them. A file that
///   this process may not write to is not replaced, though its folder would allow it.
/// - Other hard links to the file keep what they had.
/// - A device, a pipe or an open file ("/dev/stdout") is written through, never replaced.
package enum AtomicFile {
  /// Writes to a temporary name beside the file, syncs, then renames.
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
        // Its own place in the file goes on, which opening "/dev/stdout" anew would lose.
        try Descriptor(fcntl(number, F_DUPFD_CLOEXEC, 0)).write(data)
      }
    } catch {
      throw failure(error, path)
    }
  }

  /// Adds to the end of a file, or makes it.
  package static func append(_ data: Data, to path: String) throws(RecurrentError) {
    do throws(FileFailure) {
      try path.checkedPath()
      try Descriptor(open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_CLOEXEC, 0o666)).write(data)
    } catch {
      throw failure(error, path)
    }
  }

  /// Throws before a long run what `write` would throw after it. Changes nothing, and leaves
  /// nothing behind.
  package static func checkWritable(_ path: String) throws(RecurrentError) {
    do throws(FileFailure) {
      switch try WriteTarget(path) {
      case .file(let folder, let name, let existing): try Replacement(of: name, in: folder, existing).discard()
      // Opening a pipe to close it again would be its end for those who read.
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

  /// The file that writing makes or replaces, at the end of symbolic links; nil for a device, and
  /// for a path that cannot be written to.
  package static func place(of path: String) -> (folder: String, name: String)? {
    if case .file(let folder, let name, _) = try? WriteTarget(path) { (folder, name) } else { nil }
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Removes what writers of `path` that were killed have left beside it.
  package static func removeLeftovers(of path: String) {
    if let (folder, name) = place(of: path) { TemporaryFile.removeAbandoned(for: name, in: folder) }
  }

  private static func failure(_ failure: FileFailure, _ path: String) -> RecurrentError {
    .inputOutput(path: path, reason: "cannot be written: \(failure.reason)")
  }
}
