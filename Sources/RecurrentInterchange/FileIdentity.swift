// Whether two paths lead to the same file.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file, by whatever path it is reached.
package struct FileIdentity: Equatable {
  private let device: dev_t
  private let number: ino_t

  /// nil for a file that is not there.
  package init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, number) = (status.st_dev, status.st_ino)
  }
}
