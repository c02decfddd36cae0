// Recurrent networks in Double, written for clarity alone: what every backend is held to.

import RecurrentCore
import RecurrentLayers

/// A stack with its inputs and the gradients from above, all in Double. `loss` is the sum of every
/// output and final state times the gradient given for it, so that its derivatives are the
/// gradients that a backward pass must give.
public struct Oracle {
  public let configuration: RecurrentStack.Configuration
  public let steps: Int
  public let batch: Int
  public let lengths: [Int]?
  /// By name: "input", "h0", "c0", and the parameters by PyTorch's names.
  public var variables: [String: [Double]] = [:]
  /// By name: "output", "hn", "cn".
  public var upstream: [String: [Double]] = [:]
  /// For a stack of one layer.
  public var regularisation: RecurrentRegularisation? { didSet { tabulate() } }
  /// m [D, B, O], and the shares of the new values: of h [T, B, D, O], of c [T, B, D, H]; nil where
  /// they are 1.
  private var mask: [Double]?
  private var hiddenShares: [Double]?
  private var cellShares: [Double]?

  /// Random parameters, inputs and gradients; an initial state of zeros unless asked for.
  public init(
    _ configuration: RecurrentStack.Configuration, steps: Int, batch: Int, lengths: [Int]? = nil,
    initialState: Bool = true, seed: UInt64 = 1
  ) {
    self.configuration = configuration
    self.steps = steps
    self.batch = batch
    self.lengths = lengths
    var stream = RandomStream(seed: seed)
    /// Floats, so that a backend computes on the same numbers.
    func random(_ count: Int, _ scale: Float) -> [Double] {
      (0..<count).map { _ in Double(stream.uniform(in: -scale...scale)) }
    }
    let c = configuration
    let slots = c.layers * c.directions
    variables["input"] = random(steps * batch * c.inputSize, 1)
    let scale = 1.5 / Float(c.hiddenSize).squareRoot()
    for slot in 0..<slots {
      for (parameter, shape) in c.layer(slot / c.directions).parameterShapes.all {
        let initial = Double(parameter.constantInitialValue ?? 0)
        variables[parameter.rawValue + c.suffix(slot: slot)] = random(shape.count, scale).map {
          Double(Float(initial + $0))
        }
      }
    }
    variables["h0"] =
      initialState ? random(slots * batch * c.outputSize, 1) : Array(repeating: 0, count: slots * batch * c.outputSize)
    variables["c0"] =
      initialState ? random(slots * batch * c.hiddenSize, 1) : Array(repeating: 0, count: slots * batch * c.hiddenSize)
    upstream["output"] = random(steps * batch * c.directions * c.outputSize, 1)
    upstream["hn"] = random(slots * batch * c.outputSize, 1)
    upstream["cn"] = random(slots * batch * c.hiddenSize, 1)
  }

  private mutating func tabulate() {
    let layer = configuration.layer(0)
    mask = regularisation?.recurrentMask.map { $0.elements.map(Double.init) }
    func shares(_ state: RecurrentRegularisation.Zoneout.State) -> [Double]? {
      guard let zoneout = regularisation?.zoneout else { return nil }
      let probability = Double(state == .hidden ? zoneout.hidden : zoneout.cell)
      let size = state == .hidden ? layer.outputSize : layer.hiddenSize
      if !zoneout.isTraining {
        return Array(repeating: 1 - probability, count: steps * batch * layer.directions * size)
      }
      if probability == 0 { return nil }
      return (0..<steps).flatMap { time in
        (0..<batch).flatMap { row in
          (0..<layer.directions).flatMap {
            zoneout.newShares(state, time: time, row: row, batch: batch, direction: $0, of: layer).map(Double.init)
          }
        }
      }
    }
    (hiddenShares, cellShares) = (shares(.hidden), shares(.cell))
  }

  public struct Result {
    public var output: [Double]
    public var hn: [Double]
    public var cn: [Double]
  }

