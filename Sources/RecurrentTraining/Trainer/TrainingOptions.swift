// The options of a training run.

/// How to train. The defaults train for ten epochs, and save nothing.
public struct TrainingOptions: Sendable {
  /// What is counted for a schedule.
  public enum ScheduleUnit: Sendable { case step, epoch }

  /// Where progress is shown.
  public enum Progress: Sendable {
    /// On standard error: a bar that moves on a terminal, a line every ten seconds elsewhere; a
    /// line for each epoch.
    case standardError
    /// Every line goes to a function.
    case lines(@Sendable (String) -> Void)
    case none
  }

  /// The figure by which epochs are compared.
  public enum Monitor: Sendable {
    case lowest(String)
    case highest(String)

    /// The figure's name.
    public var figure: String {
      switch self {
      case .lowest(let name), .highest(let name): name
      }
    }
  }

  public var epochs = 10
  /// Of dropout; that of `Batches` is given there.
  public var seed: UInt64 = 0
  /// The batches whose gradients make one parameter update: as one batch of all of them would,
  /// where the loss is a mean over what `StepResult.weight` counts. The last update of an epoch may
  /// have fewer. Steps, of schedules too, are updates; `tape.step` is another number for each
  /// batch.
  public var batchesPerStep = 1
  /// Gradients whose norm is above this are scaled down to it.
  public var clipNorm: Float?
  public var schedule = Schedule.constant
  /// What the schedule's numbers count.
  public var scheduleUnit = ScheduleUnit.step
  /// Lowers the learning rate, beside what the schedule does, when the monitored figure, one to be
  /// low, no longer falls.
  public var plateau: PlateauSchedule?
  /// The figure by which the best epoch is found; validation's where there is one.
  public var monitor = Monitor.lowest("loss")
  /// Stops after so many epochs in a row that are not better than the best one; 0 and 1 both mean
  /// the first.
  public var patience: Int?
  /// The file for the parameters after the best epoch, for example "model.safetensors". One that is
  /// there already, or its checkpoint, is an error unless `overwrites` or `resumes` says what is to
  /// be done with it.
  public var checkpoint: String?
  /// What both files say beside, in their metadata: how to make the model, for example. Keys that
  /// begin with "training" are taken.
  public var metadata: [String: String] = [:]
  /// Also saves what a resumed run needs after every so many steps; at the end of every epoch it is
  /// saved anyway.
  public var checkpointInterval: Int?
  /// A file for the figures of every epoch, a row each: "run.csv" (comma-separated values) or
  /// "run.jsonl" (a JSON object a line), by its ending. Rows are added as epochs end; a resumed run
  /// adds those that are missing. Columns: `epoch`, from 1; `rate_factor`, what the learning rate
  /// was multiplied by in the epoch's last step; `training_loss` and `training_` with every other
  /// figure's name; `validation_loss` and so on likewise. A file that is there already is an error,
  /// unless it is this run's, which is resumed, or `overwrites` is set.
  public var history: String?
  /// Goes on from where the last checkpoint was, if there is one.
  public var resumes = false
  /// Goes on with another run, of that model's file or last checkpoint, and writes to `checkpoint`
  /// from then on.
  public var resumesFrom: String?
  /// Whether a run that begins anew replaces what is at `checkpoint` already, as soon as it has
  /// something to save.
  public var overwrites = false
  public var progress = Progress.standardError
  /// Whether the first Ctrl-C (or SIGTERM) has `fit` save and return.
  public var handlesInterruption = true

  public init() {}

  /// The file that a run is resumed from: "model.last.safetensors" beside "model.safetensors",
  /// "model.last" beside "model".
  public var lastCheckpoint: String? { checkpoint.map { RunFiles(model: $0).last } }
}
