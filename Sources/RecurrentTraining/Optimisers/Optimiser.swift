// The optimiser: applies update rules to parameters, and clips gradients. PyTorch's `torch.optim`.

import RecurrentCore
import RecurrentInterchange
import RecurrentLayers
import Synchronization

/// Applies update rules to parameters, and keeps their moments. PyTorch's `torch.optim.Optimizer`.
///
/// ```swift
/// let optimiser = Optimiser(model, Adam(learningRate: 2e-3), backend: backend)
/// loss.backward()
/// optimiser.clipGradients(toNorm: 5)
/// optimiser.step()
/// optimiser.zeroGradients()
/// ```
public final class Optimiser: CustomStringConvertible {
  /// Parameters that share an update rule: a learning rate and weight decay of their own. PyTorch's
  /// `param_groups`.
  public struct Group {
    /// The parameters. No name and no parameter is in two groups of an optimiser.
    public let parameters: [NamedParameter]
    /// The update rule.
    public var rule: any UpdateRule

    /// Creates a group.
    public init(_ parameters: [NamedParameter], _ rule: any UpdateRule) {
      (self.parameters, self.rule) = (parameters, rule)
    }
  }

  /// The groups of parameters.
  public var groups: [Group]
  /// The factor of every group's learning rate, which schedules set.
  public var rateFactor: Float = 1
  private let pool: ThreadPool
  private let kernels: any UpdateKernels
  /// The moments of each parameter, by its name.
  private var states: [String: State] = [:]

  /// The number of updates of a parameter, and its moments.
  private struct State {
    var step = 0
    var moments: [Tensor]
  }

  /// Creates an optimiser. A parameter with two names within a group is updated under the first.
  /// Precondition: no name and no parameter is in two groups.
  public init(_ groups: [Group], backend: any Backend) {
    pool = backend.pool
    kernels = backend.dense as? any UpdateKernels ?? SwiftDenseKernels()
    var (names, parameters) = (Set<String>(), Set<ObjectIdentifier>())
    self.groups = groups.map { group in
      let others = parameters
      // A parameter with two names is updated under the first.
      return Group(
        group.parameters.filter { named in
          require(names.insert(named.name).inserted, "Optimiser: the name '\(named.name)' occurs twice")
          let identity = ObjectIdentifier(named.parameter)
          require(!others.contains(identity), "Optimiser: the parameter '\(named.name)' is in two groups")
          return parameters.insert(identity).inserted
        }, group.rule)
    }
  }

  /// Creates an optimiser with one rule for all parameters of a model.
  public convenience init(_ model: some Module, _ rule: some UpdateRule, backend: any Backend) {
    self.init([Group(model.parameters, rule)], backend: backend)
  }

  private var parameters: [Parameter] { groups.flatMap { $0.parameters.map(\.parameter) } }

  /// Updates every parameter that has a gradient.
  /// - Returns: the name of the first parameter that is not finite afterwards, or of its moment
  ///   ("NAME.MOMENT"); nil if all are finite.
  @discardableResult
  public func step() -> String? {
    var nonFinite: String?
    for group in groups {
      let rule = group.rule
      let rate = rule.learningRate * rateFactor
      // Others keep their precision, and what is prepared of them.
      for named in group.parameters where named.parameter.gradient != nil {
        named.parameter.update { value, gradient in
          guard let gradient else { return }
          var state =
            states.removeValue(forKey: named.name)
            ?? State(moments: rule.moments.map { _ in Tensor(repeating: rule.initialMoment, shape: value.shape) })
          state.step += 1
          let target = value.mutableBase
          let moments = state.moments.indices.map { state.moments[$0].mutableBase }
          let checked = [target] + moments
          let isFinite = Atomic(true)
          pool.forEachPart(of: value.count, least: 16_384, grain: 16) { part, _ in
            // In blocks, which are still in the cache when they are checked.
            for first in stride(from: part.lowerBound, to: part.upperBound, by: Optimiser.block) {
              let count = min(Optimiser.block, part.upperBound - first)
              rule.update(
                UpdateElements(
                  value: target, gradient: gradient.base, moments: moments, elements: first..<first + count,
                  kernels: kernels),
                step: state.step, rate: rate)
              if !checked.allSatisfy({ kernels.areFinite($0 + first, count: count) }) {
                isFinite.store(false, ordering: .relaxed)
              }
            }
          }
          if nonFinite == nil, !isFinite.load(ordering: .relaxed) {
            let moment = zip(rule.moments, state.moments).first { !$1.isFinite }
            nonFinite = value.isFinite ? moment.map { "\(named.name).\($0.0)" } : named.name
          }
          states[named.name] = state
        }
      }
    }
    return nonFinite
  }

