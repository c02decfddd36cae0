// Contestants: the backends, builds and peers that a measurement compares.

import Recurrent

/// A participant of a measurement.
enum Contestant {
  /// A backend in this process.
  case backend(any Backend, denormals: Bool)
  #if OpenBLAS
    /// The matrix products of the OpenBLAS backend alone, "sgemm".
    case sgemmChain(threads: Int)
  #endif
  /// Another engine.
  case peer(Peer, threads: Int)
  /// A backend of a build of this program.
  case build(Peer, backend: String, threads: Int)

  /// The name in tables.
  var name: String {
    switch self {
    case .backend(let backend, let denormals): backend.name + (denormals ? " (denormals)" : "")
    #if OpenBLAS
      case .sgemmChain: "sgemm"
    #endif
    case .peer(let peer, _): peer.name
    case .build(_, let backend, _): backend
    }
  }

  /// Whether it runs in another process.
  var isElsewhere: Bool {
    switch self {
    case .peer, .build: true
    default: false
    }
  }
}
