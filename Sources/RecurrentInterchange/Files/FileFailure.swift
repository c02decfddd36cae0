// The reason why a file cannot be used.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Why a file cannot be used, in the system's words or ours.
struct FileFailure: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }

  /// What the system says of an `errno`.
  init(code: Int32, _ place: String = "") { reason = String(cString: strerror(code)) + place }
}
