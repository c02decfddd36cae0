// Tests of atomic file writes: links, modes, devices, pipes, errors, abandoned temporary files.

import Foundation
import RecurrentCore
import Testing

@testable import RecurrentInterchange

/// Runs a function in a new folder, which is removed afterwards.
func withFolder(_ body: (_ folder: String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.path + "/recurrent-\(UInt64.random(in: 0 ... .max))"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}

@Suite struct AtomicFileTests {
  static let (old, new) = (Data("old".utf8), Data("new contents".utf8))

  /// Checks whether a path can be written to, and writes to it.
  static let attempts: [@Sendable (_ path: String) throws -> Void] = [
    { try AtomicFile.checkWritable($0) }, { try AtomicFile.write(new, to: $0) },
  ]

  static func contents(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }
  static func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  static func status(_ path: String) -> stat {
    var status = stat()
    lstat(path, &status)
    return status
  }

  static func kind(_ path: String) -> mode_t { status(path).st_mode & S_IFMT }
  static func mode(_ path: String) -> mode_t { status(path).st_mode & 0o7777 }

  /// Makes a file as other programs do.
  static func make(_ path: String, _ data: Data = old, mode: mode_t = 0o644) {
    _ = FileManager.default.createFile(atPath: path, contents: data)
    chmod(path, mode)
  }

  @Test func symbolicLinksStayAndTheirFileIsReplaced() throws {
    try withFolder { folder in
      mkdir(folder + "/a", 0o755)
      mkdir(folder + "/b", 0o755)
      AtomicFileTests.make(folder + "/b/file")
      symlink("../b/second", folder + "/a/first")
      symlink("file", folder + "/b/second")
      try AtomicFile.checkWritable(folder + "/a/first")
      #expect(AtomicFileTests.contents(folder + "/b/file") == AtomicFileTests.old)
      try AtomicFile.write(AtomicFileTests.new, to: folder + "/a/first")
      #expect(
        AtomicFileTests.kind(folder + "/a/first") == S_IFLNK && AtomicFileTests.kind(folder + "/b/second") == S_IFLNK)
      #expect(AtomicFileTests.kind(folder + "/b/file") == S_IFREG)
      #expect(AtomicFileTests.contents(folder + "/b/file") == AtomicFileTests.new)
      #expect(
        AtomicFileTests.names(folder + "/a") == ["first"] && AtomicFileTests.names(folder + "/b") == ["file", "second"])
    }
  }

  @Test func aLinkToNothingYetMakesTheFile() throws {
    try withFolder { folder in
      symlink("target", folder + "/link")
      try AtomicFile.checkWritable(folder + "/link")
      #expect(AtomicFileTests.names(folder) == ["link"])
      try AtomicFile.write(AtomicFileTests.new, to: folder + "/link")
      #expect(AtomicFileTests.kind(folder + "/link") == S_IFLNK)
      #expect(AtomicFileTests.contents(folder + "/target") == AtomicFileTests.new)
    }
  }

  @Test func modesAndOwnersStay() throws {
    try withFolder { folder in
      let path = folder + "/file"
      for mode: mode_t in [0o600, 0o640, 0o664, 0o755, 0o2750] {
        AtomicFileTests.make(path, mode: mode)
        try AtomicFile.write(AtomicFileTests.new, to: path)
        #expect(AtomicFileTests.mode(path) == mode)
        #expect(AtomicFileTests.contents(path) == AtomicFileTests.new)
      }
      if geteuid() == 0 {
        chown(path, 12_345, 23_456)
        chmod(path, 0o640)
        try AtomicFile.write(AtomicFileTests.old, to: path)
        let status = AtomicFileTests.status(path)
        #expect(status.st_uid == 12_345 && status.st_gid == 23_456 && status.st_mode & 0o7777 == 0o640)
      }
      // A new file has the default mode.
      AtomicFileTests.make(folder + "/other")
      unlink(folder + "/other")
      let descriptor = open(folder + "/other", O_WRONLY | O_CREAT, 0o666)
      close(descriptor)
      try AtomicFile.write(AtomicFileTests.new, to: folder + "/new")
      #expect(AtomicFileTests.mode(folder + "/new") == AtomicFileTests.mode(folder + "/other"))
    }
  }

  @Test func otherHardLinksKeepWhatTheyHad() throws {
    try withFolder { folder in
      AtomicFileTests.make(folder + "/file")
      link(folder + "/file", folder + "/copy")
      try AtomicFile.write(AtomicFileTests.new, to: folder + "/file")
      #expect(AtomicFileTests.contents(folder + "/file") == AtomicFileTests.new)
      #expect(AtomicFileTests.contents(folder + "/copy") == AtomicFileTests.old)
    }
  }

  @Test func pipesAreWrittenThrough() throws {
    try withFolder { folder in
      let path = folder + "/pipe"
      mkfifo(path, 0o600)
      symlink("pipe", folder + "/link")
      // Without a reader, this would wait if it opened the pipe.
      try AtomicFile.checkWritable(folder + "/link")
      let reader = open(path, O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      for name in [path, folder + "/link"] {
        try AtomicFile.write(AtomicFileTests.new, to: name)
        var bytes = [UInt8](repeating: 0, count: 100)
        #expect(
          read(reader, &bytes, 100) == AtomicFileTests.new.count
            && Data(bytes.prefix(AtomicFileTests.new.count)) == AtomicFileTests.new)
      }
      #expect(AtomicFileTests.kind(path) == S_IFIFO && AtomicFileTests.names(folder) == ["link", "pipe"])
      #expect(AtomicFile.place(of: path) == nil && AtomicFile.place(of: folder + "/file") != nil)
    }
  }

  /// Only root can make devices, and not everywhere.
  @Test func devicesAreWrittenThrough() throws {
    try withFolder { folder in
      let (sink, full) = (folder + "/null", folder + "/full")
      guard mknod(sink, S_IFCHR | 0o666, 1 << 8 | 3) == 0, mknod(full, S_IFCHR | 0o666, 1 << 8 | 7) == 0 else { return }
      let descriptor = open(sink, O_WRONLY)
      guard descriptor >= 0 else { return }
      close(descriptor)
      try AtomicFile.checkWritable(sink)
      try AtomicFile.write(AtomicFileTests.new, to: sink)
      #expect { try AtomicFile.write(AtomicFileTests.new, to: full) } throws: {
        "\($0)" == "\(full): cannot be written: No space left on device"
      }
      #expect(
        AtomicFileTests.kind(sink) == S_IFCHR && AtomicFileTests.kind(full) == S_IFCHR
          && AtomicFileTests.names(folder) == ["full", "null"])
    }
  }

  @Test func openFilesAreWrittenWhereTheyAre() throws {
    try withFolder { folder in
      AtomicFileTests.make(folder + "/file")
      let file = open(folder + "/file", O_WRONLY | O_APPEND)
      defer { close(file) }
      symlink("/proc/self/fd/\(file)", folder + "/link")
      for path in ["/dev/fd/\(file)", "/proc/self/fd/\(file)", "/proc/\(getpid())/fd/\(file)", folder + "/link"] {
        try AtomicFile.checkWritable(path)
        try AtomicFile.write(Data("+".utf8), to: path)
      }
      #expect(AtomicFileTests.contents(folder + "/file") == Data("old++++".utf8))
      #expect(AtomicFileTests.names(folder) == ["file", "link"])
      // A descriptor open for reading only.
      let reader = open(folder + "/file", O_RDONLY)
      defer { close(reader) }
      for attempt in AtomicFileTests.attempts {
        #expect { try attempt("/dev/fd/\(reader)") } throws: {
          "\($0)".hasSuffix("cannot be written: Bad file descriptor")
        }
      }
    }
  }

  @Test func moreThanAPipeHoldsIsWritten() throws {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    // A non-blocking descriptor must be retried.
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let (input, output) = (ends[0], ends[1])
    let data = Data((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) })
    let reader = Task.detached {
      var (all, bytes) = (Data(), [UInt8](repeating: 0, count: 50_000))
      while case let count = read(input, &bytes, bytes.count), count > 0 { all.append(contentsOf: bytes[..<count]) }
      return all
    }
    try AtomicFile.write(data, to: "/dev/fd/\(output)")
    close(output)
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      let isWhole = await reader.value == data
      #expect(isWhole)
      done.signal()
    }
    done.wait()
    close(input)
  }

  /// Every path that cannot be written to, with its error.
  @Test func whatWouldFailInTheEndFailsAtOnce() throws {
    try withFolder { folder in
      AtomicFileTests.make(folder + "/file")
      mkdir(folder + "/folder", 0o755)
      symlink("one", folder + "/two")
      symlink("two", folder + "/one")
      symlink("folder", folder + "/to-folder")
      symlink("missing/file", folder + "/to-missing")
      let before = AtomicFileTests.names(folder)
      let wrong = [
        ("", "the path is empty"), (".", "it is a folder"), ("./", "it is a folder"), ("..", "it is a folder"),
        ("/", "it is a folder"),
        (folder, "it is a folder"), (folder + "/", "it is a folder"), (folder + "/folder", "it is a folder"),
        (folder + "/to-folder", "it is a folder"),
        (folder + "/to-folder/", "it is a folder"), (folder + "/new/", "it is a folder's name"),
        (folder + "/file/", "Not a directory"),
        (folder + "/file/x", "Not a directory"),
        (folder + "/no/such/folder", "No such file or directory (its folder '\(folder)/no/such')"),
        (folder + "/to-missing", "No such file or directory (its folder '\(folder)/missing')"),
        (folder + "/one", "Too many levels of symbolic links"),
        (folder + "/" + String(repeating: "n", count: 256), "File name too long"), (folder + "/a\0b", "zero byte"),
        (folder + "/" + String(repeating: "/n", count: 3000), "File name too long"),
      ]
      for (path, reason) in wrong {
        for attempt in AtomicFileTests.attempts {
          #expect("\(path): \(reason)") { try attempt(path) } throws: {
            "\($0)".contains("cannot be written: ") && "\($0)".contains(reason)
          }
        }
        AtomicFile.removeLeftovers(of: path)
        #expect(AtomicFile.place(of: path) == nil || reason.contains("(its folder"))
      }
      #expect(AtomicFileTests.names(folder) == before && AtomicFileTests.names(folder + "/folder").isEmpty)
    }
  }

  /// In a process of its own, which changes from root to the user nobody.
  @Test func whatMayNotBeWrittenIsNotReplaced() async {
    await #expect(processExitsWith: .success) {
      if geteuid() == 0 { guard setgid(65_534) == 0, setuid(65_534) == 0 else { return } }
      try withFolder { folder in
        let path = folder + "/file"
        AtomicFileTests.make(path, mode: 0o444)
        for attempt in AtomicFileTests.attempts {
          AtomicFileTests.expect("cannot be written: Permission denied") { try attempt(path) }
          chmod(folder, 0o500)
          AtomicFileTests.expect("cannot be written: Permission denied (in the folder '\(folder)')") {
            try attempt(folder + "/new")
          }
          chmod(folder, 0o700)
        }
        require(
          AtomicFileTests.contents(path) == AtomicFileTests.old && AtomicFileTests.names(folder) == ["file"],
          "something has changed")
        // Names in a folder that cannot be read can be made.
        chmod(folder, 0o300)
        try AtomicFile.write(AtomicFileTests.new, to: folder + "/new")
        chmod(folder, 0o700)
        require(AtomicFileTests.contents(folder + "/new") == AtomicFileTests.new, "not written")
      }
    }
  }

  /// In processes where failures are not collected.
  static func expect(_ ending: String, _ body: () throws -> Void) {
    do { try body() } catch {
      require("\(error)".hasSuffix(ending), "\(error)")
      return
    }
    fatalError("nothing was thrown, expected \(ending)")
  }

  /// In a process of its own, with the limit and the handlers that a shell gives.
  @Test func signalsOfFailedWritesAreErrors() async {
    await #expect(processExitsWith: .success) {
      signal(SIGPIPE, SIG_DFL)
      signal(SIGXFSZ, SIG_DFL)
      try withFolder { folder in
        AtomicFileTests.make(folder + "/file")
        var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        AtomicFileTests.expect("cannot be written: File too large") {
          try AtomicFile.write(Data(count: 5000), to: folder + "/file")
        }
        require(
          AtomicFileTests.contents(folder + "/file") == AtomicFileTests.old
            && AtomicFileTests.names(folder) == ["file"], "not cleaned up")
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        close(ends[0])
        AtomicFileTests.expect("cannot be written: Broken pipe") {
          try AtomicFile.write(Data(count: 5000), to: "/dev/fd/\(ends[1])")
        }
      }
    }
  }

  @Test func askingChangesNothing() throws {
    try withFolder { folder in
      AtomicFileTests.make(folder + "/file", mode: 0o600)
      let before = AtomicFileTests.status(folder + "/file")
      try AtomicFile.checkWritable(folder + "/file")
      try AtomicFile.checkWritable(folder + "/new")
      let after = AtomicFileTests.status(folder + "/file")
      #expect(before.st_ino == after.st_ino && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec && after.st_size == 3)
      #expect(AtomicFileTests.names(folder) == ["file"])
    }
  }

  @Test func everyNameThatTheFileSystemTakesIsWritten() throws {
    try withFolder { folder in
      for name in [
        "a", "-", " ", "n.tmp", String(repeating: "n", count: 234), String(repeating: "n", count: 255),
        String(repeating: "ü", count: 127),
      ] {
        try AtomicFile.checkWritable(folder + "/" + name)
        try AtomicFile.write(AtomicFileTests.new, to: folder + "/" + name)
        #expect(AtomicFileTests.names(folder) == [name])
        unlink(folder + "/" + name)
      }
    }
  }

  /// A possible temporary name of `target`.
  static func temporary(_ target: String, _ number: Int) -> String {
    target + ".00000000000000a" + String(number, radix: 16) + ".tmp"
  }

  @Test func onlyWhatNobodyWritesAnyMoreIsRemoved() throws {
    try withFolder { folder in
      let (abandoned, live) = (AtomicFileTests.temporary("m", 1), AtomicFileTests.temporary("m", 2))
      let others = [
        "m", "m.tmp", "m.a.tmp", "m.00000000000000A1.tmp", "m.+0000000000000a1.tmp", "m.00000000000000a1.tmp2",
        "m.00000000000000a1", "m.12.34.tmp",
        AtomicFileTests.temporary("m2", 1), AtomicFileTests.temporary("n", 1),
      ]
      for name in [abandoned, live] + others { AtomicFileTests.make(folder + "/" + name) }
      mkdir(folder + "/" + AtomicFileTests.temporary("m", 3), 0o755)
      mkfifo(folder + "/" + AtomicFileTests.temporary("m", 4), 0o600)
      symlink("n", folder + "/" + AtomicFileTests.temporary("m", 5))
      symlink("m", folder + "/link")
      // As another process, of any user or container, would hold it.
      let writer = open(folder + "/" + live, O_WRONLY)
      #expect(flock(writer, LOCK_EX) == 0)
      let all = AtomicFileTests.names(folder)
      AtomicFile.removeLeftovers(of: folder + "/link")
      #expect(AtomicFileTests.names(folder) == all.filter { $0 != abandoned })
      close(writer)
      AtomicFile.removeLeftovers(of: folder + "/m")
      #expect(AtomicFileTests.names(folder) == all.filter { $0 != abandoned && $0 != live })
    }
  }

  @Test func leftoversOfLongNamesAreFound() throws {
    try withFolder { folder in
      let name = String(repeating: "ü", count: 115) + ".last.safetensors"
      let opened = try Descriptor(folder: folder)
      do {
        let live = try TemporaryFile(for: name, in: opened, folder, mode: 0o666)
        #expect(live.name.utf8.count <= 255)
        AtomicFile.removeLeftovers(of: folder + "/" + name)
        #expect(AtomicFileTests.names(folder) == [live.name])
      }
      AtomicFile.removeLeftovers(of: folder + "/" + name)
      #expect(AtomicFileTests.names(folder).isEmpty)
    }
  }

  /// Concurrent writers and cleaners of one file: no file is lost, and no temporary file remains.
  @Test func cleaningUpNeverDisturbsAWriter() throws {
    try withFolder { folder in
      let path = folder + "/file"
      DispatchQueue.concurrentPerform(iterations: 4) { member in
        for round in 0..<25 {
          if member == 0 {
            for _ in 0..<20 { AtomicFile.removeLeftovers(of: path) }
          } else {
            #expect(throws: Never.self) { try AtomicFile.write(Data("\(member) \(round)".utf8), to: path) }
          }
        }
      }
      #expect(AtomicFileTests.names(folder) == ["file"])
      #expect(AtomicFileTests.contents(path).map { String(decoding: $0, as: UTF8.self).hasSuffix(" 24") } == true)
    }
  }
}
