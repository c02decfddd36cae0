// Output to file descriptors: complete writes, without signals.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes to file descriptors.
package enum OutputDescriptor {
  /// Writes all bytes. Continues after interruptions and partial writes, and waits for descriptors
  /// that do not block.
  ///
  /// A closed reader and a file at its size limit are errors; the signals SIGPIPE and SIGXFSZ are
  /// suppressed, and the process's actions for them stay unchanged.
  ///
  /// - Parameters:
  ///   - bytes: the bytes to write.
  ///   - descriptor: the file descriptor.
  ///   - timeout: how long to wait each time until the descriptor accepts more, in milliseconds;
  ///     -1 waits forever.
  /// - Returns: 0, or the error number after which the rest was left unwritten.
  package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, timeout: Int32 = -1) -> Int32 {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    sigaddset(&signals, SIGXFSZ)
    var (pending, mask) = (sigset_t(), sigset_t())
    sigpending(&pending)
    pthread_sigmask(SIG_BLOCK, &signals, &mask)
    let failure = writeAll(bytes, to: descriptor, timeout: timeout)
    // The signal of a write goes to the writing thread. A signal that was pending before is not
    // this write's.
    let raised = failure == EPIPE ? SIGPIPE : failure == EFBIG ? SIGXFSZ : 0
    if raised != 0, sigismember(&pending, raised) == 0 {
      sigemptyset(&signals)
      sigaddset(&signals, raised)
      var now = timespec()
      while sigtimedwait(&signals, nil, &now) == -1, errno == EINTR {}
    }
    pthread_sigmask(SIG_SETMASK, &mask, nil)
    return failure
  }

  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, timeout: Int32) -> Int32 {
    var (offset, waits) = (0, timeout >= 0)
    while offset < bytes.count {
      if waits {
        var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        let ready = poll(&room, 1, timeout)
        if ready == 0 { return EAGAIN }
        if ready < 0, errno == EINTR { continue }
      }
      // A pipe that polls as writable has room for PIPE_BUF bytes.
      let count = systemWrite(
        descriptor, bytes.baseAddress! + offset, waits ? min(bytes.count - offset, 4096) : bytes.count - offset)
      if count > 0 {
        offset += count
        continue
      }
      switch count < 0 ? errno : EIO {
      case EINTR: continue
      case EAGAIN: waits = true
      case let reason: return reason
      }
    }
    return 0
  }

  /// Opens the standard descriptors that are closed, so that no file opened later takes their
  /// numbers and receives messages. Input is then empty, and output fails. Call it before anything
  /// else is opened.
  package static func openStandard() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      guard open("/dev/null", O_RDONLY) == descriptor else { _exit(EXIT_FAILURE) }
    }
  }
}

/// The system call `write`, which `OutputDescriptor.write` hides inside that type.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
