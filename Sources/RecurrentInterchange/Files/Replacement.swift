// The temporary file that replaces another file, with the same owner and mode.

import Foundation
import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A temporary file that is to replace another file.
struct Replacement: ~Copyable {
  private let folder: Descriptor
  private let name: String
  private let existing: stat?
  private let file: TemporaryFile

  /// Creates an empty temporary file. Throws if it cannot replace the file.
  init(of name: String, in path: String, _ existing: stat?) throws(FileFailure) {
    let folder = try Descriptor(folder: path)
    if let existing {
      guard faccessat(folder.number, name, W_OK, AT_EACCESS) == 0 else { throw FileFailure(code: errno) }
      let (around, user) = (try folder.status(), geteuid())
      if around.st_mode & S_ISVTX != 0, user != 0, user != existing.st_uid, user != around.st_uid {
        throw FileFailure("it is another user's, in a folder where only the owner may replace a file")
      }
      if Replacement.isMountPoint(name, in: path) {
        throw FileFailure("a file that is mounted cannot be replaced; mount its folder instead")
      }
    }
    // Other users cannot read it before it has the mode of the file that it replaces.
    file = try TemporaryFile(for: name, in: folder, path, mode: existing == nil ? 0o666 : 0o600)
    self.folder = folder
    (self.name, self.existing) = (name, existing)
  }

  /// Writes the data and replaces the file.
  func put(_ data: Data) throws(FileFailure) {
    try file.descriptor.write(data)
    if let existing { keepAccess(existing) }
    try file.descriptor.sync()
    guard renameat(folder.number, file.name, folder.number, name) == 0 else { throw FileFailure(code: errno) }
    // Syncs the folder, so that the new name survives a crash. A folder without read permission
    // cannot be synced.
    if let readable = try? Descriptor(openat(folder.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
      try readable.sync()
    }
  }

  /// Removes the temporary file.
  func discard() { file.remove(from: folder) }

  /// Sets owner, group and mode of the replaced file, or fewer permissions.
  private func keepAccess(_ existing: stat) {
    let number = file.descriptor.number
    var mode = existing.st_mode & 0o7777
    if fchown(number, existing.st_uid, existing.st_gid) != 0 {
      mode &= 0o777
      // Permissions of the old group must not pass to another group.
      if fchown(number, .max, existing.st_gid) != 0 { mode = mode & 0o707 | (mode & 0o7) << 3 & mode }
    }
    fchmod(number, mode)
  }

  /// Whether a file is itself a mount point, as in containers: the system does not allow renaming
  /// over it.
  private static func isMountPoint(_ name: String, in folder: String) -> Bool {
    guard let place = WriteTarget.resolved(folder), let mounts = try? RegularFile.read("/proc/self/mountinfo") else {
      return false
    }
    var path = place == "/" ? "/" + name : place + "/" + name
    for (letter, escaped) in [("\\", "\\134"), (" ", "\\040"), ("\t", "\\011"), ("\n", "\\012")] {
      path = path.replacingOccurrences(of: letter, with: escaped)
    }
    return mounts.split(separator: UInt8(ascii: "\n")).contains { line in
      let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
      return fields.count > 4 && fields[4].elementsEqual(path.utf8)
    }
  }
}
