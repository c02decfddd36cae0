// The backends that a test runs on.

import RecurrentNativeKernels
import Recurrent

/// A backend with a number of threads, as a test's argument.
public struct TestBackend: Sendable, CustomStringConvertible {
  public let backend: any Backend
  public var description: String { "\(backend.name), \(backend.pool.threads) threads" }

  /// Every backend that works here, each with one thread and with two.
  public static let all: [TestBackend] = named.flatMap { name in [1, 2].map { make(name, threads: $0) } }

  /// The names of the backends that work here.
  public static let named = Backends.status().filter { $0.reason == nil }.map(\.name)

  /// A backend that divides work among so many threads, whatever cores there are.
  public static func make(_ name: String, threads: Int) -> TestBackend {
    // Only names from `named`, or one that is always there.
    TestBackend(backend: try! Backends.make(name, pool: ThreadPool(exactly: threads)))
  }

  /// The kernels in use, for messages.
  public static var kernels: String {
    let isa = (try? InstructionSet.chosen().rawValue) ?? "none"
    return "\(isa) kernels" + (OpenBLASInformation.current.map { ", OpenBLAS's \($0.core) kernels" } ?? "")
  }
}
