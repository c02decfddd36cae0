// The backends of this build, and the choice of one at run time.

import RecurrentNativeKernels
import RecurrentPackedBackend
import RecurrentCore
import RecurrentSwiftBackend

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

#if OpenBLAS
  import RecurrentOpenBLASBackend
#endif

/// The backends of this build: "packed", "openblas" (unless built without it) and "swift".
public enum Backends {
  /// The default backend: `make()`, chosen once for the process.
  public static let preferred: Result<any Backend, RecurrentError> = Result { () throws(RecurrentError) in try make() }

  /// The environment variables that choose a backend, its threads and whether they are pinned, and the
  /// instruction set of its kernels.
  public static let variables = ["RECURRENT_BACKEND", "RECURRENT_THREADS", "RECURRENT_PIN", "RECURRENT_ISA"]

  /// Throws `RecurrentError.invalidOption` if one of `variables` has an invalid value. `make` calls
  /// this first.
  package static func checkEnvironment() throws(RecurrentError) {
    if let name = environment("RECURRENT_BACKEND"), !names.contains(name) { throw .wrongBackend(name, names) }
    _ = try threadCount()
    _ = try pinsThreads()
    _ = try InstructionSet.chosen()
  }

  /// Makes a backend.
  /// - Parameters:
  ///   - name: "packed", "openblas", "swift", or "auto" for the fastest that works here; nil means
  ///     `RECURRENT_BACKEND`, otherwise "auto".
  ///   - threads: the number of threads, 1...255; nil means `RECURRENT_THREADS`, otherwise the
  ///     smaller of the physical cores and the container's quota. No more than there are processors
  ///     are used.
  /// - Returns: the backend.
  /// - Throws: `RecurrentError.unknownBackend`, `unavailableBackend` or `invalidOption`, which list
  ///   the valid values.
  public static func make(_ name: String? = nil, threads: Int? = nil) throws(RecurrentError) -> any Backend {
    try make(name, pool: ThreadPool(threads: try threadCount(threads), isPinned: try pinsThreads()))
  }

  /// Makes a backend on a thread pool, which is started.
  package static func make(_ name: String?, pool: ThreadPool) throws(RecurrentError) -> any Backend {
    try checkEnvironment()
    pool.start()
    let variable = environment("RECURRENT_BACKEND")
    let name = name ?? variable ?? "auto"
    if name == "auto" {
      for candidate in known {
        if let backend = try? candidate.make(pool) { return backend }
      }
      return SwiftBackend(pool: pool)
    }
    if let candidate = known.first(where: { $0.name == name }) {
      do throws(RecurrentError) {
        return try candidate.make(pool)
      } catch {
        guard case .unavailableBackend(_, let reason, _) = error else { throw error }
        if name == variable { throw .wrongBackend(name, available, but: "; this one cannot be used: \(reason)") }
        throw .unavailableBackend(name, reason: reason, available: available)
      }
    }
    throw .unknownBackend(
      name, available: available,
      refused: Dictionary(uniqueKeysWithValues: status().compactMap { s in s.reason.map { (s.name, $0) } }))
  }

  /// The names that `make` accepts.
  private static var names: [String] { known.map(\.name) + ["auto"] }

  /// The names of the backends that work here, and "auto".
  private static var available: [String] { status().filter { $0.reason == nil }.map(\.name) + ["auto"] }

  /// The names of all known backends, fastest first, each with the reason why it cannot be used;
  /// nil if it can.
  public static func status() -> [(name: String, reason: String?)] {
    known.map { candidate in
      do throws(RecurrentError) {
        _ = try candidate.make(ThreadPool(threads: 1))
        return (candidate.name, nil)
      } catch {
        if case .unavailableBackend(_, let reason, _) = error { return (candidate.name, reason) }
        return (candidate.name, error.description)
      }
    }
  }

  /// The instruction set of the native kernels, and those available here, narrowest first. It is
  /// the widest available one or that of `RECURRENT_ISA`. Throws `RecurrentError.invalidOption` if
  /// the variable has an invalid value.
  package static func instructionSets() throws(RecurrentError) -> (chosen: String, available: [String]) {
    (try InstructionSet.chosen().rawValue, InstructionSet.available.map(\.rawValue))
  }

  /// The number of threads that `make(threads:)` requests. `ThreadPool.threads` is the number it
  /// gets. Throws `RecurrentError.invalidOption` if the argument or `RECURRENT_THREADS` is not in
  /// 1...255.
  package static func threadCount(_ threads: Int? = nil) throws(RecurrentError) -> Int {
    if let threads {
      guard (1...255).contains(threads) else {
        throw .invalidOption(name: "threads", value: String(threads), expected: "a whole number from 1 to 255")
      }
      return threads
    }
    guard let value = environment("RECURRENT_THREADS") else { return min(255, Topology.current.defaultThreads) }
    guard let threads = Int(value), (1...255).contains(threads) else {
      throw .invalidOption(name: "RECURRENT_THREADS", value: value, expected: "a whole number from 1 to 255")
    }
    return threads
  }

  /// Whether `RECURRENT_PIN` asks for threads that each stay on one core. Throws
  /// `RecurrentError.invalidOption` if it is neither 0 nor 1.
  package static func pinsThreads() throws(RecurrentError) -> Bool {
    switch environment("RECURRENT_PIN") {
    case nil, "0": false
    case "1": true
    case let value?: throw .invalidOption(name: "RECURRENT_PIN", value: value, expected: "0 or 1")
    }
  }

  /// A backend that may be available.
  private struct Candidate {
    let name: String
    let make: (ThreadPool) throws(RecurrentError) -> any Backend
  }

  /// All backends, fastest first.
  private static var known: [Candidate] {
    let swift = Candidate(name: "swift") { (pool) throws(RecurrentError) in SwiftBackend(pool: pool) }
    let packed = Candidate(name: "packed") { (pool) throws(RecurrentError) in try PackedBackend(pool: pool) }
    #if OpenBLAS
      return [
        packed, Candidate(name: "openblas") { (pool) throws(RecurrentError) in try OpenBLASBackend(pool: pool) }, swift,
      ]
    #else
      let missing = RecurrentError.unavailableBackend(
        "openblas", reason: "this build has the package trait OpenBLAS turned off", available: [])
      return [packed, swift, Candidate(name: "openblas") { (_) throws(RecurrentError) in throw missing }]
    #endif
  }

  /// The value of an environment variable; nil if it is unset or empty.
  package static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}

extension RecurrentError {
  /// `RECURRENT_BACKEND` has a value that is not one of `names`.
  fileprivate static func wrongBackend(_ name: String, _ names: [String], but reason: String = "") -> RecurrentError {
    .invalidOption(
      name: "RECURRENT_BACKEND", value: name,
      expected: names.dropLast().joined(separator: ", ") + " or " + names.last! + reason)
  }
}
