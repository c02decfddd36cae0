// Trainable parameters: value, gradient and initialiser. PyTorch's `nn.Parameter`.

import RecurrentCore
import Synchronization

/// A tensor that training changes, with its gradient. PyTorch's `nn.Parameter`.
///
/// A parameter is a reference: all modules that hold it see the same value. Any number of threads
/// may read it at once.
///
/// The value is float32, or a matrix in a lower precision: one that was read from a file of that
/// precision, or that `Module.store(as:)` has rounded. Setting it or training it makes it float32.
public final class Parameter: Sendable {
  private struct State {
    /// The value in float32. nil until it is first read, when it is drawn, and while it is `stored`.
    var value: Tensor?
    /// The value in a lower precision; nil while it is float32.
    var stored: StoredTensor?
    /// Kept from step to step so that its memory is reused. Its contents are valid only if `isSet`.
    var gradient: Tensor?
    var isSet = false
    var isFrozen = false
    var dependents: [any Dependent] = []
  }
  private let state: Locked<State>
  /// The shape of the value, which never changes.
  public let shape: Shape
  /// How the initial value is drawn.
  public let initialiser: Initialiser
  /// The stream of seed 0 from which the first value is drawn.
  private let stream: UInt64

  /// Creates a parameter with a given value. `Module.initialise` resets it to that value.
  public init(_ value: Tensor) {
    state = Locked(State(value: value))
    shape = value.shape
    initialiser = Initialiser { _, _ in value }
    stream = 0
  }

  /// Creates a parameter whose initial value is drawn when it is first read.
  ///
  /// The n-th parameter that the process creates draws from stream n of seed 0. Use
  /// `Module.initialise(seed:)` to make the values depend on the model alone. A parameter that is
  /// loaded or initialised before it is read takes no memory for a drawn value.
  public init(_ initialiser: Initialiser, shape: Shape) {
    stream = Parameter.made.wrappingAdd(1, ordering: .relaxed).oldValue
    state = Locked(State(value: nil))
    self.shape = shape
    self.initialiser = initialiser
  }

  /// The number of parameters created so far with an initialiser.
  private static let made = Atomic<UInt64>(0)

  /// Makes the value float32, and draws it if it has not been drawn. To be called under the lock.
  private func makeFloat32(_ state: inout State) {
    if state.value != nil { return }
    if let stored = state.stored.take() {
      state.value = stored.tensor
    } else {
      var random = RandomStream(seed: 0, stream: stream)
      state.value = initialiser(shape, &random)
    }
  }

  /// Draws the value anew, with `initialiser` if given, otherwise with the parameter's own.
  public func initialise(_ initialiser: Initialiser? = nil, using random: inout RandomStream) {
    value = (initialiser ?? self.initialiser)(shape, &random)
  }

  /// The value in float32; computed at every reading if it is stored in a lower precision.
  /// Precondition for setting it: the same shape.
  public var value: Tensor {
    get { stored.tensor }
    set { stored = StoredTensor(newValue) }
  }

  /// The value as it is stored. Precondition for setting it: the same shape.
  package var stored: StoredTensor {
    get {
      state.withLock {
        if let stored = $0.stored { return stored }
        makeFloat32(&$0)
        return StoredTensor($0.value!)
      }
    }
    set {
      require(newValue.shape == shape, "Parameter: the new value has shape \(newValue.shape), expected \(shape)")
      let isFloat32 = newValue.precision == .float32
      change {
        $0.value = isFloat32 ? newValue.tensor : nil
        $0.stored = isFloat32 ? nil : newValue
      }
    }
  }

  /// The precision in which the value is stored. Does not draw it.
  package var precision: Precision { state.withLock { $0.stored?.precision ?? .float32 } }

  /// The sum of the gradients of all backward passes since `zeroGradient`; nil if there were none.
  public var gradient: Tensor? { state.withLock { $0.isSet ? $0.gradient : nil } }

  /// Whether the parameter is frozen. A frozen parameter receives no gradient, so optimisers do not
  /// change it. PyTorch's `requires_grad = False`.
  public var isFrozen: Bool {
    get { state.withLock { $0.isFrozen } }
    set {
      state.withLock {
        $0.isFrozen = newValue
        if newValue { $0.isSet = false }
      }
    }
  }

  /// Resets the gradient to nil.
  public func zeroGradient() { state.withLock { $0.isSet = false } }

  /// Changes the value in float32 in place, given the gradient; nil if there is none.
  package func update(_ body: (_ value: inout Tensor, _ gradient: Tensor?) -> Void) {
    change { state in
      makeFloat32(&state)
      body(&state.value!, state.isSet ? state.gradient : nil)
      require(
        state.value!.shape == shape, "Parameter: the new value has shape \(state.value!.shape), expected \(shape)")
    }
  }

  private func change(_ body: (inout State) -> Void) {
    // Dependents are dropped first, so that they no longer hold the value and it need not be
    // copied. They are dropped again afterwards, since another thread may have made one from the
    // old value meanwhile. Neither happens under this lock: a thread that makes a dependent holds
    // that dependent's lock and waits for this one.
    let dependents = state.withLock { $0.dependents }
    for dependent in dependents { dependent.drop() }
    defer { for dependent in dependents { dependent.drop() } }
    state.withLock { body(&$0) }
  }

  /// Calls `write` to add to the gradient (`accumulating`) or, if there is none yet, to write all
  /// of it.
  package func addGradient(_ write: (_ target: UnsafeMutablePointer<Float>, _ accumulating: Bool) -> Void) {
    state.withLock { state in
      if state.isFrozen { return }
      if state.gradient == nil { state.gradient = Tensor(uninitialised: shape) }
      write(state.gradient!.mutableBase, state.isSet)
      state.isSet = true
    }
  }

  /// Changes the gradient, `count` floats, in place. Does nothing if there is none.
  package func changeGradient(_ change: (_ gradient: UnsafeMutablePointer<Float>, _ count: Int) -> Void) {
    state.withLock { if $0.isSet { change($0.gradient!.mutableBase, shape.count) } }
  }

  /// Moves the gradient out; zeros if there is none. `returnGradient` puts it back.
  func takeGradient() -> Tensor {
    state.withLock { state in
      guard var gradient = state.gradient.take() else { return Tensor(zeros: shape) }
      if !state.isSet { gradient.mutableBase.update(repeating: 0, count: gradient.count) }
      return gradient
    }
  }

  /// Puts back a gradient taken by `takeGradient`.
  func returnGradient(_ gradient: Tensor) {
    state.withLock {
      $0.gradient = gradient
      $0.isSet = !$0.isFrozen
    }
  }

  /// Registers a dependent, which is dropped whenever the value changes.
  func register(_ dependent: any Dependent) { state.withLock { $0.dependents.append(dependent) } }
}
