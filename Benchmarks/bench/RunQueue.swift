// Run queue: the time that threads of this process wait for a processor.

import Foundation

/// Linux's scheduler statistics.
enum RunQueue {
  /// The total seconds that threads of this process were runnable but not running: the second value
  /// of /proc/self/task/TID/schedstat, in nanoseconds. Zero if there is no such file.
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
