// Test backends: the backends and thread counts that tests run on.

import RecurrentNativeKernels
import Recurrent

/// A backend with a number of threads, as a test's argument.
package struct TestBackend: Sendable, CustomStringConvertible {
  package let backend: any Backend
  package var description: String { "\(backend.name), \(backend.pool.threads) threads" }

  /// Every backend that works on this machine, with one thread and with two.
  package static let all: [TestBackend] = named.flatMap { name in [1, 2].map { make(name, threads: $0) } }

  /// The names of the backends that work on this machine.
  package static let named = Backends.status().filter { $0.reason == nil }.map(\.name)

  /// A backend that divides work among exactly `threads` threads, whatever the number of cores.
  package static func make(_ name: String, threads: Int) -> TestBackend {
    // Names come from `named`, or are of a backend that always exists.
    TestBackend(backend: try! Backends.make(name, pool: ThreadPool(exactly: threads)))
  }

  /// The name of the kernels in use, for messages.
  package static var kernels: String {
    let isa = (try? InstructionSet.chosen().rawValue) ?? "none"
    return "\(isa) kernels" + (OpenBLASInformation.current.map { ", OpenBLAS's \($0.core) kernels" } ?? "")
  }
}
