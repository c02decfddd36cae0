// The target of a write: a file to replace, or a device or open file to write through.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The target to which a path leads, after following symbolic links.
enum WriteTarget {
  /// A regular file, with its status, or none yet. It is replaced as a whole.
  case file(folder: String, name: String, existing: stat?)
  /// A device or a named pipe.
  case device(path: String)
  /// An open file of this process ("/dev/stdout", "/dev/fd/3"), of any kind.
  case descriptor(Int32)

  /// Follows symbolic links. The last may lead to a file that does not exist yet. Throws for a
  /// folder, a socket, a loop of links, and paths without permission.
  init(_ path: String) throws(FileFailure) {
    try path.checkedPath()
    var path = path
    // As many links as the kernel follows.
    for _ in 0...40 {
      var status = stat()
      guard lstat(path, &status) == 0 else {
        guard errno == ENOENT else { throw FileFailure(code: errno) }
        guard path.utf8.last != UInt8(ascii: "/") else { throw FileFailure("it is a folder's name; expected a file's") }
        self = .file(folder: Path.folder(of: path), name: Path.name(of: path), existing: nil)
        return
      }
      switch status.st_mode & S_IFMT {
      case S_IFREG:
        self = .file(folder: Path.folder(of: path), name: Path.name(of: path), existing: status)
        return
      case S_IFDIR: throw FileFailure("it is a folder; expected a file")
      case S_IFSOCK: throw FileFailure("it is a socket; expected a file, a pipe or a device")
      case S_IFLNK: break
      default:
        self = .device(path: path)
        return
      }
      // The kernel must be able to follow the link: it refuses some in world-writable folders.
      guard stat(path, &status) == 0 || errno == ENOENT else { throw FileFailure(code: errno) }
      let folder = Path.folder(of: path)
      let place = WriteTarget.resolved(folder)
      // Links in /proc/PID/fd stand for open files, which may have no name any more.
      let isOwn =
        place != nil && ["/proc/self/fd", "/proc/thread-self/fd"].contains { place == WriteTarget.resolved($0) }
      if isOwn, let number = Int32(Path.name(of: path)) {
        self = .descriptor(number)
        return
      }
      if place?.hasPrefix("/proc/") == true {
        guard status.st_mode & S_IFMT != S_IFDIR else { throw FileFailure("it is a folder; expected a file") }
        self = .device(path: path)
        return
      }
      let target = try WriteTarget.text(ofLink: path)
      path = target.utf8.first == UInt8(ascii: "/") ? target : folder + "/" + target
    }
    throw FileFailure(code: ELOOP)
  }

  /// The text of a symbolic link.
  private static func text(ofLink path: String) throws(FileFailure) -> String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes {
      readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    guard count >= 0 else { throw FileFailure(code: errno) }
    guard let text = String(validating: buffer[..<count], as: UTF8.self) else {
      throw FileFailure("it is a link to a name that is not UTF-8")
    }
    return text
  }

  /// A folder's path without symbolic links; nil if it does not exist.
  static func resolved(_ folder: String) -> String? {
    guard let path = realpath(folder, nil) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }
}
