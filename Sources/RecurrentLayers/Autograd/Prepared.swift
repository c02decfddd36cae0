// Values derived from parameters, kept until a parameter changes: packed weights.

import RecurrentCore

/// A value derived from parameters, invalidated when one of them changes.
protocol Dependent: Sendable {
  /// Discards the derived value.
  func drop()
}

/// A value derived from parameters once for many calls, for example packed weights.
final class Prepared<Value>: Dependent {
  private let made = Locked<Value?>(nil)

  init(for parameters: [Parameter]) {
    for parameter in parameters { parameter.register(self) }
  }

  func drop() { made.withLock { $0 = nil } }

  /// Returns the stored value if `isValid` accepts it, otherwise stores and returns what `make`
  /// computes. `make` must read the parameters' values itself: values that its caller read before
  /// may be outdated.
  func value(where isValid: (Value) -> Bool, _ make: () -> Value) -> Value {
    made.withLock {
      if let value = $0, isValid(value) { return value }
      let value = make()
      $0 = value
      return value
    }
  }
}

extension Backend {
  /// Whether values prepared by `other` can be used by this backend. They may hold `other` itself,
  /// not only its matrices, so that an equal layout is not enough.
  func isSame(as other: any Backend) -> Bool {
    name == other.name && layout == other.layout && pool === other.pool
  }
}
