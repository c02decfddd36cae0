// Missing OpenBLAS: the program runs without the library.

#if OpenBLAS
  import Foundation
  import Testing
  import _TestSupport

  @Suite struct MissingLibraryTests {
    /// Programs start without it, and its backend says what to install. Files of that name that are
    /// no libraries stand before the real ones.
    @Test func withoutOpenBLASEverythingElseWorks() throws {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("no-openblas-" + UUID().uuidString)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      for name in ["libopenblas.so.0", "libopenblas.so"] { try Data().write(to: folder.appendingPathComponent(name)) }
      func run(_ arguments: [String]) throws -> ProgramResult {
        try runProduct("recurrent", arguments, environment: ["LD_LIBRARY_PATH": folder.path, "RECURRENT_BACKEND": ""])
      }
      let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/lstm-batch-one.safetensors").path
      let found = try run(["doctor"])
      #expect(
        found.status == 0
          && found.output.contains(
            "backend openblas  not usable: libopenblas.so.0 is not installed: `apt-get install libopenblas0")
      )
      #expect(try run(["verify", fixture]).status == 0)
      let refused = try run(["verify", "--backend", "openblas", fixture])
      #expect(refused.status != 0 && refused.errors.contains("libopenblas.so.0 is not installed"), "\(refused.errors)")
    }
  }
#endif
