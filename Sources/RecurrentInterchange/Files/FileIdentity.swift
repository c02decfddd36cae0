// Whether two paths lead to the same file.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A regular file, by whatever path it is reached.
package struct FileIdentity: Equatable {
  private let device: dev_t
  private let number: ino_t

  /// nil for what is not there, or no regular file: a device may be read and written any number of
  /// times.
  package init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    (device, number) = (status.st_dev, status.st_ino)
  }
}