  public func run() -> Result {
    let c = configuration
    let (H, O, D) = (c.hiddenSize, c.outputSize, c.directions)
    var x = variables["input"]!
    var result = Result(output: [], hn: variables["h0"]!, cn: variables["c0"]!)
    for layer in 0..<c.layers {
      let I = c.layer(layer).inputSize
      var y = [Double](repeating: 0, count: steps * batch * D * O)
      for direction in 0..<D {
        let slot = layer * D + direction
        let suffix = c.suffix(slot: slot)
        let (w, u) = (variables["weight_ih" + suffix]!, variables["weight_hh" + suffix]!)
        let zero = [Double](repeating: 0, count: c.cell.gates * H)
        let (b, bu) = (variables["bias_ih" + suffix] ?? zero, variables["bias_hh" + suffix] ?? zero)
        let projection = variables["weight_hr" + suffix]
        let gamma = variables["weight_ln" + suffix]
        for row in 0..<batch {
          let length = lengths?[row] ?? steps
          let (hBase, cBase) = ((slot * batch + row) * O, (slot * batch + row) * H)
          for step in 0..<length {
            let time = direction == 1 ? length - 1 - step : step
            let input = Array(x[(time * batch + row) * I..<(time * batch + row + 1) * I])
            let h = Array(result.hn[hBase..<hBase + O])
            // What enters the recurrent products.
            let masked = mask.map { m in h.indices.map { m[(direction * batch + row) * O + $0] * h[$0] } } ?? h
            let place = (time * batch + row) * D + direction
            /// The products of a gate's rows of the weights, without bias.
            func wx(_ gate: Int) -> [Double] { (gate * H..<(gate + 1) * H).map { Oracle.dot(w, $0, input) } }
            func uh(_ gate: Int, _ h: [Double]) -> [Double] { (gate * H..<(gate + 1) * H).map { Oracle.dot(u, $0, h) } }
            /// The sum of products, normalised where the layer is, and the biases of a gate.
            func sum(_ block: Int, _ parts: [[Double]], _ biases: [[Double]], _ gate: Int) -> [Double] {
              var total = parts.dropFirst().reduce(parts[0]) { zip($0, $1).map { $0 + $1 } }
              if let gamma { total = zip(Oracle.normalised(total), gamma[block * H..<(block + 1) * H]).map { $0 * $1 } }
              return total.indices.map { j in biases.reduce(total[j]) { $0 + $1[gate * H + j] } }
            }
            var new = [Double](repeating: 0, count: H)
            switch c.cell {
            case .elman(let nonlinearity):
              new = sum(0, [wx(0), uh(0, masked)], [b, bu], 0).map { ElmanCell.forward($0, nonlinearity) }
            case .lstm:
              let a = (0..<4).map { sum($0, [wx($0), uh($0, masked)], [b, bu], $0) }
              let cell = Array(result.cn[cBase..<cBase + H])
              let next = (0..<H).map {
                LSTMCell.forward(
                  LSTMCell.Gates(i: a[0][$0], f: a[1][$0], g: a[2][$0], o: a[3][$0]), previousCell: cell[$0])
              }
              new = next.map(\.hidden)
              if let cellGamma = variables["weight_lc" + suffix] {
                let cellBeta = variables["bias_lc" + suffix] ?? zero
                let normalised = Oracle.normalised(next.map(\.cell))
                new = (0..<H).map { next[$0].gates.o * Double.tanh(cellGamma[$0] * normalised[$0] + cellBeta[$0]) }
              }
              for j in 0..<H {
                let share = cellShares?[place * H + j] ?? 1
                result.cn[cBase + j] = (1 - share) * cell[j] + share * next[j].cell
              }
            case .lstmVariant(let variant):
              let cell = Array(result.cn[cBase..<cBase + H])
              let a = (0..<4).map { sum($0, [wx($0), uh($0, masked)], [b, bu], $0) }
              let p = variables["weight_ph" + suffix] ?? [Double](repeating: 0, count: 3 * H)
              let next = (0..<H).map {
                LSTMVariantCell(variant).forward(
                  LSTMCell.Gates(i: a[0][$0], f: a[1][$0], g: a[2][$0], o: a[3][$0]), previousCell: cell[$0],
                  (p[$0], p[H + $0], p[2 * H + $0]))
              }
              new = next.map(\.hidden)
              for j in 0..<H {
                let share = cellShares?[place * H + j] ?? 1
                result.cn[cBase + j] = (1 - share) * cell[j] + share * next[j].cell
              }
            case .gru(.after):
              let q = sum(0, [uh(2, masked)], [bu], 2)
              let r = sum(1, [wx(0), uh(0, masked)], [b, bu], 0).map(GRUCell.gate)
              let z = sum(2, [wx(1), uh(1, masked)], [b, bu], 1).map(GRUCell.gate)
              let n = sum(3, [wx(2)], [b], 2)
              new = (0..<H).map { GRUCell.state(candidate: n[$0] + r[$0] * q[$0], z: z[$0], previous: h[$0]).hidden }
            case .gru(.before):
              let r = sum(0, [wx(0), uh(0, masked)], [b, bu], 0).map(GRUCell.gate)
              let z = sum(1, [wx(1), uh(1, masked)], [b, bu], 1).map(GRUCell.gate)
              let n = sum(2, [wx(2), uh(2, zip(r, masked).map { $0 * $1 })], [b, bu], 2)
              new = (0..<H).map { GRUCell.state(candidate: n[$0], z: z[$0], previous: h[$0]).hidden }
            }
            if let projection { new = (0..<O).map { Oracle.dot(projection, $0, new) } }
            for j in 0..<O {
              let share = hiddenShares?[place * O + j] ?? 1
              new[j] = (1 - share) * h[j] + share * new[j]
              result.hn[hBase + j] = new[j]
              y[(time * batch + row) * D * O + direction * O + j] = new[j]
            }
          }
        }
      }
      x = y
    }
    result.output = x
    return result
  }

