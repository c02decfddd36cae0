// Topology findings: what `recurrent doctor` says of described machines.

import Testing
import _TestSupport

@testable import RecurrentCommand
@testable import RecurrentCore

@Suite struct TopologyFindingsTests {
  private func rows(_ machine: MachineDescription) -> [String: String] {
    let files = machine.files
    return Dictionary(
      uniqueKeysWithValues: TopologyFindings(Topology(contents: { files[$0] }, otherwise: 1)).rows)
  }

  @Test func rowsTellWhatIsShared() {
    var zen = MachineDescription(cores: 64, coresOfL3: 8)
    (zen.threads, zen.kib) = (2, (48, 1280, 32768))
    #expect(
      rows(zen) == [
        "cores": "64 cores, 128 SMT threads",
        "caches": "L1d 48 KiB; L2 1.25 MiB of each core; L3 32 MiB shared by 8 cores, 8 of them",
        "memory nodes": "1",
      ])
    zen.allowed = "3,17-19,40-41"
    #expect(rows(zen)["cores"] == "6 cores")
    #expect(rows(zen)["caches"]?.hasSuffix("; L3 32 MiB shared by 1 to 3 cores, 3 of them") == true)
    var sockets = MachineDescription(cores: 64, coresOfL3: 32)
    (sockets.nodes, sockets.kib) = (2, nil)
    #expect(
      rows(sockets) == ["cores": "64 cores", "caches": "not told by the system", "memory nodes": "2, of 32 cores"])
    var little = MachineDescription(cores: 8, coresOfL3: 8)
    (little.capacities, little.coresOfL2) = ([446, 446, 446, 446, 1024, 1024, 1024, 1024], 4)
    #expect(rows(little)["cores"] == "8 cores; 4 of them little, 44 % as fast as the others")
    #expect(
      rows(little)["caches"]
        == "L1d 32 KiB; L2 1 MiB shared by 4 cores, 2 of them; L3 32 MiB shared by 8 cores")
  }
}
