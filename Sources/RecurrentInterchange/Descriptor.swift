// Open files, as the operating system numbers them.

import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Why a file cannot be used, in the system's words or ours.
struct FileFailure: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }

  /// What the system says of an `errno`.
  init(code: Int32, _ place: String = "") { reason = String(cString: strerror(code)) + place }
}

extension String {
  /// For system calls, to which a zero byte is the end.
  func checkedPath() throws(FileFailure) {
    if isEmpty { throw FileFailure("the path is empty; expected a file's name") }
    if utf8.contains(0) { throw FileFailure("the path has a zero byte") }
  }
}

/// A file descriptor, closed with its owner.
struct Descriptor: ~Copyable {
  let number: Int32

  /// Takes the result of a call that opens something; `place` follows the system's words where that failed.
  init(_ number: Int32, _ place: String = "") throws(FileFailure) {
    guard number >= 0 else { throw FileFailure(code: errno, place) }
    self.number = number
  }

  /// A folder, to work with the names in it: this needs no right to read it.
  init(folder path: String) throws(FileFailure) {
    // O_PATH, which Swift does not import.
    try self.init(open(path, 0x200000 | O_DIRECTORY | O_CLOEXEC), " (its folder '\(path)')")
  }

  deinit { _ = systemClose(number) }

  func status() throws(FileFailure) -> stat {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw FileFailure(code: errno) }
    return status
  }

  /// Reads into `target`: all of it, unless the file ends before. Returns the number of bytes.
  func read(into target: UnsafeMutableRawBufferPointer) throws(FileFailure) -> Int {
    var filled = 0
    while filled < target.count {
      let count = systemRead(number, target.baseAddress! + filled, target.count - filled)
      if count == 0 { break }
      if count > 0 { filled += count } else if errno != EINTR { throw FileFailure(code: errno) }
    }
    return filled
  }

  /// Writes everything. A pipe that is closed and a file that grows beyond its limit are errors here, not signals.
  func write(_ data: Data) throws(FileFailure) {
    let code = withoutWritingSignals {
      data.withUnsafeBytes { bytes -> Int32 in
        var offset = 0
        while offset < bytes.count {
          let count = systemWrite(number, bytes.baseAddress! + offset, bytes.count - offset)
          if count >= 0 {
            offset += count
          } else if errno == EAGAIN {
            var waiting = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
            poll(&waiting, 1, -1)
          } else if errno != EINTR {
            return errno
          }
        }
        return 0
      }
    }
    if code != 0 { throw FileFailure(code: code) }
  }

  /// Waits until what was written is on the disk, where there is one.
  func sync() throws(FileFailure) {
    while fsync(number) != 0 {
      if errno == EINTR { continue }
      // Pipes, terminals, and folders on some network file systems.
      if errno == EINVAL || errno == ENOTSUP || errno == EROFS { return }
      throw FileFailure(code: errno)
    }
  }
}

/// Runs something that returns an `errno`, with the signals kept away that a write raises beside EPIPE and EFBIG, and which end a program
/// that does not expect them. Only this thread's: a library leaves the process's handlers alone.
private func withoutWritingSignals(_ body: () -> Int32) -> Int32 {
  var (mask, before, pending) = (sigset_t(), sigset_t(), sigset_t())
  sigemptyset(&mask)
  sigaddset(&mask, SIGPIPE)
  sigaddset(&mask, SIGXFSZ)
  pthread_sigmask(SIG_BLOCK, &mask, &before)
  sigpending(&pending)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  let code = body()
  if let signal = code == EPIPE ? SIGPIPE : code == EFBIG ? SIGXFSZ : nil, sigismember(&pending, signal) == 0 {
    sigemptyset(&mask)
    sigaddset(&mask, signal)
    var atOnce = timespec()
    while sigtimedwait(&mask, nil, &atOnce) < 0, errno == EINTR {}
  }
  return code
}

// The system calls, which the methods hide inside that type.
private func systemRead(_ descriptor: Int32, _ target: UnsafeMutableRawPointer, _ count: Int) -> Int { read(descriptor, target, count) }
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int { write(descriptor, bytes, count) }
private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
