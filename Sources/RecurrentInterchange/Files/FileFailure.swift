// The reason why a file cannot be used.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An error of a file operation, as text.
struct FileFailure: Error {
  let reason: String

  /// An error with a text of our own.
  init(_ reason: String) { self.reason = reason }

  /// The system's text of an `errno`, followed by `place`.
  init(code: Int32, _ place: String = "") { reason = String(cString: strerror(code)) + place }
}
