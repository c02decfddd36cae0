// Values derived from parameters, kept until a parameter changes: packed weights.

import RecurrentCore

/// Something made from parameters, and made anew when they change.
protocol Dependent: Sendable {
  func drop()
}

/// What a layer makes from its parameters once for many calls: packed weights.
final class Prepared<Value>: Dependent {
  private let made = Locked<Value?>(nil)

  init(for parameters: [Parameter]) {
    for parameter in parameters { parameter.register(self) }
  }

  func drop() { made.withLock { $0 = nil } }

  /// What was made last, if `isValid` says that it will do, else what `make` makes, which is to
  /// read the parameters' values itself: those that its caller has read may have changed since.
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
  /// Whether what was prepared on that backend serves this one.
  func isSame(as other: any Backend) -> Bool { name == other.name && pool === other.pool }
}
