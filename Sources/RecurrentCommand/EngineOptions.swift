// Engine options: the backend and the number of threads.

import ArgumentParser
import Recurrent

/// The options of all commands that compute.
struct EngineOptions: ParsableArguments {
  @Option(help: "Backend: packed, openblas, swift, or auto (default: RECURRENT_BACKEND, else auto).")
  var backend: String?

  @Option(help: "Threads, 1 to 255 (default: RECURRENT_THREADS, else the cores within the container's quota).")
  var threads: Int?

  func makeBackend() throws -> any Backend { try Backends.make(backend, threads: threads) }
}
