// What there is to know about the OpenBLAS of this process, whether or not there is one.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

#if OpenBLAS
  import RecurrentOpenBLASBackend
#endif

/// The OpenBLAS that is installed, as it is set up in this process.
public struct OpenBLASInformation: Sendable {
  /// For example "0.3.21".
  public let version: String
  /// What it says about its own build.
  public let configuration: String
  /// The kernels in use, for example "SkylakeX".
  public let core: String
  /// The threads that it would use by itself. The backend holds it to one for each of its own
  /// threads.
  public let threads: Int
  /// "serial", "pthreads" or "openmp".
  public let threadModel: String
  /// Whether it obeys the call that sets its number of threads.
  public let obeysThreadCalls: Bool
  /// 32 (LP64) or 64 (ILP64).
  public let integerBits: Int
  /// `OPENBLAS_CORETYPE`: the kernels that the environment holds it to, whatever the processor has;
  /// nil when unset.
  public let pinned: String?

  /// nil in a build without the trait OpenBLAS, and where the library is not installed.
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
