// The choice of a backend by name, environment variable and default.

import Recurrent
import Testing

@Suite struct BackendsTests {
  @Test func namesAndThreadsAreChecked() throws {
    #expect(try Backends.make("swift", threads: 2).name == "swift")
    #expect(try Backends.make("swift", threads: 2).pool.threads == min(2, Machine.current.threads))
    #expect(throws: RecurrentError.self) { try Backends.make("cuda") }
    #expect { try Backends.make("cuda") } throws: {
      "\($0)".contains("unknown backend 'cuda'; available: ") && "\($0)".contains("swift")
    }
    #expect { try Backends.make("swift", threads: 0) } throws: {
      "\($0)".contains("expected a whole number from 1 to 255")
    }
    #expect { try Backends.make("swift", threads: 256) } throws: { "\($0)".contains("'256'") }
  }

  @Test func whatIsNotAvailableSaysWhy() throws {
    for (name, reason) in Backends.status() {
      if let reason {
        #expect { try Backends.make(name) } throws: { "\($0)".contains(reason) }
      } else {
        #expect(try Backends.make(name).name == name)
      }
    }
    #expect(Backends.status().contains { $0.name == "swift" && $0.reason == nil })
    #expect(Backends.status().map(\.name).sorted() == ["openblas", "packed", "swift"])
  }

  @Test func autoIsTheFirstThatWorks() throws {
    let first = Backends.status().first { $0.reason == nil }!.name
    #expect(try Backends.make("auto").name == first)
  }

  @Test func environmentVariablesChoose() async {
    await #expect(processExitsWith: .success) {
      setenv("RECURRENT_BACKEND", "swift", 1)
      setenv("RECURRENT_THREADS", "3", 1)
      let backend = try Backends.make()
      #expect(backend.name == "swift")
      #expect(try Backends.threadCount() == 3)
      #expect(backend.pool.threads == min(3, Machine.current.threads))
      let stack = try RecurrentStack(.init(cell: .lstm, inputSize: 2, hiddenSize: 2))
      #expect(stack.backend.name == "swift")
      setenv("RECURRENT_THREADS", "many", 1)
      #expect {
        try Backends.make()
      } throws: {
        "\($0)" == "RECURRENT_THREADS: 'many' is not valid; expected a whole number from 1 to 255"
      }
    }
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
