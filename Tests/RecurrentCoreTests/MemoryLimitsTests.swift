// Memory limits: the tightest limit is found, and a computation that does not fit throws an error.

import Testing

@testable import RecurrentCore

@Suite struct MemoryLimitsTests {
  private func physical(_ files: [String: String]) -> MemoryLimits? {
    MemoryLimits.physicalLimits { files[$0] }.tightest
  }

  @Test func theTightestLimitCounts() {
    let memory = "MemTotal:       8000000 kB\nMemAvailable:   2000000 kB\nSwapFree:        500000 kB\n"
    #expect(
      physical(["/proc/meminfo": memory]) == MemoryLimits(free: 2_560_000_000, limit: "this machine's free memory"))
    // cgroup v2, within another group. The page cache counts as free.
    let second = [
      "/proc/meminfo": memory, "/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/b/memory.max": "max\n",
      "/sys/fs/cgroup/a/memory.max": "1000000000\n", "/sys/fs/cgroup/a/memory.current": "700000000\n",
      "/sys/fs/cgroup/a/memory.stat": "anon 5\ninactive_file 150000000\nactive_file 50000000\n",
    ]
    #expect(physical(second) == MemoryLimits(free: 500_000_000, limit: "the container's limit is 1.0 GB"))
    let first = [
      "/proc/meminfo": memory, "/proc/self/cgroup": "4:memory:/x\n0::/\n",
      "/sys/fs/cgroup/memory/x/memory.limit_in_bytes": "300000000\n",
      "/sys/fs/cgroup/memory/x/memory.usage_in_bytes": "400000000\n",
      "/sys/fs/cgroup/memory/x/memory.stat": "total_active_file 1000\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    ]
    #expect(physical(first) == MemoryLimits(free: 0, limit: "the container's limit is 300 MB"))
    #expect(physical([:]) == nil)
  }

  @Test func limitsOfAddressSpaceCountWhatIsMapped() {
    func limits(space: Int?, data: Int?) -> MemoryLimits? {
      MemoryLimits.resourceLimits({ $0 == .addressSpace ? space : data }, pageSize: 4096) { _ in
        "1000 10 10 1 0 500 0\n"
      }.tightest
    }
    #expect(limits(space: nil, data: nil) == nil)
    #expect(
      limits(space: 10_000_000, data: nil) == MemoryLimits(free: 10_000_000 - 4_096_000, limit: "`ulimit -v` is 10 MB"))
    #expect(limits(space: 10_000_000, data: 3_000_000) == MemoryLimits(free: 952_000, limit: "`ulimit -d` is 3.0 MB"))
    #expect(limits(space: 4096, data: nil)?.free == 0)
  }

  @Test func whatDoesNotFitIsAnErrorWithTheNumbers() {
    let limits = MemoryLimits(free: 2_000_000_000, limit: "the container's limit is 4.0 GB")
    #expect(throws: Never.self) { try limits.check(2_000_000_000, for: "training", advice: "") }
    let error = #expect(throws: RecurrentError.self) {
      try limits.check(14_700_000_000, for: "training", advice: "a smaller batch takes less")
    }
    #expect(
      error?.description
        == "training needs about 14 GB of memory, but 2.0 GB are left (the container's limit is 4.0 GB); "
        + "a smaller batch takes less"
    )
  }

  @Test func thisProcessHasMemoryLeft() {
    #expect(MemoryLimits.current().free > 0 && !MemoryLimits.current().limit.isEmpty)
  }

  @Test func bytesAreToldInThreeDigits() {
    #expect(
      [999, 1500, 20_000_000, 999_900_000, 1_000_000_000].map(MemoryLimits.text(ofBytes:)) == [
        "999 bytes", "1.5 kB", "20 MB", "999 MB", "1.0 GB",
      ])
  }
}
