// The identity of a file, by which two paths to the same file are recognised.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A regular file, identified by device and inode.
package struct FileIdentity: Equatable {
  private let device: dev_t
  private let number: ino_t

  /// The file at a path; nil if it does not exist or is not a regular file.
  package init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    (device, number) = (status.st_dev, status.st_ino)
  }
}
