// Files that are read: what can be said of one before it is.

import Foundation
import RecurrentCore

package enum RegularFile {
  /// A file to read, and its size in bytes. Throws for what is not there, cannot be read, or is no regular file (which might never end).
  package static func open(_ path: String) throws(RecurrentError) -> (file: FileHandle, size: Int) {
    let attributes: [FileAttributeKey: Any]
    let file: FileHandle
    do {
      attributes = try FileManager.default.attributesOfItem(atPath: (path as NSString).resolvingSymlinksInPath)
      guard attributes[.type] as? FileAttributeType == .typeRegular, let size = attributes[.size] as? Int else {
        throw RecurrentError.inputOutput(path: path, reason: "is not a regular file")
      }
      file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      return (file, size)
    } catch let error as RecurrentError {
      throw error
    } catch {
      let exists = FileManager.default.fileExists(atPath: path)
      throw .inputOutput(path: path, reason: exists ? "cannot be read: \(error.localizedDescription)" : "no such file")
    }
  }

  /// A file's bytes.
  package static func read(_ path: String) throws(RecurrentError) -> Data {
    let (file, _) = try open(path)
    return try read(file, path)
  }

  /// Up to so many bytes from where the file is read; all that there are unless told.
  package static func read(_ file: FileHandle, _ path: String, upToCount count: Int = .max) throws(RecurrentError) -> Data {
    do {
      return try (count == .max ? file.readToEnd() : file.read(upToCount: count)) ?? Data()
    } catch {
      throw .inputOutput(path: path, reason: "cannot be read: \(error.localizedDescription)")
    }
  }
}
