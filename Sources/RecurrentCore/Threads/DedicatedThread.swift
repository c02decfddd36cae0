// Dedicated threads: a thread with one body, which its owner joins.

import CRecurrentProcessor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A thread that runs one body to its end.
package final class DedicatedThread: Sendable {
  private let handle: UInt

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts the thread, which leaves the process's signals to other threads.
  /// - Throws: the system's reason for refusing a thread, as text.
  package init(_ body: @escaping @Sendable () -> Void) throws(Refusal) {
    let argument = Unmanaged.passRetained(Body(body))
    var handle: UInt = 0
    let code = processor_start_thread(
      &handle,
      { pointer in
        Unmanaged<Body>.fromOpaque(pointer!).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    if code != 0 {
      argument.release()
      throw Refusal(reason: String(cString: strerror(code)))
    }
    self.handle = handle
  }

  /// Why the system refused to start a thread.
  package struct Refusal: Error {
    package let reason: String
  }

  /// Lets the thread run on the caller's cores except for `core`, unless that is the only one.
  func keepOff(_ core: Int32) { processor_keep_off(handle, core) }

  /// Lets the thread run on `core` only.
  func pin(to core: Int32) { processor_pin(handle, core) }

  /// Waits for the end of the body; on the thread itself, lets it end by itself. Call it once.
  package func join() {
    if pthread_equal(pthread_self(), pthread_t(handle)) != 0 {
      pthread_detach(pthread_t(handle))
    } else {
      pthread_join(pthread_t(handle), nil)
    }
  }
}
