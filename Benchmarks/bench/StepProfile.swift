// Step profile: where the time of a language model's training step goes.

import Foundation
import Recurrent
import Synchronization

/// The nanoseconds and operations of a backend's calls, of all threads.
private final class CallClock: BackendObserver {
  private let product = Atomic(0)
  private let step = Atomic(0)
  private let packing = Atomic(0)
  private let operations = Atomic(0)

  func observe<Result>(_ call: BackendCall, operations: Int, _ body: () -> Result) -> Result {
    let start = ContinuousClock.now
    let result = body()
    let (seconds, rest) = (ContinuousClock.now - start).components
    let nanoseconds = Int(seconds) * 1_000_000_000 + Int(rest / 1_000_000_000)
    switch call {
    case .product: product.add(nanoseconds, ordering: .relaxed)
    case .step: step.add(nanoseconds, ordering: .relaxed)
    case .packing: packing.add(nanoseconds, ordering: .relaxed)
    }
    self.operations.add(operations, ordering: .relaxed)
    return result
  }

  /// The totals so far.
  var account: StepProfile.Account {
    func seconds(_ nanoseconds: borrowing Atomic<Int>) -> Double { 1e-9 * Double(nanoseconds.load(ordering: .relaxed)) }
    return StepProfile.Account(
      products: seconds(product), steps: seconds(step), packing: seconds(packing),
      operations: Double(operations.load(ordering: .relaxed)))
  }
}

/// A training step of a language model, with an account of each stage.
///
/// Stages are told apart on the calling thread: forward between the calls of the layers, backward by
/// operations of the tape that do nothing else. Their seconds are divided into the calls of the
/// backend, on all threads, and the rest.
final class StepProfile {
  /// The stages of a step, in the order in which they are run.
  enum Stage: String, CaseIterable, Codable {
    case embedding, layers, output, loss
    case lossBackward = "loss, backward"
    case outputBackward = "output, backward"
    case layersBackward = "layers, backward"
    case embeddingBackward = "embedding, backward"
    case optimiser
  }

  /// The time of a stage.
  struct Account: Codable {
    /// Seconds from its beginning to its end.
    var seconds = 0.0
    /// Seconds of the threads, together, in matrix products, in steps of cells and in the
    /// preparation of weights.
    var products = 0.0
    var steps = 0.0
    var packing = 0.0
    /// Operations of the products.
    var operations = 0.0

    static func + (a: Account, b: Account) -> Account {
      Account(
        seconds: a.seconds + b.seconds, products: a.products + b.products, steps: a.steps + b.steps,
        packing: a.packing + b.packing, operations: a.operations + b.operations)
    }

    static prefix func - (a: Account) -> Account {
      Account(
        seconds: -a.seconds, products: -a.products, steps: -a.steps, packing: -a.packing, operations: -a.operations)
    }
  }

  private(set) var stages: [Stage: Account] = [:]
  private(set) var rounds = 0
  private let clock: CallClock
  private let model: LanguageModel
  private let optimiser: Optimiser
  private let tape: Tape
  private let tokens, targets: Indices
  private let lengths: [Int]?
  private var began: (moment: ContinuousClock.Instant, account: Account)

  init(_ problem: Problem, backend: any Backend) {
    clock = CallClock()
    let observed = ObservedBackend(base: backend, observer: clock)
    model = LanguageModel(problem)
    optimiser = Optimiser(model, Adam(), backend: observed)
    tape = Tape(backend: observed, precision: problem.precision)
    var random = RandomStream(seed: 3)
    let shape: Shape = [problem.length, problem.batch]
    func words() -> Indices { Indices.random(below: problem.words, shape: shape, using: &random) }
    (tokens, targets, lengths) = (words(), words(), problem.lengths)
    began = (.now, clock.account)
  }

  /// Runs steps for about so many seconds, after warm-up.
  func run(seconds: Double) {
    for _ in 0..<2 where Interruption.signal == 0 { step() }
    (stages, rounds) = ([:], 0)
    let start = ContinuousClock.now
    while Interruption.signal == 0, rounds < 3 || (ContinuousClock.now - start).seconds < seconds { step() }
  }

  private func step() {
    optimiser.zeroGradients()
    began = (.now, clock.account)
    // One expression, so that nothing holds an array longer than in training.
    crossEntropy(
      marked(
        model.output(
          marked(
            model.layers(marked(model.embedding(tokens, tape), .embedding, .layersBackward), lengths: lengths).output,
            .layers, .outputBackward)), .output, .lossBackward), targets
    ).backwardAfter { end(.loss) }
    end(.embeddingBackward)
    optimiser.step()
    end(.optimiser)
    rounds += 1
  }

  /// The same variable; ends a stage now, and another one when its gradient is there.
  private func marked(_ x: Variable, _ forward: Stage, _ backward: Stage) -> Variable {
    end(forward)
    return tape.record(x.value, from: [x]) { [unowned self, sink = x.sink] gradient, tape in
      end(backward)
      tape.add(gradient, to: sink)
    }
  }

