// Child processes made by fork, and limits on what a process may have.

import _CTestSupport

/// How a child process ends.
public enum ChildEnd: Equatable, Sendable {
  case status(Int32)
  case signal(Int32)
  /// It could not begin.
  case none
}

/// Runs `body` in a child process and returns its result, or the signal that ended it: SIGALRM
/// after `seconds`.
public func inChild(seconds: UInt32, _ body: () -> Int32) -> ChildEnd {
  let status = withoutActuallyEscaping(body) { body in
    var body = body
    return withUnsafeMutablePointer(to: &body) { pointer in
      run_in_child(seconds, { $0!.assumingMemoryBound(to: (() -> Int32).self).pointee() }, pointer)
    }
  }
  return status < 0 ? .none : status < 128 ? .status(status) : .signal(status - 128)
}

/// Confines the calling thread to one core; nil lets it run where it could before the first call.
/// Returns whether the system agrees.
public func confine(to core: Int32?) -> Bool { confine_to_core(core ?? -1) == 0 }

/// Lets the process have so many bytes of address space more than now, and no others. Returns
/// whether the system agrees.
public func limitMemory(to more: UInt) -> Bool { limit_memory(more) == 0 }
