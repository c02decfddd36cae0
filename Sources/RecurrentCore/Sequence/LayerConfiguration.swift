// The cell and sizes of a recurrent layer, its parameters and its state.

/// The cell and sizes of one layer, in one direction or both.
public struct LayerConfiguration: Sendable, Hashable {
  public var cell: Cell
  /// I: the features of an input.
  public var inputSize: Int
  /// H: the hidden units.
  public var hiddenSize: Int
  /// The size that an LSTM's output is projected to (Sak, Senior & Beaufays 2014); nil without a projection.
  public var projectionSize: Int?
  public var bias: Bool
  public var bidirectional: Bool
  /// Whether the sums of the gates, and what an LSTM's h sees of c, are normalised over the hidden units (Ba, Kiros & Hinton 2016).
  public var layerNorm: Bool

  /// Stops on sizes below zero (`inputSize`) or one (the others), and on a projection for another cell than the LSTM.
  public init(
    cell: Cell, inputSize: Int, hiddenSize: Int, projectionSize: Int? = nil, bias: Bool = true, bidirectional: Bool = false,
    layerNorm: Bool = false
  ) {
    require(inputSize >= 0, "LayerConfiguration: inputSize \(inputSize) must be zero or more")
    require(hiddenSize >= 1, "LayerConfiguration: hiddenSize \(hiddenSize) must be one or more")
    if let projectionSize {
      require(cell.hasCellState, "LayerConfiguration: only an LSTM can have a projection")
      require(projectionSize >= 1, "LayerConfiguration: projectionSize \(projectionSize) must be one or more")
    }
    self.cell = cell
    self.inputSize = inputSize
    self.hiddenSize = hiddenSize
    self.projectionSize = projectionSize
    self.bias = bias
    self.bidirectional = bidirectional
    self.layerNorm = layerNorm
  }

  public var directions: Int { bidirectional ? 2 : 1 }

  /// O: the features of one direction's hidden state, `projectionSize` or `hiddenSize`.
  public var outputSize: Int { projectionSize ?? hiddenSize }

  /// The floating-point operations of the matrix products for `rows` valid steps, the customary measure:
  /// 2 · gates · H · (I + O) per row and direction (and 2 · H · O for a projection); three times that for training.
  public func operations(rows: Int, training: Bool) -> Double {
    var perRow = 2 * Double(cell.gates * hiddenSize) * Double(inputSize + outputSize)
    if let projectionSize { perRow += 2 * Double(hiddenSize * projectionSize) }
    return perRow * Double(rows * directions) * (training ? 3 : 1)
  }
}

/// The parameters of one direction of one layer, or their gradients. G is the number of gates.
public struct DirectionParameters: Sendable, Equatable {
  /// [G·H, I], PyTorch's `weight_ih`.
  public var inputWeight: Tensor
  /// [G·H, O], PyTorch's `weight_hh`.
  public var recurrentWeight: Tensor
  /// [G·H], PyTorch's `bias_ih`; nil without bias.
  public var inputBias: Tensor?
  /// [G·H], PyTorch's `bias_hh`; nil without bias.
  public var recurrentBias: Tensor?
  /// [O, H], PyTorch's `weight_hr`; nil without projection.
  public var projectionWeight: Tensor?
  /// "weight_ln" [N·H], with `layerNorm`: gamma of the N = 1 sums of an Elman cell, the four of an LSTM (i, f, g, o), the four of a GRU with
  /// the reset after the product (U h of n; r; z; W x of n) or the three of one with the reset before it (r, z, n). The biases are beta.
  public var normalisationWeight: Tensor?
  /// "weight_lc" and "bias_lc" [H], with `layerNorm`: gamma and beta of an LSTM's c. The second is nil without bias.
  public var cellNormalisationWeight: Tensor?
  public var cellNormalisationBias: Tensor?

  /// All zero.
  public init(zeros configuration: LayerConfiguration) { self.init(configuration) { Tensor(zeros: $0) } }

  /// What `tensor` gives for the shape of each, in PyTorch's order.
  package init(_ configuration: LayerConfiguration, _ tensor: (Shape) -> Tensor) {
    let shapes = configuration.parameterShapes
    inputWeight = tensor(shapes[0].shape)
    recurrentWeight = tensor(shapes[1].shape)
    for (_, path, shape) in shapes.dropFirst(2) { self[keyPath: path] = tensor(shape) }
  }

