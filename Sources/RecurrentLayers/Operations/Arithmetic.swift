// Arithmetic on variables, with broadcasting.

import RecurrentCore

extension Variable {
  // Shapes are aligned at their last dimensions, as in NumPy: an extent of 1, or one that is
  // missing, is repeated.

  /// The sum of each pair of elements.
  ///
  /// Shapes are broadcast as in NumPy and PyTorch: they are aligned at the last dimension, and
  /// extents that are 1 or missing are repeated. Precondition: the shapes can be broadcast.
  public static func + (a: Variable, b: Variable) -> Variable { a.combined(with: b, .add) }
  /// The difference of each pair of elements; shapes are broadcast as for `+`.
  public static func - (a: Variable, b: Variable) -> Variable { a.combined(with: b, .subtract) }
  /// The product of each pair of elements; shapes are broadcast as for `+`.
  public static func * (a: Variable, b: Variable) -> Variable { a.combined(with: b, .multiply) }
  /// The quotient of each pair of elements; shapes are broadcast as for `+`.
  public static func / (a: Variable, b: Variable) -> Variable { a.combined(with: b, .divide) }

  /// Adds a number to each element.
  public static func + (a: Variable, b: Float) -> Variable { a + a.tape.constant(Tensor([b], shape: [])) }
  /// Subtracts a number from each element.
  public static func - (a: Variable, b: Float) -> Variable { a - a.tape.constant(Tensor([b], shape: [])) }
  /// Multiplies each element by a number.
  public static func * (a: Variable, b: Float) -> Variable { a * a.tape.constant(Tensor([b], shape: [])) }
  /// Divides each element by a number.
  public static func / (a: Variable, b: Float) -> Variable { a / a.tape.constant(Tensor([b], shape: [])) }
  /// Adds each element to a number.
  public static func + (a: Float, b: Variable) -> Variable { b.tape.constant(Tensor([a], shape: [])) + b }
  /// Subtracts each element from a number.
  public static func - (a: Float, b: Variable) -> Variable { b.tape.constant(Tensor([a], shape: [])) - b }
  /// Multiplies a number by each element.
  public static func * (a: Float, b: Variable) -> Variable { b * a }
  /// Divides a number by each element.
  public static func / (a: Float, b: Variable) -> Variable { b.tape.constant(Tensor([a], shape: [])) / b }
  /// The negative of each element.
  public static prefix func - (a: Variable) -> Variable { a * -1 }

  private enum Operation {
    case add, subtract, multiply, divide
  }

  private func combined(with other: Variable, _ operation: Operation) -> Variable {
    let runs = Broadcast(shape, other.shape, function: "Variable arithmetic")
    var result = tape.tensor(runs.shape)
    let (a, b, out) = (value.base, other.value.base, result.mutableBase)
    runs.forEach(tape.backend.pool) { run in
      let (x, y, z) = (a + run.a, b + run.b, out + run.out)
      switch operation {
      case .add: combine(x, y, z, run.count, runs.steps) { $0 + $1 }
      case .subtract: combine(x, y, z, run.count, runs.steps) { $0 - $1 }
      case .multiply: combine(x, y, z, run.count, runs.steps) { $0 * $1 }
      case .divide: combine(x, y, z, run.count, runs.steps) { $0 / $1 }
      }
    }
    withExtendedLifetime((self, other)) {}
    let keepsValues = operation == .multiply || operation == .divide
    let (left, right) = (keepsValues ? value : nil, keepsValues ? other.value : nil)
    let (leftShape, rightShape) = (shape, other.shape)
    return tape.record(result, from: [self, other]) { [sink, otherSink = other.sink] gradient, tape in
      let g = gradient.base
      let steps = runs.steps
      switch operation {
      case .add, .subtract:
        // Without broadcasting, the gradient passes unchanged.
        if leftShape == runs.shape {
          tape.add(gradient, to: sink)
        } else {
          runs.add(to: sink, leftShape, .a, tape) { run, t in t.update(from: g + run.out, count: run.count) }
        }
        if rightShape == runs.shape, operation == .add {
          tape.add(gradient, to: otherSink)
        } else {
          let sign: Float = operation == .add ? 1 : -1
          runs.add(to: otherSink, rightShape, .b, tape) { run, t in
            for k in 0..<run.count { t[k] = sign * g[run.out + k] }
          }
        }
      case .multiply:
        let (a, b) = (left!.base, right!.base)
        runs.add(to: sink, leftShape, .a, tape) { run, t in
          combine(g + run.out, b + run.b, t, run.count, (1, steps.b)) { $0 * $1 }
        }
        runs.add(to: otherSink, rightShape, .b, tape) { run, t in
          combine(g + run.out, a + run.a, t, run.count, (1, steps.a)) { $0 * $1 }
        }
      case .divide:
        let (a, b) = (left!.base, right!.base)
        runs.add(to: sink, leftShape, .a, tape) { run, t in
          combine(g + run.out, b + run.b, t, run.count, (1, steps.b)) { $0 / $1 }
        }
        runs.add(to: otherSink, rightShape, .b, tape) { run, t in
          combine(a + run.a, b + run.b, t, run.count, steps) { -$0 / ($1 * $1) }
          for k in 0..<run.count { t[k] *= g[run.out + k] }
        }
      }
      withExtendedLifetime((left, right)) {}
    }
  }
}

/// z[k] = f(x[k], y[k]); a step of 0 repeats an element.
@inline(__always)
private func combine(
  _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ z: UnsafeMutablePointer<Float>, _ count: Int,
  _ steps: (a: Int, b: Int),
  _ f: (Float, Float) -> Float
) {
  switch steps {
  case (1, 1): for k in 0..<count { z[k] = f(x[k], y[k]) }
  case (1, 0):
    let y = y[0]
    for k in 0..<count { z[k] = f(x[k], y) }
  case (0, 1):
    let x = x[0]
    for k in 0..<count { z[k] = f(x, y[k]) }
  default: z.update(repeating: f(x[0], y[0]), count: count)
  }
}
