// What training changes.

import RecurrentCore
import Synchronization

/// A tensor that training changes, and its gradient. A reference: whoever holds it sees the change.
/// Any number of threads may read it.
public final class Parameter: Sendable {
  private struct State {
    /// nil until someone needs it: then it is drawn.
    var value: Tensor?
    /// Kept from step to step, so that its memory is; what it holds counts only while `isSet`.
    var gradient: Tensor?
    var isSet = false
    var isFrozen = false
    var dependents: [any Dependent] = []
  }
  private let state: Locked<State>
  public let shape: Shape
  /// How its initial value is drawn.
  public let initialiser: Initialiser
  /// From which it is drawn first.
  private let stream: UInt64

  /// A parameter with a given value, which `Module.initialise` leaves as it is.
  public init(_ value: Tensor) {
    state = Locked(State(value: value))
    shape = value.shape
    initialiser = Initialiser { _, _ in value }
    stream = 0
  }

  /// A parameter with an initial value drawn from a stream of its own, of seed 0: the n-th
  /// parameter that the process makes from the n-th stream. `Module.initialise` makes it a matter
  /// of the model alone.
  ///
  /// The value is drawn when it is first read: until then a parameter takes no memory for it, and
  /// one that is loaded or initialised before never draws it.
  public init(_ initialiser: Initialiser, shape: Shape) {
    stream = Parameter.made.wrappingAdd(1, ordering: .relaxed).oldValue
    state = Locked(State(value: nil))
    self.shape = shape
    self.initialiser = initialiser
  }

  private static let made = Atomic<UInt64>(0)

  /// Under the lock.
  private func drawIfNeeded(_ state: inout State) {
    if state.value != nil { return }
    var random = RandomStream(seed: 0, stream: stream)
    state.value = initialiser(shape, &random)
  }

  /// Draws the value anew, as `initialiser` says, else as it was drawn first.
  public func initialise(_ initialiser: Initialiser? = nil, using random: inout RandomStream) {
    value = (initialiser ?? self.initialiser)(shape, &random)
  }

  /// Stops when the shape changes.
  public var value: Tensor {
    get {
      state.withLock {
        drawIfNeeded(&$0)
        return $0.value!
      }
    }
    set { change { $0.value = newValue } }
  }

  /// The sum of the gradients of all backward passes since `zeroGradient`; nil when there was none.
  public var gradient: Tensor? { state.withLock { $0.isSet ? $0.gradient : nil } }

  /// A frozen parameter takes no gradient, so no optimiser changes it.
  public var isFrozen: Bool {
    get { state.withLock { $0.isFrozen } }
    set {
      state.withLock {
        $0.isFrozen = newValue
        if newValue { $0.isSet = false }
      }
    }
  }

  /// Forgets the gradient.
  public func zeroGradient() { state.withLock { $0.isSet = false } }

  /// Changes the value in place; the gradient is nil when there is none.
  package func update(_ body: (_ value: inout Tensor, _ gradient: Tensor?) -> Void) {
    change { state in
      drawIfNeeded(&state)
      body(&state.value!, state.isSet ? state.gradient : nil)
    }
  }

  private func change(_ body: (inout State) -> Void) {
    // First, so that nobody else holds the value, and it is not copied; and again for what another
    // thread made from the old value meanwhile. Not under this lock: whoever makes a dependent
    // holds that one's lock, and waits for this one.
    let dependents = state.withLock { $0.dependents }
    for dependent in dependents { dependent.drop() }
    defer { for dependent in dependents { dependent.drop() } }
    state.withLock { state in
      body(&state)
      require(
        state.value!.shape == shape, "Parameter: the new value has shape \(state.value!.shape), expected \(shape)")
    }
  }

  /// Lets `write` add to the gradient, or, where there is none yet, write it: `accumulating` tells
  /// which.
  package func addGradient(_ write: (_ target: UnsafeMutablePointer<Float>, _ accumulating: Bool) -> Void) {
    state.withLock { state in
      if state.isFrozen { return }
      if state.gradient == nil { state.gradient = Tensor(uninitialised: shape) }
      write(state.gradient!.mutableBase, state.isSet)
      state.isSet = true
    }
  }

  /// Changes the gradient, [count] floats, in place, if there is one.
  package func changeGradient(_ change: (_ gradient: UnsafeMutablePointer<Float>, _ count: Int) -> Void) {
    state.withLock { if $0.isSet { change($0.gradient!.mutableBase, shape.count) } }
  }

  /// Takes the gradient away, zeros where there is none, to be given back with `returnGradient`.
  func takeGradient() -> Tensor {
    state.withLock { state in
      guard var gradient = state.gradient.take() else { return Tensor(zeros: shape) }
      if !state.isSet { gradient.mutableBase.update(repeating: 0, count: gradient.count) }
      return gradient
    }
  }

  func returnGradient(_ gradient: Tensor) {
    state.withLock {
      $0.gradient = gradient
      $0.isSet = !$0.isFrozen
    }
  }

  /// Has `dependent` dropped whenever the value changes.
  func register(_ dependent: any Dependent) { state.withLock { $0.dependents.append(dependent) } }
}

/// Something made from parameters, and made anew when they change.
protocol Dependent: Sendable {
  func drop()
}

extension Backend {
  /// Whether what was prepared on that backend serves this one.
  func isSame(as other: any Backend) -> Bool { layout == other.layout && pool === other.pool }
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
