// Counts: allocations, matrix products, operations and workspace bytes of a run.

import CRecurrentAllocationCounter
import Recurrent
import Synchronization

/// The counts of a run of a problem on a backend, after warm-up. They are the same on every
/// machine.
struct Counts: Codable, Hashable {
  /// Memory allocations of all threads, without those inside OpenBLAS; nil if they cannot be
  /// counted (under a sanitizer, or without glibc). What a tape records is allocated in small
  /// objects, of which release and debug builds have different numbers; so for modes with a tape
  /// only allocations from 4 KiB on.
  let allocations: Int?
  /// Matrix products, where a cell's step is one product; and their operations, two for each
  /// multiply-add. Portable products of a precision for which the backend has no kernels are not
  /// counted.
  let products, operations: Int
  /// Bytes of scratch memory and of the saved activations of training.
  let workspaceBytes: Int

  private enum CodingKeys: String, CodingKey {
    case allocations, products, operations
    case workspaceBytes = "workspace_bytes"
  }

  init(_ problem: Problem, backend: any Backend) {
    // The same partition of the work, whatever else runs on this machine.
    backend.pool.keepTogether()
    let plain = problem.run(on: backend)
    for _ in 0..<3 { plain() }
    // The minimum of three runs, in case the system allocates in one of them.
    let count = problem.mode.isOfLayers ? allocation_count : large_allocation_count
    let allocations = (0..<3).map { _ in
      let before = count()
      plain()
      return count() - before
    }.min()!
    self.allocations = count() < 0 ? nil : allocations
    workspaceBytes = plain.workspaceBytes

    let counter = ProductCounter()
    let counted = problem.run(on: ObservedBackend(base: backend, observer: counter))
    counted()
    let before = counter.counts
    counted()
    let after = counter.counts
    (products, operations) = (after.products - before.products, after.operations - before.operations)
  }

  /// The counts by name, for tables and comparisons.
  var named: [(name: String, value: Int?)] {
    [
      ("allocations", allocations), ("matrix products", products), ("operations", operations),
      ("workspace bytes", workspaceBytes),
    ]
  }

  /// Whether the counts, which may come from a file, are valid.
  var arePlausible: Bool { named.allSatisfy { $0.value ?? 0 >= 0 } }
}

/// Counts the matrix products of a backend.
private final class ProductCounter: BackendObserver {
  private let products = Atomic(0)
  private let operations = Atomic(0)

  var counts: (products: Int, operations: Int) {
    (products.load(ordering: .relaxed), operations.load(ordering: .relaxed))
  }

  func observe<Result>(_ call: BackendCall, operations: Int, _ body: () -> Result) -> Result {
    if call != .packing {
      products.add(1, ordering: .relaxed)
      self.operations.add(operations, ordering: .relaxed)
    }
    return body()
  }
}
