// Temporary files beside a target, with names by which later runs recognise abandoned ones.

import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A temporary file: "model.safetensors.0123456789abcdef.tmp" for "model.safetensors", with sixteen
/// random digits, and as much of the name as the file system allows.
///
/// Its writer holds a lock (`flock`) while the file is open. The system releases it when the
/// process ends. Locks are visible to other users and containers, where process ids would mean
/// nothing. A file that can be locked is therefore abandoned.
struct TemporaryFile: ~Copyable {
  let name: String
  let descriptor: Descriptor

  /// Creates a temporary file for `target` in a folder, which errors name as `path`. `mode` is its
  /// permissions before the umask.
  init(for target: String, in folder: borrowing Descriptor, _ path: String, mode: mode_t) throws(FileFailure) {
    let base = TemporaryFile.base(for: target, in: folder)
    // Repeated if the name is taken, or if another process removes the file before it is locked.
    for _ in 0..<100 {
      let name = base + TemporaryFile.ending(UInt64.random(in: 0 ... .max))
      let number = openat(folder.number, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, mode)
      if number < 0, errno == EEXIST { continue }
      let descriptor = try Descriptor(number, " (in the folder '\(path)')")
      // On a file system without locks, other processes cannot lock the file either.
      if flock(number, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { continue }
      if try TemporaryFile.isStill(descriptor, name, in: folder) {
        self.name = name
        self.descriptor = descriptor
        return
      }
    }
    throw FileFailure(code: EEXIST)
  }

  /// Removes the file.
  func remove(from folder: borrowing Descriptor) { unlinkat(folder.number, name, 0) }

  /// Removes abandoned temporary files of `target`. Files that are still being written are locked
  /// and stay.
  static func removeAbandoned(for target: String, in folder: String) {
    guard let opened = try? Descriptor(folder: folder) else { return }
    let base = base(for: target, in: opened)
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where isName(name, base: base) {
      var status = stat()
      guard fstatat(opened.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFREG,
        let file = try? Descriptor(
          openat(opened.number, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)),
        flock(file.number, LOCK_EX | LOCK_NB) == 0, (try? isStill(file, name, in: opened)) == true
      else { continue }
      unlinkat(opened.number, name, 0)
    }
  }

  /// Whether a name still belongs to the open file, which may have been renamed or removed.
  private static func isStill(_ file: borrowing Descriptor, _ name: String, in folder: borrowing Descriptor)
    throws(FileFailure) -> Bool
  {
    let own = try file.status()
    var named = stat()
    return fstatat(folder.number, name, &named, AT_SYMLINK_NOFOLLOW) == 0 && named.st_dev == own.st_dev
      && named.st_ino == own.st_ino
      && named.st_mode & S_IFMT == S_IFREG
  }

  /// The random digits and the extension.
  private static func ending(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return "." + String(repeating: "0", count: 16 - digits.count) + digits + ".tmp"
  }

  /// The beginning of the temporary names of a target.
  private static func base(for target: String, in folder: borrowing Descriptor) -> String {
    let longest = fpathconf(folder.number, Int32(_PC_NAME_MAX))
    let room = (longest > 0 ? longest : 255) - ending(0).utf8.count
    var scalars = Substring(target).unicodeScalars
    while scalars.reduce(0, { $0 + UTF8.width($1) }) > max(0, room) { scalars.removeLast() }
    return String(scalars)
  }

  /// Whether a name is a temporary name with this beginning.
  private static func isName(_ name: String, base: String) -> Bool {
    guard name.utf8.starts(with: base.utf8) else { return false }
    let rest = Substring(name.utf8.dropFirst(base.utf8.count))
    guard rest.utf8.count == ending(0).utf8.count, let number = UInt64(rest.dropFirst().dropLast(4), radix: 16) else {
      return false
    }
    return rest == ending(number)
  }
}