  /// Resets the gradients of all parameters. To be called before those of the next step are added.
  public func zeroGradients() { for parameter in parameters { parameter.zeroGradient() } }

  /// The Euclidean norm of all gradients together, summed in Double. The bits do not depend on the
  /// number of threads.
  public func gradientNorm() -> Float {
    var total = 0.0
    for parameter in parameters {
      guard let gradient = parameter.gradient else { continue }
      let blocks = (gradient.count + Optimiser.block - 1) / Optimiser.block
      var sums = [Double](repeating: 0, count: blocks)
      sums.withUnsafeMutableBufferPointer { sums in
        let sums = sums.baseAddress!
        pool.forEachPart(of: blocks, least: 8) { part, _ in
          for block in part {
            let first = block * Optimiser.block
            sums[block] = sumOfSquares(gradient.base + first, min(Optimiser.block, gradient.count - first))
          }
        }
      }
      total += sums.reduce(0, +)
    }
    return Float(total.squareRoot())
  }

  /// The elements of a block.
  private static let block = 8192

  /// Multiplies all gradients by max / norm if their norm is above `max`. Pascanu, Mikolov & Bengio
  /// 2013; PyTorch's `clip_grad_norm_`. Gradients that are not finite stay as they are. Returns the
  /// norm before clipping.
  @discardableResult
  public func clipGradients(toNorm max: Float) -> Float {
    let norm = gradientNorm()
    if norm > max, norm.isFinite {
      let factor = max / (norm + 1e-6)
      changeGradients { $0 * factor }
    }
    return norm
  }

  /// Limits every element of every gradient to -max...max. PyTorch's `clip_grad_value_`.
  public func clipGradients(toValue max: Float) { changeGradients { $0 > max ? max : $0 < -max ? -max : $0 } }

  /// Divides all gradients by a number.
  func divideGradients(by divisor: Float) { changeGradients { $0 / divisor } }

  private func changeGradients(_ change: (Float) -> Float) {
    for parameter in parameters {
      parameter.changeGradient { base, count in
        pool.forEachPart(of: count, least: 65_536) { part, _ in
          for k in part { base[k] = change(base[k]) }
        }
      }
    }
  }

  // MARK: State

  /// The rules with their settings, and the number of parameters of each.
  public var description: String {
    groups.map { "\($0.rule) for \($0.parameters.count) parameters" }.joined(separator: "; ")
  }

  /// The highest number of updates of a parameter.
  var steps: Int { states.values.map(\.step).max() ?? 0 }

  /// Adds the moments and step counts to a file, under `prefix`, the parameter's name and PyTorch's
  /// name of the moment.
  public func save(to file: inout Safetensors, prefix: String = "optimiser.") {
    for group in groups {
      for named in group.parameters {
        guard let state = states[named.name] else { continue }
        for (name, moment) in zip(group.rule.moments, state.moments) {
          file.set("\(prefix)\(named.name).\(name)", moment)
        }
        file.set("\(prefix)\(named.name).step", [state.step])
      }
    }
  }

  /// Restores moments and step counts. Throws, and changes nothing, if one is missing, has the
  /// wrong shape, or is not finite.
  public func load(from file: Safetensors, prefix: String = "optimiser.") throws(RecurrentError) {
    var loaded: [String: State] = [:]
    for group in groups {
      for named in group.parameters where file.contains("\(prefix)\(named.name).step") {
        var state = State(moments: [])
        for name in group.rule.moments {
          state.moments.append(try file.finiteTensor("\(prefix)\(named.name).\(name)", shape: named.parameter.shape))
        }
        guard let step = try file.integers("\(prefix)\(named.name).step").first, step >= 0, step < .max else {
          throw .invalidFile(path: file.path, reason: "tensor '\(prefix)\(named.name).step' holds no number of steps")
        }
        state.step = step
        loaded[named.name] = state
      }
    }
    states = loaded
  }
}

/// Σ x², in Double.
private func sumOfSquares(_ x: UnsafePointer<Float>, _ count: Int) -> Double {
  var partial = SIMD8<Double>(repeating: 0)
  let whole = count & ~7
  for k in stride(from: 0, to: whole, by: 8) {
    let v = SIMD8<Double>(UnsafeRawPointer(x + k).loadUnaligned(as: SIMD8<Float>.self))
    partial += v * v
  }
  var total = partial.sum()
  for k in whole..<count { total += Double(x[k]) * Double(x[k]) }
  return total
}
