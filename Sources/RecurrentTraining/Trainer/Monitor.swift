// The monitored metric, by which epochs are compared: as text and as a sign.

extension TrainingOptions.Monitor {
  /// For example "lowest loss".
  var description: String {
    switch self {
    case .lowest(let name): "lowest " + name
    case .highest(let name): "highest " + name
    }
  }

  /// The factor that makes lower values better.
  var sign: Double {
    switch self {
    case .lowest: 1
    case .highest: -1
    }
  }
}
