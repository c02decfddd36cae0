// Options of a training run.

import RecurrentCore

/// Options of a training run. By default it has ten epochs and saves nothing.
public struct TrainingOptions: Sendable {
  /// What the schedule counts.
  public enum ScheduleUnit: Sendable {
    /// Parameter updates.
    case step
    /// Epochs.
    case epoch
  }

  /// Where progress is shown.
  public enum Progress: Sendable {
    /// Standard error: a progress bar on a terminal, otherwise a line every ten seconds; and a line
    /// for each epoch.
    case standardError
    /// A function that receives each line.
    case lines(@Sendable (String) -> Void)
    /// Nowhere.
    case none
  }

  /// The metric by which epochs are compared.
  public enum Monitor: Sendable {
    /// The metric of this name; lower is better.
    case lowest(String)
    /// The metric of this name; higher is better.
    case highest(String)

    /// The metric's name.
    public var metric: String {
      switch self {
      case .lowest(let name), .highest(let name): name
      }
    }
  }

  /// The number of epochs.
  public var epochs = 10
  /// The precision of the products with parameters, in training and in validation: float32 or
  /// bfloat16. Parameters, moments, losses and files are float32 in both.
  public var precision = Precision.float32
  /// The seed of dropout. `Batches` have a seed of their own.
  public var seed: UInt64 = 0
  /// The batches whose gradients are accumulated for one parameter update.
  ///
  /// - The result is that of one batch of all of them, if the loss is a mean over what
  ///   `StepResult.weight` counts.
  /// - The last update of an epoch may have fewer batches.
  /// - Steps, those of schedules included, are updates; `Tape.step` counts batches.
  public var batchesPerStep = 1
  /// The norm to which larger gradients are scaled down; nil for no clipping.
  public var clipNorm: Float?
  /// The learning-rate schedule.
  public var schedule = Schedule.constant
  /// Whether the schedule counts steps or epochs.
  public var scheduleUnit = ScheduleUnit.step
  /// Lowers the learning rate, in addition to the schedule, when the monitored metric stops
  /// improving; nil for never.
  public var plateau: PlateauSchedule?
  /// The metric that determines the best epoch: that of validation if there is validation.
  public var monitor = Monitor.lowest("loss")
  /// Early stopping: the number of epochs in a row without improvement after which training stops;
  /// nil for never. 0 and 1 both mean the first.
  public var patience: Int?
  /// The file for the parameters after the best epoch, for example "model.safetensors". An existing
  /// file, or its checkpoint, is an error unless `overwrites` or `resumes` is set.
  public var checkpoint: String?
  /// Metadata for both files, for example how to create the model. Keys that begin with "training"
  /// are reserved.
  public var metadata: [String: String] = [:]
  /// The number of steps after which the checkpoint is also saved within an epoch; nil for at the
  /// end of epochs only.
  public var checkpointInterval: Int?
  /// A file for the metrics of every epoch: "run.csv" (comma-separated values) or "run.jsonl" (a
  /// JSON object per line).
  ///
  /// - Columns: `epoch`, from 1; `rate_factor`, the factor of the learning rate in the epoch's last
  ///   step; `training_loss`, `training_` with each other metric's name; `validation_loss` and so
  ///   on.
  /// - A row is added at the end of each epoch. A resumed run adds missing rows.
  /// - An existing file is an error, unless it is that of the resumed run, or `overwrites` is set.
  public var history: String?
  /// Whether to continue the run of the last checkpoint at `checkpoint`, if there is one.
  public var resumes = false
  /// The model's file or last checkpoint of another run to continue. Results are written to
  /// `checkpoint`.
  public var resumesFrom: String?
  /// Whether a new run replaces existing files, as soon as it has something to save.
  public var overwrites = false
  /// Where progress is shown.
  public var progress = Progress.standardError
  /// Whether the first Ctrl-C (or SIGTERM) makes `fit` save and return.
  public var handlesInterruption = true

  /// Creates the default options.
  public init() {}

  /// The file from which a run is resumed: "model.last.safetensors" beside "model.safetensors",
  /// "model.last" beside "model".
  public var lastCheckpoint: String? { checkpoint.map { RunFiles(model: $0).last } }
}
