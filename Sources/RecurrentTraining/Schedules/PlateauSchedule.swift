// The plateau schedule: lowers the learning rate when a loss stops falling.

/// Lowers the learning rate when a loss stops falling. PyTorch's `ReduceLROnPlateau`.
public struct PlateauSchedule: Sendable, Codable, Equatable {
  /// The factor of each reduction.
  public var reduction: Float
  /// The epochs without improvement after which the rate stays as it is. One more lowers it.
  public var patience: Int
  /// The share of the best loss by which a loss must be lower to count as an improvement.
  public var threshold: Float
  /// The least factor.
  public var minimum: Float
  /// The current factor of the learning rate.
  public private(set) var factor: Float = 1
  private var best: Float?
  private var waiting = 0

  /// Creates a schedule. The defaults are PyTorch's.
  public init(reduction: Float = 0.1, patience: Int = 10, threshold: Float = 1e-4, minimum: Float = 0) {
    (self.reduction, self.patience, self.threshold, self.minimum) = (reduction, patience, threshold, minimum)
  }

  /// Updates the schedule with an epoch's loss. Returns the factor of the learning rate from now
  /// on.
  @discardableResult
  public mutating func observe(_ loss: Float) -> Float {
    // A first loss that is NaN or infinite does not count as the best.
    if best.map({ loss < $0 - threshold * abs($0) }) ?? (loss < .infinity) {
      (best, waiting) = (loss, 0)
    } else {
      waiting &+= 1
      if waiting > patience { (factor, waiting) = (max(minimum, factor * reduction), 0) }
    }
    return factor
  }
}
