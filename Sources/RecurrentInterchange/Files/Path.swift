// File paths: folder and last component, as POSIX's `dirname` and `basename`.

/// Operations on paths as bytes, without the file system. Foundation's `NSString` traps on paths of
/// one character on Linux, and a slash before a combining mark is not a `Character`.
package enum Path {
  /// The folder: "a" of "a/b", "." of "b", "/" of "/b". Trailing slashes are ignored.
  package static func folder(of path: String) -> String { parts(path).folder }

  /// The last component: "b" of "a/b" and of "a/b//", "/" of "/", "." of "".
  package static func name(of path: String) -> String { parts(path).name }

  /// The last component without its extension: "b" of "a/b.txt", ".b" of "a/.b".
  package static func stem(of path: String) -> String {
    let name = name(of: path)
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")),
      name.utf8[..<dot].contains(where: { $0 != UInt8(ascii: ".") })
    else { return name }
    return String(Substring(name.utf8[..<dot]))
  }

  /// The extension of the last name, without its dot: "txt" of "a/b.txt"; empty of "b" and of
  /// "a/.b".
  package static func fileExtension(of path: String) -> String {
    String(Substring(name(of: path).utf8.dropFirst(stem(of: path).utf8.count + 1)))
  }

  private static func parts(_ path: String) -> (folder: String, name: String) {
    let slash = UInt8(ascii: "/")
    let bytes = path.utf8
    guard let last = bytes.lastIndex(where: { $0 != slash }) else { return bytes.isEmpty ? (".", ".") : ("/", "/") }
    let kept = bytes[...last]
    guard let cut = kept.lastIndex(of: slash) else { return (".", String(Substring(kept))) }
    let name = String(Substring(kept[kept.index(after: cut)...]))
    guard let end = kept[..<cut].lastIndex(where: { $0 != slash }) else { return ("/", name) }
    return (String(Substring(kept[...end])), name)
  }
}
