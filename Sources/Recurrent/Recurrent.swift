// The module that programs import: the whole library, and initialisers with the default backend.

@_exported import RecurrentCore
@_exported import RecurrentInterchange
@_exported import RecurrentLayers
@_exported import RecurrentPlots
@_exported import RecurrentText
@_exported import RecurrentTraining

extension RecurrentStack {
  /// Creates a stack on the default backend, `Backends.preferred`, with PyTorch's initialisation
  /// drawn from `seed` and rounded to `precision`.
  ///
  /// ```swift
  /// let lstm = try RecurrentStack(.init(cell: .lstm, inputSize: 64, hiddenSize: 256))
  /// ```
  ///
  /// Throws `RecurrentError` if one of `Backends.variables` has an invalid value.
  public init(_ configuration: Configuration, seed: UInt64 = 0, precision: Precision = .float32) throws(RecurrentError)
  {
    self.init(configuration, seed: seed, backend: try Backends.preferred.get(), precision: precision)
  }
}

extension Tape {
  /// Creates a tape on the default backend, `Backends.preferred`. Throws `RecurrentError` if one of
  /// `Backends.variables` has an invalid value.
  public convenience init(_ mode: Mode = .training, seed: UInt64 = 0, precision: Precision = .float32)
    throws(RecurrentError)
  {
    self.init(mode, seed: seed, backend: try Backends.preferred.get(), precision: precision)
  }
}

extension Optimiser {
  /// Creates an optimiser with one rule for all parameters of a model, on the threads of the
  /// default backend, `Backends.preferred`. Throws `RecurrentError` if one of `Backends.variables`
  /// has an invalid value.
  public convenience init(_ model: some Module, _ rule: some UpdateRule) throws(RecurrentError) {
    self.init(model, rule, backend: try Backends.preferred.get())
  }
}

extension Trainer {
  /// Creates a trainer with one rule for all parameters, on the default backend,
  /// `Backends.preferred`. Throws `RecurrentError` if one of `Backends.variables` has an invalid
  /// value.
  public convenience init(_ model: Model, _ rule: some UpdateRule, _ options: TrainingOptions = TrainingOptions())
    throws(RecurrentError)
  {
    self.init(model, rule, options, backend: try Backends.preferred.get())
  }
}
