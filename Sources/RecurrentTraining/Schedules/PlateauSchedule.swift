// The plateau schedule: lowers the learning rate when a loss stops improving.

/// Lowers the learning rate when a loss no longer falls: PyTorch's `ReduceLROnPlateau`.
public struct PlateauSchedule: Sendable, Codable, Equatable {
  /// What the rate is multiplied by each time.
  public var reduction: Float
  /// The epochs without improvement that are borne; one more, and the rate falls.
  public var patience: Int
  /// A loss below the best one by this share of it is an improvement.
  public var threshold: Float
  /// The least factor.
  public var minimum: Float
  /// What the rate is multiplied by now.
  public private(set) var factor: Float = 1
  private var best: Float?
  private var waiting = 0

  public init(reduction: Float = 0.1, patience: Int = 10, threshold: Float = 1e-4, minimum: Float = 0) {
    (self.reduction, self.patience, self.threshold, self.minimum) = (reduction, patience, threshold, minimum)
  }

  /// Tells it an epoch's loss; returns what the learning rate is to be multiplied by from now on.
  @discardableResult
  public mutating func observe(_ loss: Float) -> Float {
    // A first loss that is NaN or infinite is no best one.
    if best.map({ loss < $0 - threshold * abs($0) }) ?? (loss < .infinity) {
      (best, waiting) = (loss, 0)
    } else {
      waiting &+= 1
      if waiting > patience { (factor, waiting) = (max(minimum, factor * reduction), 0) }
    }
    return factor
  }
}
