// Processes: forked child processes, and limits on cores and memory.

import _CTestSupport

/// How a child process ends.
package enum ChildEnd: Equatable, Sendable {
  case status(Int32)
  case signal(Int32)
  /// The child process could not be started.
  case none
}

/// Runs `body` in a child process and returns its result, or the signal that ended it: SIGALRM
/// after `seconds`.
package func inChild(seconds: UInt32, _ body: () -> Int32) -> ChildEnd {
  let status = withoutActuallyEscaping(body) { body in
    var body = body
    return withUnsafeMutablePointer(to: &body) { pointer in
      run_in_child(seconds, { $0!.assumingMemoryBound(to: (() -> Int32).self).pointee() }, pointer)
    }
  }
  return status < 0 ? .none : status < 128 ? .status(status) : .signal(status - 128)
}

/// Confines the calling thread to one core, or with nil to the cores it had before the first call.
/// Returns whether the system agrees.
package func confine(to core: Int32?) -> Bool { confine_to_core(core ?? -1) == 0 }

/// Limits the process to `more` bytes of address space beyond its current use. Returns whether the
/// system agrees.
package func limitMemory(to more: UInt) -> Bool { limit_memory(more) == 0 }
