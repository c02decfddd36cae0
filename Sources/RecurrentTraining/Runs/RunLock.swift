// The lock of a training run, which keeps a second run from writing to the same model.

import RecurrentCore
import RecurrentInterchange

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A lock on a model's file, held by one run at a time. The system releases it when the process
/// ends.
///
/// The locked file is a hidden one beside the model, ".model.safetensors.lock", since the model's
/// own file is replaced at each save. It names the process that holds the lock, and is removed with
/// it.
final class RunLock {
  /// A message if the file system has no locks.
  let warning: String?
  private let path: String
  private let descriptor: Int32

  /// Takes the lock. Throws if another run, in this process or another one, holds it.
  init(_ model: String) throws(RecurrentError) {
    path = RunLock.path(of: model)
    while true {
      let flags = O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
      var descriptor = open(path, O_RDWR | flags, 0o666)
      // A file left by another user.
      if descriptor < 0 { descriptor = open(path, O_RDONLY | flags, 0o666) }
      if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
        // The holder before removes the file. Then this name belongs to another file, or to none.
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

  /// Releases the lock.
  func release() {
    guard descriptor >= 0 else { return }
    // Removed first: a process that has opened the file already notices that when it gets the lock.
    unlink(path)
    close(descriptor)
  }

  /// The path of the lock: beside the file to which a symbolic link points, existing or not.
  private static func path(of model: String) -> String {
    let (folder, name) = AtomicFile.place(of: model) ?? (Path.folder(of: model), Path.name(of: model))
    // Names have at most 255 bytes.
    return "\(folder)/." + String(decoding: name.utf8.prefix(240), as: UTF8.self) + ".lock"
  }
}
