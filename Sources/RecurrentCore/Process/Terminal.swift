// Terminals: what the terminal of a descriptor can show.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The capabilities of the terminal at a descriptor, by the system and the environment.
package enum Terminal {
  /// Whether the descriptor is a terminal that can rewrite a line: TERM is set and is not "dumb".
  package static func rewritesLines(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 && rewritesLines(variable) }

  /// Whether the terminal that TERM names can rewrite a line. `variable` reads an environment
  /// variable.
  package static func rewritesLines(_ variable: (String) -> String?) -> Bool {
    variable("TERM").map { $0 != "dumb" } ?? false
  }

  /// The width in columns of the terminal at a descriptor: by TIOCGWINSZ, or by COLUMNS if that
  /// does not tell, else 80.
  package static func columns(_ descriptor: Int32) -> Int {
    var size = winsize()
    let told = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
    return columns(told: told, variable)
  }

  /// The width that the system tells, if above 1; else COLUMNS, if in 2...10,000; else 80.
  package static func columns(told: Int, _ variable: (String) -> String?) -> Int {
    if told > 1 { return told }
    return variable("COLUMNS").flatMap { Int($0) }.flatMap { 2...10_000 ~= $0 ? $0 : nil } ?? 80
  }

  /// Whether output may have characters beyond ASCII: the locale's encoding is UTF-8.
  package static var isUTF8: Bool { isUTF8(variable) }

  /// Whether LC_ALL, LC_CTYPE or LANG, the first that is set, names the encoding UTF-8.
  package static func isUTF8(_ variable: (String) -> String?) -> Bool {
    let locale = (variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG") ?? "").lowercased()
    return locale.contains("utf-8") || locale.contains("utf8")
  }

  /// The value of an environment variable; nil if it is unset or empty.
  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