  /// With mean 0 and variance 1, but for the constant that keeps the variance away from 0.
  private static func normalised(_ x: [Double]) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return x.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
  }

  private static func dot(_ matrix: [Double], _ row: Int, _ vector: [Double]) -> Double {
    var sum = 0.0
    for k in vector.indices { sum += matrix[row * vector.count + k] * vector[k] }
    return sum
  }

  public func loss() -> Double {
    let result = run()
    func sum(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    return sum(result.output, upstream["output"]!) + sum(result.hn, upstream["hn"]!)
      + (configuration.cell.hasCellState ? sum(result.cn, upstream["cn"]!) : 0)
  }

  /// The derivative of the loss by each element of a variable, by central differences.
  public func gradient(_ name: String) -> [Double] {
    var moved = self
    let step = 1e-5
    return variables[name]!.indices.map { index in
      let value = variables[name]![index]
      moved.variables[name]![index] = value + step
      let up = moved.loss()
      moved.variables[name]![index] = value - step
      let down = moved.loss()
      moved.variables[name]![index] = value
      return (up - down) / (2 * step)
    }
  }

  // MARK: The same on a backend

  private func tensor(_ values: [Double], _ shape: Shape) -> Tensor { Tensor(values.map(Float.init), shape: shape) }

  public func stack(_ backend: any Backend) -> RecurrentStack {
    let c = configuration
    let parameters = (0..<c.layers * c.directions).map { slot in
      let shapes = c.layer(slot / c.directions).parameterShapes
      return DirectionParameters { parameter in
        shapes[parameter].map { tensor(variables[parameter.rawValue + c.suffix(slot: slot)]!, $0) }
      }
    }
    return RecurrentStack(c, parameters: parameters, backend: backend)
  }

  private func state(_ hidden: [Double], _ cell: [Double]) -> RecurrentState {
    let c = configuration
    let slots = c.layers * c.directions
    return RecurrentState(
      hidden: tensor(hidden, [slots, batch, c.outputSize]),
      cell: c.cell.hasCellState ? tensor(cell, [slots, batch, c.hiddenSize]) : nil)
  }

  private func edge(_ tensor: Tensor) -> Tensor { configuration.batchFirst ? tensor.transposedOuter() : tensor }

  public var input: Tensor { edge(tensor(variables["input"]!, [steps, batch, configuration.inputSize])) }
  public var initialState: RecurrentState { state(variables["h0"]!, variables["c0"]!) }
  public var outputGradient: Tensor {
    edge(tensor(upstream["output"]!, [steps, batch, configuration.directions * configuration.outputSize]))
  }
  public var stateGradient: RecurrentState { state(upstream["hn"]!, upstream["cn"]!) }

  /// Everything that a backend computes, time-major, by name: "output", "hn", "cn", and the
  /// gradients by the variables' names.
  public func results(_ backend: any Backend, training: Bool = true) -> [String: Tensor] {
    let stack = stack(backend)
    let inference = stack(input, lengths: lengths, state: initialState, regularisation: regularisation)
    var results = ["output": edge(inference.output), "hn": inference.state.hidden]
    results["cn"] = inference.state.cell
    guard training else { return results }
    let tape = SavedStackActivations(for: stack)
    let forward = stack.forward(
      input, lengths: lengths, state: initialState, regularisation: regularisation, saved: tape)
    results["training output"] = edge(forward.output)
    results["training hn"] = forward.state.hidden
    results["training cn"] = forward.state.cell
    var gradients = stack.zeroGradients()
    let below = stack.backward(
      tape, outputGradient: outputGradient, stateGradient: stateGradient, gradients: &gradients)
    results["d input"] = edge(below.input!)
    results["d h0"] = below.state.hidden
    results["d c0"] = below.state.cell
    for (slot, gradient) in gradients.enumerated() {
      for (parameter, tensor) in gradient.all {
        results["d " + parameter.rawValue + configuration.suffix(slot: slot)] = tensor
      }
    }
    return results
  }
}

/// max|a - b| / max(1, max|b|), as FIXTURES.md and PyTorch's tests measure it; NaN when a or b has
/// one.
public func deviation(_ a: Tensor, _ b: [Double]) -> Double {
  if a.count != b.count { return .infinity }
  var (difference, scale) = (0.0, 1.0)
  for (x, y) in zip(a.elements, b) {
    let d = abs(Double(x) - y)
    if d.isNaN { return .nan }
    difference = max(difference, d)
    scale = max(scale, abs(y))
  }
  return difference / scale
}

public func deviation(_ a: Tensor, _ b: Tensor) -> Double { deviation(a, b.elements.map(Double.init)) }

/// Whether two tensors are the same to the bit.
public func sameBits(_ a: Tensor, _ b: Tensor) -> Bool {
  a.shape == b.shape && zip(a.elements, b.elements).allSatisfy { $0.bitPattern == $1.bitPattern }
}
