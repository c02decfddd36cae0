// The backends of this build, and the choice among them.

import PackedBackend
import RecurrentCore
import SwiftBackend

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

#if OpenBLAS
  import OpenBLASBackend
#endif

/// The backends of this build: "packed", "openblas" (unless built without it) and "swift".
public enum Backends {
  /// What stacks use unless told otherwise: `make` with the environment's wishes, chosen once.
  public static let preferred: Result<any Backend, RecurrentError> = Result { () throws(RecurrentError) in try make() }

  /// Makes a backend.
  /// - Parameters:
  ///   - name: "packed", "openblas", "swift", or "auto" for the fastest that works here; nil for `RECURRENT_BACKEND`, else "auto".
  ///   - threads: 1...255; nil for `RECURRENT_THREADS`, else the smaller of the cores and the container's quota. More than that are not used.
  /// - Throws: `unknownBackend`, `unavailableBackend`, or `invalidOption`, saying what there is.
  public static func make(_ name: String? = nil, threads: Int? = nil) throws(RecurrentError) -> any Backend {
    try make(name, pool: ThreadPool(threads: try threadCount(threads)))
  }

  /// The same on the threads of a pool, which start.
  package static func make(_ name: String?, pool: ThreadPool) throws(RecurrentError) -> any Backend {
    pool.start()
    let name = name ?? environment("RECURRENT_BACKEND") ?? "auto"
    let candidates = known
    if name == "auto" {
      for candidate in candidates {
        if let backend = try? candidate.make(pool) { return backend }
      }
      return SwiftBackend(pool: pool)
    }
    let status = status()
    let available = status.filter { $0.reason == nil }.map(\.name) + ["auto"]
    guard let candidate = candidates.first(where: { $0.name == name }) else {
      throw .unknownBackend(
        name, available: available,
        refused: Dictionary(uniqueKeysWithValues: status.compactMap { s in s.reason.map { (s.name, $0) } }))
    }
    if let reason = status.first(where: { $0.name == name })?.reason {
      throw .unavailableBackend(name, reason: reason, available: available)
    }
    return try candidate.make(pool)
  }

  /// The known backends, fastest first, each with the reason why it cannot be used, or nil when it can.
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

  /// The number of threads that `make(threads:)` is asked for. `ThreadPool.threads` tells how many of them there are.
  public static func threadCount(_ threads: Int? = nil) throws(RecurrentError) -> Int {
    if let threads {
      guard (1...255).contains(threads) else {
        throw .invalidOption(name: "threads", value: String(threads), expected: "a whole number from 1 to 255")
      }
      return threads
    }
    guard let value = environment("RECURRENT_THREADS") else { return min(255, Machine.current.threads) }
    guard let threads = Int(value), (1...255).contains(threads) else {
      throw .invalidOption(name: "RECURRENT_THREADS", value: value, expected: "a whole number from 1 to 255")
    }
    return threads
  }

  private struct Candidate {
    let name: String
    let make: (ThreadPool) throws(RecurrentError) -> any Backend
  }

  /// Fastest first.
  private static var known: [Candidate] {
    let swift = Candidate(name: "swift") { (pool) throws(RecurrentError) in SwiftBackend(pool: pool) }
    let packed = Candidate(name: "packed") { (pool) throws(RecurrentError) in try PackedBackend(pool: pool) }
    #if OpenBLAS
      return [packed, Candidate(name: "openblas") { (pool) throws(RecurrentError) in try OpenBLASBackend(pool: pool) }, swift]
    #else
      let missing = RecurrentError.unavailableBackend(
        "openblas", reason: "this build has the package trait OpenBLAS turned off", available: [])
      return [packed, swift, Candidate(name: "openblas") { (_) throws(RecurrentError) in throw missing }]
    #endif
  }

  /// An environment variable, unless empty.
  private static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}
