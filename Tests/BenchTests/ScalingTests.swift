// The suite "scaling": a row for each number of threads, relative to one thread.

import Foundation
import Recurrent
import RecurrentCore
import Testing
import _TestSupport

@testable import RecurrentBench

@Suite struct ScalingTests {
  private static let small = [
    "--suite", "scaling", "--hidden", "8", "--batch", "3", "--lengths", "4", "--seconds", "0", "--backends", "swift",
  ]
  /// The numbers of threads of `--threads 2,1`, of which a machine may have room for one.
  private static let two = Array(1...min(2, Machine.current.threads))

  private struct Output: Decodable {
    struct Peak: Decodable { let threads: Int, precision: String, gflops: Double }
    struct Result: Decodable {
      struct Seconds: Decodable { let median: Double }
      let cell, mode, backend: String
      let threads: Int
      let seconds: Seconds
      let gflops, fraction_of_peak, speedup, efficiency: Double
    }
    let notes: [String]
    let thread_peaks: [Peak]
    let results: [Result]
  }

  private func output(_ options: [String], status: Int32 = 0) throws -> Output {
    let result = try runProduct("bench", Self.small + options + ["--format", "json"])
    #expect(result.status == status, "\(result.errors)")
    return try JSONDecoder().decode(Output.self, from: Data(result.output.utf8))
  }

  @Test func threadsArePowersOfTwoAndTheCores() {
    #expect(Bench.threadCounts(upTo: 1) == [1])
    #expect(Bench.threadCounts(upTo: 2) == [1, 2])
    #expect(Bench.threadCounts(upTo: 6) == [1, 2, 4, 6])
    #expect(Bench.threadCounts(upTo: 64) == [1, 2, 4, 8, 16, 32, 64])
    for cores in 1...255 {
      let counts = Bench.threadCounts(upTo: cores)
      #expect(counts.first == 1 && counts.last == cores && zip(counts, counts.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @Test func speedsAreRelativeToOneThread() throws {
    let output = try output(["--threads", "2,1"])
    #expect(output.notes.isEmpty == (Self.two.count == 2))
    // Two cells and two modes.
    #expect(output.results.map(\.threads) == Array(repeating: Self.two, count: 4).flatMap { $0 })
    #expect(Set(output.results.map { "\($0.cell) \($0.mode)" }).count == 4)
    #expect(output.thread_peaks.map(\.threads) == Self.two)
    var one = 0.0
    for result in output.results {
      if result.threads == 1 { one = result.seconds.median }
      let peak = try #require(output.thread_peaks.first { $0.threads == result.threads }).gflops
      for (value, expected) in [
        (result.speedup, one / result.seconds.median), (result.efficiency, result.speedup / Double(result.threads)),
        (result.fraction_of_peak, result.gflops / peak),
      ] {
        #expect(abs(value / expected - 1) < 1e-9)
      }
    }
  }

  /// One thread is measured whatever is asked for, and no more threads than there is room for.
  @Test func oneThreadIsAlwaysMeasured() throws {
    let output = try output(["--threads", "255", "--cells", "gru", "--modes", "inference"])
    let most = min(255, Machine.current.threads)
    #expect(output.results.map(\.threads) == (most == 1 ? [1] : [1, most]))
    #expect(output.notes.contains { $0.hasPrefix("--threads 255: no more than") } == (most < 255))
  }

  /// Predictions stand in the rows of their numbers of threads, beside measurements where there are
  /// any, and relate to one measured thread.
  @Test func predictionsAreForMoreThreadsThanThereAre() throws {
    let options = ["--threads", "1", "--cells", "lstm", "--modes", "training", "--simulate", "2,200"]
    let output = try output(["--hidden", "64", "--lengths", "16", "--batch", "40"] + options)
    #expect(output.results.map(\.threads) == [1, 2, 200])
    #expect(output.results.map(\.backend) == ["swift", "swift predicted", "swift predicted"])
    let peak = try #require(output.thread_peaks.first { $0.threads == 1 }).gflops
    #expect(output.thread_peaks.first { $0.threads == 200 }?.gflops == 200 * peak)
    let times = output.results.map(\.seconds.median)
    #expect(times.allSatisfy { $0 > 0 })
    #expect(abs(output.results[1].speedup - times[0] / times[1]) < 1e-9)
  }

  @Test(arguments: ["table", "markdown", "csv"]) func aRowHasOneNumberOfThreads(_ format: String) throws {
    let result = try runProduct(
      "bench", Self.small + ["--threads", "1,2", "--cells", "gru", "--modes", "training", "--format", format])
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n").map(String.init)
    if format == "csv" {
      #expect(lines.count == 1 + Self.two.count && lines[0].hasSuffix(",vocabulary,speedup,efficiency"))
      #expect(lines.dropFirst().allSatisfy { $0.split(separator: ",").count >= 20 })
      return
    }
    #expect(result.output.contains("GRU training: hidden 8, input 8, batch 3, length 4\n"))
    let rows = lines.filter { $0.contains(/\d (us|ms)/) }
    #expect(rows.count == Self.two.count && rows[0].contains("1.00") && rows[0].contains("100 %"), "\(rows)")
  }

  /// And the comparison is by the number of threads.
  @Test func peersRunWithTheSameNumbersOfThreads() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("setups-\(UInt32.random(in: 0 ... .max))")
    defer { try? FileManager.default.removeItem(at: file) }
    let peer = BenchTests.peer(
      BenchTests.greeting, training: "echo \"$line\" >>'\(file.path)'; echo '{\"ready\":true}'")
    let options = Self.small + ["--cells", "lstm", "--modes", "training", "--threads", "1,2"] + peer
    let result = try runProduct("bench", options)
    #expect(result.status == 0, "\(result.errors)")
    let setups = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    for count in Self.two {
      #expect(setups.contains { $0.contains("\"threads\":\(count)") })
      let line = result.output.split(separator: "\n").first {
        $0.hasPrefix("LSTM training, \(counted(count, "thread"))")
      }
      #expect(line?.contains("hidden 8, batch 3, length 4") == true, "\(result.output)")
    }
    #expect(result.output.contains("swift : fake"))
  }

  @Test func rowsBeyondTheLimitAreSkippedAndCounted() throws {
    let output = try output(["--threads", "1", "--limit", "1e-9"])
    #expect(output.results.isEmpty && output.notes.contains { $0.hasPrefix("4 of 4 rows skipped") }, "\(output.notes)")
  }

  @Test func whatWasMeasuredBeforeAnInterruptionIsKept() throws {
    let peer = BenchTests.peer(BenchTests.greeting, training: "kill -INT $PPID; echo '{\"ready\":true}'")
    let output = try output(["--threads", "1", "--cells", "gru"] + peer, status: 130)
    #expect(output.notes.contains("interrupted: 1 of 2 rows measured"), "\(output.notes)")
    #expect(output.results.map(\.mode) == ["inference", "inference"])
  }
}