  private func end(_ stage: Stage) {
    let (moment, account) = (ContinuousClock.now, clock.account)
    var passed = account + -began.account
    passed.seconds = (moment - began.moment).seconds
    stages[stage, default: Account()] = stages[stage, default: Account()] + passed
    began = (moment, account)
  }
}

extension Variable {
  fileprivate func backwardAfter(_ body: () -> Void) {
    body()
    backward()
  }
}

extension Report {
  /// The account of a step on a backend.
  struct Profile: Codable {
    let problem, backend: String
    let precision: Precision
    let rounds: Int
    /// Seconds of a step.
    let seconds: Double
    /// The share of the peak that the products of the whole step reach.
    let fraction_of_peak: Double
    let stages: [Stage]

    struct Stage: Codable {
      let stage: StepProfile.Stage
      /// The share of the step's time.
      let share: Double
      /// The shares of the stage's time, of all threads, in calls of the backend; the rest is
      /// everything else, waiting for other threads included.
      let products, steps, packing, rest: Double
      let fraction_of_peak: Double
    }

    init(_ problem: Problem, _ backend: any Backend, _ profile: StepProfile, peak: Double) {
      (self.problem, self.backend, precision) = (problem.name, backend.name, problem.precision)
      let (threads, rounds) = (Double(backend.pool.threads), profile.rounds)
      let all = profile.stages.values.reduce(StepProfile.Account(), +)
      (self.rounds, seconds) = (rounds, all.seconds / Double(rounds))
      fraction_of_peak = all.operations / all.seconds / 1e9 / peak
      stages = StepProfile.Stage.allCases.compactMap { stage in
        guard let own = profile.stages[stage] else { return nil }
        let time = own.seconds * threads
        return Stage(
          stage: stage, share: own.seconds / all.seconds, products: own.products / time, steps: own.steps / time,
          packing: own.packing / time, rest: 1 - (own.products + own.steps + own.packing) / time,
          fraction_of_peak: own.operations / own.seconds / 1e9 / peak)
      }
    }
  }

  /// A table for each account.
  func profileTables(_ profiles: [Profile], _ format: Format, width: Int?) -> String {
    func percent(_ share: Double) -> String { number(100 * share, 1) + " %" }
    return profiles.map { profile in
      let columns: [TextTable.Column] =
        [.text(""), .number("of the step")]
        + ["products", "cell steps", "packing", "the rest"].enumerated().map { .number($1, beginsGroup: $0 == 0) }
        + [.number("of peak", beginsGroup: true)]
      let rows = profile.stages.map {
        [$0.stage.rawValue] + [$0.share, $0.products, $0.steps, $0.packing, $0.rest, $0.fraction_of_peak].map(percent)
      }
      let title =
        "\(profile.backend): \(profile.problem): \(time(profile.seconds)), \(percent(profile.fraction_of_peak)) of peak"
      return aligned(columns, rows, title: title, format, width: width) + "\n"
    }.joined()
  }

  /// Comma-separated values, a line for each stage.
  func profileCSV(_ profiles: [Profile]) -> String {
    let rows = profiles.flatMap { profile in
      profile.stages.map { s in
        "\"\(profile.problem)\",\(profile.backend),\(profile.seconds),\"\(s.stage.rawValue)\",\(s.share),\(s.products),"
          + "\(s.steps),\(s.packing),\(s.rest),\(s.fraction_of_peak)"
      }
    }
    let header = "problem,backend,seconds,stage,share,products,steps,packing,rest,fraction_of_peak"
    return ([header] + rows).joined(separator: "\n") + "\n"
  }
}

extension Bench {
  /// The accounts of all problems on each backend.
  func measureProfiles() throws -> Report {
    let backends = try chosenBackends()
    let problems = inPrecisions(try problems())
    let progress = Progress(total: problems.count)
    var report = Report(
      threads: backends[0].pool.threads, progress, precisions: problems.map(\.precision), backends: backends)
    report.notes =
      precisionNotes + [
        "shares of a stage's time on all threads; the rest is everything outside the backend's calls, and waiting",
        "softmax is in the loss; gates are in cell steps, backward in the rest of the layers",
      ]
    var profiles: [Report.Profile] = []
    for problem in problems where Interruption.signal == 0 {
      progress.step(problem.name)
      for backend in backends {
        let profile = StepProfile(problem, backend: backend)
        profile.run(seconds: secondsEach)
        if Interruption.signal != 0 { break }
        profiles.append(
          Report.Profile(problem, backend, profile, peak: report.host.peak(problem.precision).all))
      }
    }
    progress.finish()
    if Interruption.signal != 0 { report.notes.append("interrupted") }
    report.profiles = profiles
    return report
  }
}
