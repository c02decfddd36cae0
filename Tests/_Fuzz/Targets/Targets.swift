// The list of all fuzz targets. A new target is a file in this folder and an entry here.

extension FuzzTarget {
  static var all: [FuzzTarget] {
    let targets = [safetensors, fixture] + models + [checkpoint] + data + [baselines, predictions, texts, environment]
    #if DEBUG
      // What only a build for testing shows.
      return targets + [options, benchOptions, cgroup, topology, baselineFile, peer]
    #else
      return targets
    #endif
  }
}
