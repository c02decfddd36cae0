// The machine: container quotas and the cores that a process may use.

import Testing

@testable import RecurrentCore

@Suite struct MachineTests {
  private func quota(_ membership: String, _ files: [String: String]) -> Double? {
    Machine.containerQuota(membership: membership) { files[$0] }
  }

  @Test func containerQuotas() {
    #expect(quota("0::/\n", ["/sys/fs/cgroup/cpu.max": "150000 100000\n"]) == 1.5)
    #expect(quota("0::/\n", ["/sys/fs/cgroup/cpu.max": "max 100000\n"]) == nil)
    #expect(
      quota("0::/a/b\n", ["/sys/fs/cgroup/a/b/cpu.max": "max 100000\n", "/sys/fs/cgroup/a/cpu.max": "200000 100000\n"])
        == 2)
    #expect(
      quota(
        "0::/a/b\n", ["/sys/fs/cgroup/a/b/cpu.max": "50000 100000\n", "/sys/fs/cgroup/a/cpu.max": "200000 100000\n"])
        == 0.5)
    let first = [
      "/sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us": "300000\n",
      "/sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us": "100000\n",
    ]
    #expect(quota("4:cpu,cpuacct:/x\n3:memory:/x\n", first) == 3)
    #expect(
      quota(
        "4:cpu,cpuacct:/\n",
        ["/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"]) == nil)
    #expect(
      quota("0::/\n", ["/sys/fs/cgroup/cpu.max": "inf inf\n"]) == nil
        && quota("0::/\n", ["/sys/fs/cgroup/cpu.max": "1e308 1e-9\n"]) == nil)
    #expect(quota("", [:]) == nil)
    #expect(quota("nonsense\n0::/\n", ["/sys/fs/cgroup/cpu.max": "many more\n"]) == nil)
  }

  @Test func thisMachineHasCores() {
    #expect(Machine.current.cores >= 1)
    #expect((1...Machine.current.cores).contains(Machine.current.threads))
    #expect(!Machine.current.cpu.isEmpty)
  }
}
