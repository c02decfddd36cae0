// Tests of reading regular files, and of refusing others.

import Foundation
import RecurrentCore
import RecurrentInterchange
import Testing

@Suite struct RegularFileTests {
  @Test func onlyRegularFilesAreOpened() throws {
    try withFolder { folder in
      // Opening this pipe would wait for a writer.
      mkfifo(folder + "/pipe", 0o600)
      symlink("pipe", folder + "/link")
      symlink("loop", folder + "/loop")
      symlink("nothing", folder + "/dangling")
      AtomicFileTests.make(folder + "/file", Data("text".utf8))
      let wrong = [
        ("/pipe", "is not a regular file"), ("/link", "is not a regular file"), ("", "is not a regular file"),
        ("/nothing", "no such file"),
        ("/dangling", "no such file"), ("/loop", "cannot be read: Too many levels of symbolic links"),
        ("/file/x", "cannot be read: Not a directory"),
        ("/" + String(repeating: "n", count: 256), "cannot be read: File name too long"),
        ("/file\0", "the path has a zero byte"),
      ]
      for (name, reason) in wrong {
        #expect(throws: RecurrentError.inputOutput(path: folder + name, reason: reason)) {
          try RegularFile.read(folder + name)
        }
      }
      #expect(throws: RecurrentError.self) { try RegularFile.read("") }
      if geteuid() != 0 {
        chmod(folder + "/file", 0)
        #expect(throws: RecurrentError.inputOutput(path: folder + "/file", reason: "cannot be read: Permission denied"))
        {
          try RegularFile.read(folder + "/file")
        }
      }
    }
  }

  @Test func filesAreReadToTheirEndWhateverTheirSizeSays() throws {
    try withFolder { folder in
      let path = folder + "/file"
      let data = Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0) })
      AtomicFileTests.make(path, data)
      #expect(try RegularFile.read(path) == data)
      #expect(try RegularFile.read(path, limit: 200_000) == data)
      #expect { try RegularFile.read(path, limit: 199_999) } throws: {
        "\($0)".hasSuffix("has 200000 bytes or more; expected 199999 at most")
      }
      // The kernel reports a size of zero for this file.
      #expect(try !RegularFile.read("/proc/self/stat").isEmpty)
      #expect(throws: RecurrentError.self) { try RegularFile.read("/proc/self/stat", limit: 1) }
      // Truncated, and extended, while it is open.
      let file = try RegularFile(path)
      truncate(path, 10)
      #expect(try file.read(20) == data.prefix(10))
      #expect(try file.read(20).isEmpty)
      truncate(path, 15)
      #expect(try file.read(20) == Data(count: 5))
    }
  }

  @Test func aSparseFileIsRefusedBeforeItIsRead() throws {
    try withFolder { folder in
      let path = folder + "/huge.safetensors"
      func make(_ header: String, size: Int) -> Bool {
        AtomicFileTests.make(path, SafetensorsTests.file(header))
        return truncate(path, size) == 0
      }
      let tebibyte = 1 << 40
      guard make("{}", size: tebibyte) else { return }
      #expect { try Safetensors(contentsOf: path) } throws: { "\($0)".contains("bytes of data belong to no tensor") }
      let header = #"{"a":{"dtype":"U8","shape":[1099511627776],"data_offsets":[0,1099511627776]}}"#
      _ = make(header, size: tebibyte + 8 + header.utf8.count)
      #expect { try Safetensors(contentsOf: path) } throws: { "\($0)".contains("are more than the memory there is") }
      _ = make("", size: tebibyte)
      #expect(throws: RecurrentError.self) { try Safetensors(contentsOf: path) }
      #expect { try RegularFile.read(path) } throws: { "\($0)".contains("are more than the memory there is") }
    }
  }
}
