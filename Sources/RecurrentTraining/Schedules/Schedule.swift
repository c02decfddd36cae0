// Learning-rate schedules: step, exponential, cosine, warm-up.

import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A learning-rate schedule: the factor of the learning rate as a function of the number of steps
/// or epochs, from 0. Factors are those of PyTorch's schedulers, `torch.optim.lr_scheduler`.
public struct Schedule: Sendable {
  private let function: @Sendable (Int) -> Double

  /// Creates a schedule from a function of the number of steps or epochs.
  public init(_ function: @escaping @Sendable (Int) -> Double) { self.function = function }

  /// The factor after `number` steps or epochs.
  public func factor(at number: Int) -> Float { Float(function(number)) }

  /// The factor 1 throughout.
  public static let constant = Schedule { _ in 1 }

  /// gamma^⌊n / every⌋. PyTorch's `StepLR`.
  public static func step(every: Int, gamma: Double = 0.1) -> Schedule {
    require(every >= 1, "Schedule.step: every \(every) must be one or more")
    return Schedule { pow(gamma, Double($0 / every)) }
  }

  /// gammaⁿ. PyTorch's `ExponentialLR`.
  public static func exponential(gamma: Double) -> Schedule { Schedule { pow(gamma, Double($0)) } }

  /// Falls from 1 to `minimum` along half a cosine of `length` steps, then stays there. PyTorch's
  /// `CosineAnnealingLR` up to its end. Loshchilov & Hutter 2017.
  public static func cosine(over length: Int, minimum: Double = 0) -> Schedule {
    require(length >= 1, "Schedule.cosine: the length \(length) must be one or more")
    return Schedule { minimum + (1 - minimum) * (1 + cos(.pi * Double(min($0, length)) / Double(length))) / 2 }
  }

  /// Rises linearly from `first` to 1 over `length` steps, PyTorch's `LinearLR`, then follows
  /// `next` from its step 0.
  public static func warmUp(over length: Int, from first: Double = 1.0 / 3, then next: Schedule = .constant) -> Schedule
  {
    require(length >= 1, "Schedule.warmUp: the length \(length) must be one or more")
    return Schedule { $0 < length ? first + (1 - first) * Double($0) / Double(length) : next.function($0 - length) }
  }
}
