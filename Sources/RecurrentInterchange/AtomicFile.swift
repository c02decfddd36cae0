// Files that are written whole or not at all.

import Foundation
import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

package enum AtomicFile {
  /// Writes to a temporary name beside `path`, syncs, then renames: after a crash the old file is still whole.
  package static func write(_ data: Data, to path: String) throws(RecurrentError) {
    let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o666)
    guard descriptor >= 0 else { throw failure(path) }
    var offset = 0
    var succeeded = true
    while succeeded, offset < data.count {
      let written = data.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress! + offset, $0.count - offset) }
      if written > 0 { offset += written } else if errno != EINTR { succeeded = false }
    }
    succeeded = succeeded && fsync(descriptor) == 0
    let failed = succeeded ? nil : failure(path)
    close(descriptor)
    if failed == nil, rename(temporary, path) == 0 { return }
    let reason = failed ?? failure(path)
    unlink(temporary)
    throw reason
  }

  /// Throws before a long run what `write` would throw after it, leaving nothing behind.
  package static func checkWritable(_ path: String) throws(RecurrentError) {
    let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o666)
    guard descriptor >= 0 else { throw failure(path) }
    close(descriptor)
    unlink(temporary)
  }

  package static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// Removes what writers of `path` that were killed have left beside it.
  package static func removeLeftovers(of path: String) {
    let url = URL(fileURLWithPath: path)
    let prefix = url.lastPathComponent + "."
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.deletingLastPathComponent().path)) ?? []
    for name in names where name.hasPrefix(prefix) && name.hasSuffix(".tmp") {
      let parts = name.dropFirst(prefix.count).split(separator: ".")
      // Not one that another process is still writing.
      guard parts.count == 3, let writer = pid_t(parts[0]), UInt32(parts[1]) != nil, kill(writer, 0) != 0 else { continue }
      unlink(url.deletingLastPathComponent().appendingPathComponent(name).path)
    }
  }

  private static func failure(_ path: String) -> RecurrentError {
    .inputOutput(path: path, reason: "cannot be written: \(String(cString: strerror(errno)))")
  }
}

/// The system call, which `AtomicFile.write` hides inside that type.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int { write(descriptor, bytes, count) }
