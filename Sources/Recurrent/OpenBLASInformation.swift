// Information about the OpenBLAS library of this process.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

#if OpenBLAS
  import RecurrentOpenBLASBackend
#endif

/// The installed OpenBLAS, as it is configured in this process.
public struct OpenBLASInformation: Sendable {
  /// The version, for example "0.3.21".
  public let version: String
  /// OpenBLAS's description of its build.
  public let configuration: String
  /// The kernels in use, for example "SkylakeX".
  public let core: String
  /// The number of threads that it uses by default. The backend limits it to one for each of the
  /// backend's own threads.
  public let threads: Int
  /// The threading of the build: "serial", "pthreads" or "openmp".
  public let threadModel: String
  /// Whether the call that sets the number of threads has an effect.
  public let obeysThreadCalls: Bool
  /// The bits of its integers: 32 (LP64) or 64 (ILP64).
  public let integerBits: Int
  /// `OPENBLAS_CORETYPE`, which forces the choice of kernels; nil if unset.
  public let pinned: String?

  /// nil in a build without the trait OpenBLAS, and if the library is not installed.
  public static let current: OpenBLASInformation? = {
    #if OpenBLAS
      if OpenBLAS.missing != nil { return nil }
      return OpenBLASInformation(
        version: OpenBLAS.version, configuration: OpenBLAS.configuration, core: OpenBLAS.core,
        threads: OpenBLAS.threads,
        threadModel: OpenBLAS.threadModel.rawValue, obeysThreadCalls: OpenBLAS.obeysThreadCalls,
        integerBits: OpenBLAS.integerBits,
        pinned: getenv("OPENBLAS_CORETYPE").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 })
    #else
      return nil
    #endif
  }()
}
