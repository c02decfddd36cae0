// Fuzz targets of `bench`: options, baselines, and answers of peers.

#if DEBUG
  import Foundation
  @testable import RecurrentBench

  extension FuzzTarget {
    static let benchOptions = FuzzTarget(
      name: "bench-options", share: 20, format: .lines(UInt8(ascii: ",")),
      words: [
        "--help", "--", "--counts", "--serve", "deepbench", "gate", "grid", "streaming", "--filter", "(a+)+b", "[",
      ]
    ) {
      [
        [
          "--cells", "lstm,gru", "--modes", "inference,training", "--hidden", "64,128", "--batch", "1,8", "--lengths",
          "16", "--threads", "2", "--seconds", "0.5",
        ],
        ["--suite", "deepbench", "--limit", "10", "--format", "json", "--output", "o", "--filter", "lstm.*"],
        ["--save-baseline", "b.json", "--tolerance", "0.2"], ["--check", "b.json", "--counts"],
        ["--compare", "other", "--layers", "2", "--bidirectional"],
      ].map { Array($0.joined(separator: "\n").utf8) }
    } reader: { _ in
      { parse(Bench.self, $0) { _ in } }
    }

    /// Files of `bench --save-baseline`.
    static let baselineFile = FuzzTarget(
      name: "bench-baseline", share: 20, format: .json, words: ["lstm", "training", "packed", "seconds"]
    ) {
      let counts = """
        {"schema":1,"threads":1,"entries":[{"problem":{"cell":"lstm","mode":"inference","input":64,"hidden":64,\
        "batch":16,"length":4,"layers":1,"bidirectional":false,"ragged":false,"deepbench":false},"backends":{"packed":{\
        "counts":{"allocations":0,"products":5,"operations":2621440,"workspace_bytes":70000}}}}]}
        """
      let host = #""host":{"cpu":"x","isa":"avx2","kernels":"avx2","openblas":"Haswell","build":"release"},"entries""#
      let series =
        #"{"rounds":[\#([String](repeating: "1e-3", count: Gate.rounds).joined(separator: ","))],"least":1e-3}"#
      let timed = counts.replacingOccurrences(of: "\"entries\"", with: host)
        .replacingOccurrences(of: #"{"problem""#, with: #"{"peak":\#(series),"bandwidth":\#(series),"problem""#)
        .replacingOccurrences(of: #""packed":{"#, with: #""packed":{"seconds":\#(series),"#)
      return [counts, timed].map { Array($0.utf8) }
    } reader: { folder in
      { input in
        let path = folder + "/baseline.json"
        try input.write(to: URL(fileURLWithPath: path))
        let baseline = try Baseline(contentsOf: path)
        try baseline.write(to: path)
        let again = try Baseline(contentsOf: path)
        if again.entries.map(\.problem) != baseline.entries.map(\.problem) {
          fail("a baseline written and read again has other problems")
        }
      }
    }

    /// Answers of a peer, one per line.
    static let peer = FuzzTarget(
      name: "bench-peer", share: 20, format: .lines(UInt8(ascii: ",")),
      words: ["{\"ready\":true}", "{\"seconds\":1e999}", "null", "[]"]
    ) {
      [
        Array(
          #"""
          {"name":"other","version":"1"}
          {"ready":true}
          {"seconds":0.25}
          {"turns":[0.05,0.06],"waited":0.001}
          {"counts":{"allocations":0,"products":5,"operations":100,"workspace_bytes":7}}
          {"rounds":{"peak":{"rounds":[1],"least":1},"bandwidth":{"rounds":[1],"least":1},\#
          "seconds":[{"rounds":[1],"least":1}],"waited":0,"timed":1}}
          """#.utf8)
      ]
    } reader: { folder in
      { input in
        try input.write(to: URL(fileURLWithPath: folder + "/answers"))
        let peer = Peer(command: "cat '\(folder)/answers'", taken: ["packed"])
        if peer.failure == nil,
          peer.setUp(Problem(cell: .lstm, mode: .inference, input: 4, hidden: 4, batch: 1, length: 2), threads: 1)
        {
          _ = (
            peer.run(5, wake: 0), peer.turns(2, of: 1, wake: 0), peer.counts(),
            peer.rounds(on: ["packed"], seconds: 0.1, least: 3)
          )
        }
        peer.end()
        _ = peer.notes
      }
    }
  }
#endif
