// The parameters of one direction of a layer: one list of them, for tensors, shapes, pointers and
// whatever else belongs to each.

/// The parameters that a direction of a layer can have. The raw value is the name in files,
/// PyTorch's without its suffix; the last four, of layer normalisation and of peepholes, PyTorch
/// does not have. The order is PyTorch's.
public enum DirectionParameter: String, Sendable, CaseIterable {
  case inputWeight = "weight_ih"
  case recurrentWeight = "weight_hh"
  case inputBias = "bias_ih"
  case recurrentBias = "bias_hh"
  case projectionWeight = "weight_hr"
  case normalisationWeight = "weight_ln"
  case cellNormalisationWeight = "weight_lc"
  case cellNormalisationBias = "bias_lc"
  case peepholeWeight = "weight_ph"

  /// What the parameter begins with, if it is not drawn at random: gamma with ones, beta with
  /// zeros.
  public var constantInitialValue: Float? {
    switch self {
    case .normalisationWeight, .cellNormalisationWeight: 1
    case .cellNormalisationBias: 0
    default: nil
    }
  }
}

/// A value for each parameter of one direction of a layer. G is the number of gates.
public struct PerDirection<Value> {
  /// Of W [G·H, I].
  public var inputWeight: Value
  /// Of U [G·H, O].
  public var recurrentWeight: Value
  /// Of b [G·H]; nil without bias.
  public var inputBias: Value?
  /// Of b' [G·H]; nil without bias.
  public var recurrentBias: Value?
  /// Of the projection [O, H]; nil without one.
  public var projectionWeight: Value?
  /// With layer normalisation, of gamma [N·H] for the N = 1 sums of an Elman cell, the four of an
  /// LSTM (i, f, g, o), the four of a GRU with the reset after the product (U h of n; r; z; W x of
  /// n) or the three of one with the reset before it (r, z, n). The biases are beta.
  public var normalisationWeight: Value?
  /// With layer normalisation, of gamma and beta [H] for an LSTM's c. The second is nil without
  /// bias.
  public var cellNormalisationWeight: Value?
  public var cellNormalisationBias: Value?
  /// With peepholes, of their weights [3·H], for i, f and o; nil without.
  public var peepholeWeight: Value?

  /// What `value` gives for each parameter, in their order: nil for those that the layer does not
  /// have, which neither weight is.
  public init<Failure: Error>(_ value: (DirectionParameter) throws(Failure) -> Value?) throws(Failure) {
    guard let inputWeight = try value(.inputWeight), let recurrentWeight = try value(.recurrentWeight) else {
      fatalError("PerDirection: no value for weight_ih or weight_hh")
    }
    (self.inputWeight, self.recurrentWeight) = (inputWeight, recurrentWeight)
    for parameter in DirectionParameter.allCases.dropFirst(2) { self[parameter] = try value(parameter) }
  }

  /// A parameter's value; nil where the layer does not have that parameter. Setting nil for a
  /// weight stops.
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

  /// The parameters that there are, in their order.
  public var all: [(parameter: DirectionParameter, value: Value)] {
    DirectionParameter.allCases.compactMap { parameter in self[parameter].map { (parameter, $0) } }
  }

  /// What `transform` makes of each value.
  public func map<Other>(_ transform: (Value) -> Other) -> PerDirection<Other> {
    PerDirection<Other> { self[$0].map(transform) }
  }

  /// What `transform` makes of each value, which it may change in place.
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

/// The parameters of one direction, or their gradients.
public typealias DirectionParameters = PerDirection<Tensor>

/// Where the gradients of one direction's parameters are added.
package typealias GradientView = PerDirection<UnsafeMutablePointer<Float>>

extension PerDirection<Tensor> {
  /// Where the elements are. Nothing else may touch them while the view is in use.
  package mutating func view() -> GradientView { mapInPlace { $0.mutableBase } }

  /// All zero.
  public init(zeros configuration: LayerConfiguration) {
    self = configuration.parameterShapes.map { Tensor(zeros: $0) }
  }

  /// Stops, naming `function`, unless every tensor has the shape that `configuration` asks for.
  package func check(_ configuration: LayerConfiguration, function: @autoclosure () -> String) {
    check(configuration.parameterShapes, function: function()) { name, mine, theirs in
      "\(name) has shape \(mine), the configuration asks for \(theirs)"
    }
  }

  /// Stops, naming `function`, unless these gradients have the shapes of `parameters`.
  package func check(gradientsOf parameters: DirectionParameters, function: @autoclosure () -> String) {
    check(parameters.map(\.shape), function: function()) { name, mine, theirs in
      "the gradient of \(name) has shape \(mine), the parameter has \(theirs)"
    }
  }

  private func check(
    _ shapes: PerDirection<Shape>, function: @autoclosure () -> String, _ message: (String, String, String) -> String
  ) {
    for parameter in DirectionParameter.allCases {
      let (mine, theirs) = (self[parameter]?.shape, shapes[parameter])
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
