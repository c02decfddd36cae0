// How long this program waits for a processor that others have.

import Foundation

enum RunQueue {
  /// The seconds so far that this process's threads were ready to run, and did not: the second
  /// figure of Linux's /proc/self/task/TID/schedstat, in nanoseconds. Zero where there is no such
  /// file.
  static func waited() -> Double {
    let folder = "/proc/self/task"
    var nanoseconds = 0.0
    for thread in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      let figures =
        (try? String(contentsOfFile: "\(folder)/\(thread)/schedstat", encoding: .utf8))?.split(separator: " ") ?? []
      if figures.count > 1 { nanoseconds += Double(figures[1]) ?? 0 }
    }
    return nanoseconds * 1e-9
  }
}
