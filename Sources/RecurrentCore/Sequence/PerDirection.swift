// The parameters of one direction of a layer: one list, for tensors, shapes, pointers and other
// values.

/// One value for each parameter of a direction of a layer. G is the number of gates.
public struct PerDirection<Value> {
  /// The value for W [G·H, I].
  public var inputWeight: Value
  /// The value for U [G·H, O].
  public var recurrentWeight: Value
  /// The value for b [G·H]; nil without bias.
  public var inputBias: Value?
  /// The value for b' [G·H]; nil without bias.
  public var recurrentBias: Value?
  /// The value for the projection [O, H]; nil without projection.
  public var projectionWeight: Value?
  /// The value for gamma [N·H] of layer normalisation; nil without it. The biases are beta.
  ///
  /// N sums are normalised:
  /// - 1 of an Elman cell;
  /// - 4 of an LSTM (i, f, g, o);
  /// - 4 of a GRU with the reset after the product (U h of n; r; z; W x of n);
  /// - 3 of a GRU with the reset before the product (r, z, n).
  public var normalisationWeight: Value?
  /// The value for gamma [H] of layer normalisation of an LSTM's c; nil without it.
  public var cellNormalisationWeight: Value?
  /// The value for beta [H] of layer normalisation of an LSTM's c; nil without it or without bias.
  public var cellNormalisationBias: Value?
  /// The value for the peepholes [3·H] of i, f and o; nil without peepholes.
  public var peepholeWeight: Value?

  /// Creates the values by calling `value` for each parameter in order; it returns nil for a
  /// parameter that the layer does not have.
  ///
  /// Precondition: `value` returns a value for both weights.
  ///
  /// - Parameter value: returns the value of a parameter.
  /// - Throws: what `value` throws.
  public init<Failure: Error>(_ value: (DirectionParameter) throws(Failure) -> Value?) throws(Failure) {
    guard let inputWeight = try value(.inputWeight), let recurrentWeight = try value(.recurrentWeight) else {
      fatalError("PerDirection: no value for weight_ih or weight_hh")
    }
    (self.inputWeight, self.recurrentWeight) = (inputWeight, recurrentWeight)
    for parameter in DirectionParameter.allCases.dropFirst(2) { self[parameter] = try value(parameter) }
  }

  /// The value of a parameter; nil if the layer does not have it. Precondition: nil is not assigned
  /// to W or U.
  public subscript(parameter: DirectionParameter) -> Value? {
    get {
      switch parameter {
      case .inputWeight: inputWeight
      case .recurrentWeight: recurrentWeight
      case .inputBias: inputBias
      case .recurrentBias: recurrentBias
      case .projectionWeight: projectionWeight
      case .normalisationWeight: normalisationWeight
      case .cellNormalisationWeight: cellNormalisationWeight
      case .cellNormalisationBias: cellNormalisationBias
      case .peepholeWeight: peepholeWeight
      }
    }
    set {
      switch parameter {
      case .inputWeight: inputWeight = newValue!
      case .recurrentWeight: recurrentWeight = newValue!
      case .inputBias: inputBias = newValue
      case .recurrentBias: recurrentBias = newValue
      case .projectionWeight: projectionWeight = newValue
      case .normalisationWeight: normalisationWeight = newValue
      case .cellNormalisationWeight: cellNormalisationWeight = newValue
      case .cellNormalisationBias: cellNormalisationBias = newValue
      case .peepholeWeight: peepholeWeight = newValue
      }
    }
  }

  /// The parameters that the layer has, in order, with their values.
  public var all: [(parameter: DirectionParameter, value: Value)] {
    DirectionParameter.allCases.compactMap { parameter in self[parameter].map { (parameter, $0) } }
  }

  /// The results of `transform` for each value.
  public func map<Other>(_ transform: (Value) -> Other) -> PerDirection<Other> {
    PerDirection<Other> { self[$0].map(transform) }
  }

