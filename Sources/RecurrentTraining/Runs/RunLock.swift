// The lock of a training run: one run at a time writes to a model's file.

import RecurrentCore
import RecurrentInterchange

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A lock that one run at a time has on a model's file. It ends with the process, however that
/// ends.
///
/// What is locked is a hidden file beside the model's (which is replaced whenever it is saved, and
/// its lock with it): ".model.safetensors.lock", which says who holds it, and is removed with the
/// lock.
final class RunLock {
  /// Why nothing could be locked, on file systems that have no locks.
  let warning: String?
  private let path: String
  private let descriptor: Int32

  /// Throws when another run has it, in this process or another one.
  init(_ model: String) throws(RecurrentError) {
    path = RunLock.path(of: model)
    while true {
      let flags = O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
      var descriptor = open(path, O_RDWR | flags, 0o666)
      // One that somebody else has left.
      if descriptor < 0 { descriptor = open(path, O_RDONLY | flags, 0o666) }
      if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
        // Whoever held it before removes it: then another file has this name, or none.
        var (locked, named) = (stat(), stat())
        fstat(descriptor, &locked)
        guard lstat(path, &named) == 0, locked.st_ino == named.st_ino, locked.st_dev == named.st_dev else {
          close(descriptor)
          continue
        }
        var host = [CChar](repeating: 0, count: 256)
        gethostname(&host, 255)
        let text = "process \(getpid()) on \(host.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })\n"
        ftruncate(descriptor, 0)
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
        (self.descriptor, warning) = (descriptor, nil)
        return
      }
      let reason = errno
      if descriptor >= 0, reason == EINTR {
        close(descriptor)
        continue
      }
      guard descriptor >= 0, reason == EWOULDBLOCK else {
        if descriptor >= 0 { close(descriptor) }
        self.descriptor = -1
        warning =
          "\(path): cannot be locked (\(String(cString: strerror(reason)))): see to it that no other training writes to \(model)"
        return
      }
      var bytes = [UInt8](repeating: 0, count: 200)
      let count = pread(descriptor, &bytes, bytes.count, 0)
      close(descriptor)
      let holder = String(decoding: bytes.prefix(max(0, count)).filter { 32..<127 ~= $0 }, as: UTF8.self)
      throw .inputOutput(
        path: model,
        reason:
          "another training writes to it: \(holder.isEmpty ? "a process" : holder) holds \(path); wait for its end, or give another name"
      )
    }
  }

  func release() {
    guard descriptor >= 0 else { return }
    // Removed first: who has opened it already sees that when it gets the lock.
    unlink(path)
    close(descriptor)
  }

  /// Beside the file that a symbolic link stands for, be it there or not.
  private static func path(of model: String) -> String {
    let (folder, name) = AtomicFile.place(of: model) ?? (Path.folder(of: model), Path.name(of: model))
    // Names have at most 255 bytes.
    return "\(folder)/." + String(decoding: name.utf8.prefix(240), as: UTF8.self) + ".lock"
  }
}
