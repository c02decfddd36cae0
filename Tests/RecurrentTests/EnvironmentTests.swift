// Environment variables: wrong values are errors wherever a backend is chosen.

import Recurrent
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@Suite struct EnvironmentTests {
  /// A wrong backend name is an error whatever else is asked for; no other backend is used
  /// silently.
  @Test func aWrongVariableIsAnErrorOfEveryChoice() async {
    await #expect(processExitsWith: .success) {
      for (name, value, expected) in [
        ("RECURRENT_BACKEND", "foo", " or auto"), ("RECURRENT_THREADS", "many", "a whole number from 1 to 255"),
        ("RECURRENT_ISA", "mmx", "baseline"), ("RECURRENT_PIN", "yes", "0 or 1"),
      ] {
        setenv(name, value, 1)
        for backend in ["swift", "auto", nil] as [String?] {
          let error = #expect(throws: RecurrentError.self) {
            try Backends.make(backend, threads: name == "RECURRENT_THREADS" ? nil : 1)
          }
          let text = error?.description ?? ""
          #expect(text.hasPrefix("\(name): '\(value)' is not valid; expected ") && text.contains(expected), "\(text)")
        }
        #expect(throws: RecurrentError.self) { try Backends.checkEnvironment() }
        unsetenv(name)
      }
      #expect(throws: RecurrentError.self) {
        setenv("RECURRENT_ISA", "mmx", 1)
        _ = try RecurrentStack(.init(cell: .lstm, inputSize: 2, hiddenSize: 2))
      }
    }
  }

  /// A wrong number of threads is an error even if a right one is passed in code.
  @Test func everyVariableIsChecked() async {
    await #expect(processExitsWith: .success) {
      setenv("RECURRENT_THREADS", "0", 1)
      #expect(
        throws: RecurrentError.invalidOption(
          name: "RECURRENT_THREADS", value: "0", expected: "a whole number from 1 to 255")
      ) {
        try Backends.make("swift", threads: 1)
      }
      setenv("RECURRENT_THREADS", "", 1)
      let backend = try Backends.make("swift", threads: 1)
      #expect(backend.name == "swift")
    }
  }

  @Test func instructionSetsAreTold() throws {
    let (chosen, available) = try Backends.instructionSets()
    #expect(available.first == "baseline" && available.contains(chosen))
  }
}