  /// The results of `transform` for each value, which it may change in place.
  fileprivate mutating func mapInPlace<Other>(_ transform: (inout Value) -> Other) -> PerDirection<Other> {
    func optional(_ value: inout Value?) -> Other? { if value == nil { nil } else { transform(&value!) } }
    return PerDirection<Other> {
      switch $0 {
      case .inputWeight: transform(&inputWeight)
      case .recurrentWeight: transform(&recurrentWeight)
      case .inputBias: optional(&inputBias)
      case .recurrentBias: optional(&recurrentBias)
      case .projectionWeight: optional(&projectionWeight)
      case .normalisationWeight: optional(&normalisationWeight)
      case .cellNormalisationWeight: optional(&cellNormalisationWeight)
      case .cellNormalisationBias: optional(&cellNormalisationBias)
      case .peepholeWeight: optional(&peepholeWeight)
      }
    }
  }
}

extension PerDirection: Sendable where Value: Sendable {}
extension PerDirection: Equatable where Value: Equatable {}
extension PerDirection: BitwiseCopyable where Value: BitwiseCopyable {}

// MARK: Tensors

/// The parameters of one direction of a layer, or their gradients.
public typealias DirectionParameters = PerDirection<Tensor>

/// Pointers to the gradients of one direction's parameters, which gradients are added to.
package typealias GradientView = PerDirection<UnsafeMutablePointer<Float>>

extension PerDirection<Tensor> {
  /// Pointers to the elements. Nothing else may access the tensors while the view is in use.
  package mutating func view() -> GradientView { mapInPlace { $0.mutableBase } }

  /// Zeros, in the shapes that `configuration` asks for.
  public init(zeros configuration: LayerConfiguration) {
    self = configuration.parameterShapes.map { Tensor(zeros: $0) }
  }

  /// Checks that these gradients have the shapes of the parameters. Stops with a message that names
  /// `function` if not.
  package func check(gradientsOf parameters: PerDirection<Shape>, function: @autoclosure () -> String) {
    map(\.shape).check(parameters, function: function()) { name, mine, theirs in
      "the gradient of \(name) has shape \(mine), the parameter has \(theirs)"
    }
  }
}

extension PerDirection<Shape> {
  /// Checks that these are the shapes that `configuration` asks for. Stops with a message that names
  /// `function` if not.
  package func check(_ configuration: LayerConfiguration, function: @autoclosure () -> String) {
    check(configuration.parameterShapes, function: function()) { name, mine, theirs in
      "\(name) has shape \(mine), the configuration asks for \(theirs)"
    }
  }

  fileprivate func check(
    _ shapes: PerDirection<Shape>, function: @autoclosure () -> String, _ message: (String, String, String) -> String
  ) {
    for parameter in DirectionParameter.allCases {
      let (mine, theirs) = (self[parameter], shapes[parameter])
      require(
        mine == theirs,
        "\(function()): \(message(parameter.rawValue, mine?.description ?? "none", theirs?.description ?? "none"))")
    }
  }
}

extension LayerConfiguration {
  /// The shapes of one direction's parameters.
  public var parameterShapes: PerDirection<Shape> {
    let rows = cell.gates * hiddenSize
    let normalisesCell = layerNorm && cell.hasCellState
    return PerDirection {
      switch $0 {
      case .inputWeight: [rows, inputSize]
      case .recurrentWeight: [rows, outputSize]
      case .inputBias, .recurrentBias: bias ? [rows] : nil
      case .projectionWeight: projectionSize.map { [$0, hiddenSize] }
      case .normalisationWeight: layerNorm ? [cell.layout.sums.count * hiddenSize] : nil
      case .cellNormalisationWeight: normalisesCell ? [hiddenSize] : nil
      case .cellNormalisationBias: normalisesCell && bias ? [hiddenSize] : nil
      case .peepholeWeight: cell.layout.peepholes.isEmpty ? nil : [cell.layout.peepholes.count * hiddenSize]
      }
    }
  }
}
