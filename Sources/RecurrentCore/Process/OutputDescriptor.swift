// Writing to file descriptors: what write(2) leaves to its callers.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

package enum OutputDescriptor {
  /// Writes all bytes: goes on after interruptions and partial writes, and waits for descriptors
  /// that do not block.
  ///
  /// A reader that has gone away and a file at its size limit are errors, never the signals SIGPIPE
  /// and SIGXFSZ; what the process does about these stays as it is.
  /// - Parameter patience: how long to wait each time until the descriptor takes more, in
  ///   milliseconds; -1 for ever.
  /// - Returns: 0, or the number of the error after which the rest was left unwritten.
  package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, patience: Int32 = -1) -> Int32 {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    sigaddset(&signals, SIGXFSZ)
    var (pending, mask) = (sigset_t(), sigset_t())
    sigpending(&pending)
    pthread_sigmask(SIG_BLOCK, &signals, &mask)
    let failure = writeAll(bytes, to: descriptor, patience: patience)
    // The signal of a write goes to the thread that writes. One that was pending before is somebody
    // else's.
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

  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, patience: Int32) -> Int32 {
    var (offset, waits) = (0, patience >= 0)
    while offset < bytes.count {
      if waits {
        var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        let ready = poll(&room, 1, patience)
        if ready == 0 { return EAGAIN }
        if ready < 0, errno == EINTR { continue }
      }
      // A pipe that has room has it for PIPE_BUF bytes.
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

  /// Opens those of the standard descriptors that are closed, so that no file that is opened later
  /// becomes one and gets what is meant for people: input is empty then, and output cannot be
  /// written. To be called before anything else is opened.
  package static func openStandard() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      guard open("/dev/null", O_RDONLY) == descriptor else { _exit(EXIT_FAILURE) }
    }
  }
}

/// The system call, which `OutputDescriptor.write` hides inside that type.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