  /// Both weights and the parameters that there are, by PyTorch's name without its suffix, in PyTorch's order.
  public var named: [(name: String, tensor: Tensor)] {
    LayerConfiguration.parameterPaths.compactMap { name, path in self[keyPath: path].map { (name, $0) } }
  }

  /// Stops, naming `function`, unless every tensor has the shape that `configuration` asks for.
  package func check(_ configuration: LayerConfiguration, function: @autoclosure () -> String) {
    for ((name, path), theirs) in zip(LayerConfiguration.parameterPaths, configuration.possibleShapes) {
      let mine = self[keyPath: path]?.shape
      require(
        mine == theirs,
        "\(function()): \(name) has shape \(mine?.description ?? "none"), the configuration asks for \(theirs?.description ?? "none")")
    }
  }

  /// Stops, naming `function`, unless these gradients have the shapes of `parameters`.
  package func check(gradientsOf parameters: DirectionParameters, function: @autoclosure () -> String) {
    for (name, path) in LayerConfiguration.parameterPaths {
      let (mine, theirs) = (self[keyPath: path]?.shape, parameters[keyPath: path]?.shape)
      require(
        mine == theirs,
        "\(function()): the gradient of \(name) has shape \(mine?.description ?? "none"), the parameter has \(theirs?.description ?? "none")")
    }
  }

  fileprivate var anyInputWeight: Tensor? {
    get { inputWeight }
    set { inputWeight = newValue! }
  }

  fileprivate var anyRecurrentWeight: Tensor? {
    get { recurrentWeight }
    set { recurrentWeight = newValue! }
  }
}

extension LayerConfiguration {
  public typealias ParameterPath = WritableKeyPath<DirectionParameters, Tensor?> & Sendable

  /// PyTorch's names of all the parameters there can be, without their suffix, in PyTorch's order; then those of layer normalisation,
  /// which PyTorch does not have.
  fileprivate static let parameterPaths: [(name: String, path: ParameterPath)] = [
    ("weight_ih", \.anyInputWeight), ("weight_hh", \.anyRecurrentWeight), ("bias_ih", \.inputBias),
    ("bias_hh", \.recurrentBias), ("weight_hr", \.projectionWeight), ("weight_ln", \.normalisationWeight),
    ("weight_lc", \.cellNormalisationWeight), ("bias_lc", \.cellNormalisationBias),
  ]

  /// What parameters begin with that are not drawn at random: gamma with ones, beta with zeros.
  public static let constantInitialValues: [String: Float] = ["weight_ln": 1, "weight_lc": 1, "bias_lc": 0]

  /// Their shapes, in the same order; nil for those that the layer does not have.
  fileprivate var possibleShapes: [Shape?] {
    let rows = cell.gates * hiddenSize
    let normalisesCell = layerNorm && cell.hasCellState
    return [
      [rows, inputSize], [rows, outputSize], bias ? [rows] : nil, bias ? [rows] : nil,
      projectionSize.map { [$0, hiddenSize] }, layerNorm ? [cell.layout.sums.count * hiddenSize] : nil,
      normalisesCell ? [hiddenSize] : nil, normalisesCell && bias ? [hiddenSize] : nil,
    ]
  }

  /// The parameters of one direction: PyTorch's name without its suffix, where it is kept, and its shape.
  public var parameterShapes: [(name: String, path: ParameterPath, shape: Shape)] {
    zip(LayerConfiguration.parameterPaths, possibleShapes).compactMap { known, shape in
      shape.map { (known.name, known.path, $0) }
    }
  }
}

/// The state of a stack between steps. L layers in D directions; slot layer·D + direction.
public struct RecurrentState: Sendable, Equatable {
  /// h: [L·D, B, O].
  public var hidden: Tensor
  /// c: [L·D, B, H]; nil unless the cell is an LSTM.
  public var cell: Tensor?

  public init(hidden: Tensor, cell: Tensor? = nil) {
    self.hidden = hidden
    self.cell = cell
  }
}
