// The readers that are fed. A new reader is a file beside this one, and a line here.

extension FuzzTarget {
  static var all: [FuzzTarget] {
    let targets = [safetensors, fixture] + models + [checkpoint] + data + [baselines, predictions, texts, environment]
    #if DEBUG
      // What only a build for testing shows.
      return targets + [options, benchOptions, cgroup, baselineFile, peer]
    #else
      return targets
    #endif
  }
}
