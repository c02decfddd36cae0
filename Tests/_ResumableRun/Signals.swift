// Several watchers of signals in one process, which the last signal ends.

import Foundation
import Recurrent
import Synchronization

private let toTheHost = Atomic(0)

/// Watches for signals on a thread of its own, from `begin` to `end`.
private final class Watcher: @unchecked Sendable {
  private let (begun, mayEnd, ended) = (
    DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)
  )
  private var seen: Int32 = -1

  func begin() {
    Thread.detachNewThread { [self] in
      Interruption.watching {
        begun.signal()
        mayEnd.wait()
        seen = Interruption.signal
      }
      ended.signal()
    }
    begun.wait()
  }

  /// The signal that it has seen.
  func end() -> Int32 {
    mayEnd.signal()
    ended.wait()
    return seen
  }
}

private func isBlocked() -> Bool {
  var mask = sigset_t()
  pthread_sigmask(SIG_SETMASK, nil, &mask)
  return sigismember(&mask, SIGINT) == 1
}

func watchSignals() {
  // Whoever started the program may have blocked it.
  var blocked = sigset_t()
  sigemptyset(&blocked)
  sigaddset(&blocked, SIGINT)
  pthread_sigmask(SIG_UNBLOCK, &blocked, nil)
  signal(SIGINT) { _ in toTheHost.add(1, ordering: .relaxed) }
  func say(_ text: String) {
    print(text + ", host", toTheHost.load(ordering: .relaxed))
    fflush(nil)
  }
  let (a, b) = (Watcher(), Watcher())
  a.begin()
  b.begin()
  raise(SIGINT)
  say("both see \(a.end()) \(b.end())")
  a.begin()
  b.begin()
  _ = a.end()
  raise(SIGINT)
  say("the second sees \(b.end())")
  raise(SIGINT)
  say("nobody watches")

  a.begin()
  pthread_sigmask(SIG_BLOCK, &blocked, nil)
  let within = Interruption.watching { isBlocked() }
  say("blocked \(within) \(isBlocked())")
  pthread_sigmask(SIG_UNBLOCK, &blocked, nil)

  b.begin()
  raise(SIGINT)
  raise(SIGTERM)
  raise(SIGINT)
  say("noted \(Interruption.signal)")
  usleep(600_000)
  raise(SIGINT)
  say("still here")
}
