// What a trainer imports: the whole engine, and the choice of its backend.

@_exported import RecurrentCore
@_exported import RecurrentInterchange
@_exported import RecurrentLayers
@_exported import RecurrentPlots
@_exported import RecurrentText
@_exported import RecurrentTraining

extension RecurrentStack {
  /// A stack on the backend that `Backends.preferred` chooses, with PyTorch's initialisation drawn
  /// from `seed`.
  ///
  /// ```swift
  /// let lstm = try RecurrentStack(.init(cell: .lstm, inputSize: 64, hiddenSize: 256))
  /// ```
  /// Throws when an environment variable asks for what there is not.
  public init(_ configuration: Configuration, seed: UInt64 = 0) throws(RecurrentError) {
    self.init(configuration, seed: seed, backend: try Backends.preferred.get())
  }
}

extension Tape {
  /// A tape on the backend that `Backends.preferred` chooses. Throws when an environment variable
  /// asks for what there is not.
  public convenience init(_ mode: Mode = .training, seed: UInt64 = 0) throws(RecurrentError) {
    self.init(mode, seed: seed, backend: try Backends.preferred.get())
  }
}

extension Optimiser {
  /// One rule for all parameters of a model, on the threads of that backend.
  public convenience init(_ model: some Module, _ rule: some UpdateRule) throws(RecurrentError) {
    self.init(model, rule, backend: try Backends.preferred.get())
  }
}

extension Trainer {
  /// One rule for all parameters, on the backend that `Backends.preferred` chooses.
  public convenience init(_ model: Model, _ rule: some UpdateRule, _ options: TrainingOptions = TrainingOptions())
    throws(RecurrentError)
  {
    self.init(model, rule, options, backend: try Backends.preferred.get())
  }
}
