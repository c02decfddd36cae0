// The monitored metric, by which epochs are compared.

extension TrainingOptions.Monitor {
  var name: String {
    switch self {
    case .lowest(let name), .highest(let name): name
    }
  }

  /// "lowest loss"
  var description: String {
    switch self {
    case .lowest(let name): "lowest " + name
    case .highest(let name): "highest " + name
    }
  }

  /// What a figure is multiplied by to be low when it is good.
  var sign: Double {
    switch self {
    case .lowest: 1
    case .highest: -1
    }
  }
}
