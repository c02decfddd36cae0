// What the terminal at a descriptor can show, by what it says of itself and by the environment.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

package enum Terminal {
  /// Whether a line at a descriptor can be written over: it is a terminal, and TERM names one that
  /// is not "dumb".
  package static func rewritesLines(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 && rewritesLines(variable) }

  package static func rewritesLines(_ variable: (String) -> String?) -> Bool {
    variable("TERM").map { $0 != "dumb" } ?? false
  }

  /// The columns of the terminal at a descriptor: by TIOCGWINSZ, or, where that does not tell, by
  /// COLUMNS; else 80.
  package static func columns(_ descriptor: Int32) -> Int {
    var size = winsize()
    let told = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
    return columns(told: told, variable)
  }

  package static func columns(told: Int, _ variable: (String) -> String?) -> Int {
    if told > 1 { return told }
    return variable("COLUMNS").flatMap { Int($0) }.flatMap { 2...10_000 ~= $0 ? $0 : nil } ?? 80
  }

  /// Whether text may have characters beyond ASCII: the locale's encoding is UTF-8.
  package static var isUTF8: Bool { isUTF8(variable) }

  package static func isUTF8(_ variable: (String) -> String?) -> Bool {
    let locale = (variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG") ?? "").lowercased()
    return locale.contains("utf-8") || locale.contains("utf8")
  }

  /// An environment variable's value; nil for an empty one.
  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
