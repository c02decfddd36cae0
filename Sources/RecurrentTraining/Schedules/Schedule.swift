// Learning rates that change in the course of training.

import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the learning rate is multiplied by, as a function of a number: of steps or of epochs, from
/// 0. The values are those of PyTorch's schedulers of similar names.
public struct Schedule: Sendable {
  private let function: @Sendable (Int) -> Double

  /// From a function of the number of steps or epochs.
  public init(_ function: @escaping @Sendable (Int) -> Double) { self.function = function }

  /// What the learning rate is multiplied by at a number, from 0.
  public func factor(at number: Int) -> Float { Float(function(number)) }

  /// 1 throughout.
  public static let constant = Schedule { _ in 1 }

  /// gamma^(n / every), rounded down: `StepLR`.
  public static func step(every: Int, gamma: Double = 0.1) -> Schedule {
    require(every >= 1, "Schedule.step: every \(every) must be one or more")
    return Schedule { pow(gamma, Double($0 / every)) }
  }

  /// gammaⁿ: `ExponentialLR`.
  public static func exponential(gamma: Double) -> Schedule { Schedule { pow(gamma, Double($0)) } }

  /// From 1 to `minimum` along half a cosine of length `over`, and there it stays:
  /// `CosineAnnealingLR` up to its end. Loshchilov & Hutter 2017.
  public static func cosine(over length: Int, minimum: Double = 0) -> Schedule {
    require(length >= 1, "Schedule.cosine: the length \(length) must be one or more")
    return Schedule { minimum + (1 - minimum) * (1 + cos(.pi * Double(min($0, length)) / Double(length))) / 2 }
  }

  /// Linearly from `first` to 1 in `over` steps, `LinearLR`; from then on another schedule, which
  /// begins at 0.
  public static func warmUp(over length: Int, from first: Double = 1.0 / 3, then next: Schedule = .constant) -> Schedule
  {
    require(length >= 1, "Schedule.warmUp: the length \(length) must be one or more")
    return Schedule { $0 < length ? first + (1 - first) * Double($0) / Double(length) : next.function($0 - length) }
  }
}
