// Contestants: the backends, builds and peers that a measurement compares.

import Recurrent

/// A participant of a measurement.
struct Contestant {
  enum Engine {
    /// A backend in this process.
    case backend(any Backend, denormals: Bool)
    /// A backend that several callers use at the same time.
    case callers(any Backend, Callers)
    #if OpenBLAS
      /// The matrix products of the OpenBLAS backend alone, "sgemm".
      case sgemmChain(threads: Int)
    #endif
    /// Another engine.
    case peer(Peer, threads: Int)
    /// A backend of a build of this program.
    case build(Peer, backend: String, threads: Int)
  }

  let engine: Engine
  /// The precision in which it runs every problem; nil for the problem's own.
  var precision: Precision?

  init(_ engine: Engine, in precision: Precision? = nil) { (self.engine, self.precision) = (engine, precision) }

  /// The name in tables, without the precision.
  var name: String {
    switch engine {
    case .backend(let backend, let denormals):
      backend.name + (denormals ? " (denormals)" : "") + (backend.pool.simulation == nil ? "" : Contestant.predicted)
    case .callers(let backend, let callers): "\(backend.name) (\(callers.count) callers)"
    #if OpenBLAS
      case .sgemmChain: "sgemm"
    #endif
    case .peer(let peer, _): peer.name
    case .build(_, let backend, _): backend
    }
  }

  /// Follows the name of a backend whose speed is predicted.
  static let predicted = " predicted"

  /// Whether it runs in another process.
  var isElsewhere: Bool {
    switch engine {
    case .peer, .build: true
    default: false
    }
  }

  /// The problem as it runs it; nil if there are no such runs, in its precision or on
  /// denormal numbers.
  func version(of problem: Problem) -> Problem? {
    var own = problem
    own.precision = precision ?? problem.precision
    switch engine {
    case .backend(_, denormals: true), .callers: if !own.mode.isOfLayers { return nil }
    default: break
    }
    return own.mode.runs(in: own.precision) ? own : nil
  }
}
