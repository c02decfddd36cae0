// The files of a training run: the model after its best epoch, the last checkpoint, and the lock
// that keeps a second run out.

import Foundation
import RecurrentCore
import RecurrentInterchange

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The two files of a run: "model.safetensors" and "model.last.safetensors", or "model" and
/// "model.last".
package struct RunFiles: Equatable, Sendable {
  /// The parameters after the best epoch.
  package let model: String
  /// What the run is resumed from.
  package let last: String

  private static let ending = ".safetensors"

  /// - Parameter model: the model's path.
  package init(model: String) {
    self.model = model
    last =
      model.hasSuffix(RunFiles.ending)
      ? model.dropLast(RunFiles.ending.count) + ".last" + RunFiles.ending : model + ".last"
  }

  /// - Parameter path: of either of the two.
  package init(either path: String) {
    for ending in [RunFiles.ending, ""] where path.hasSuffix(".last" + ending) {
      self.init(model: path.dropLast(5 + ending.count) + ending)
      return
    }
    self.init(model: path)
  }

  package var hasCheckpoint: Bool { AtomicFile.exists(last) }

  /// Whether these are the files of the same run, under whatever names.
  package func isSame(as other: RunFiles) -> Bool {
    if self == other { return true }
    guard let file = FileIdentity(of: last) else { return false }
    return file == FileIdentity(of: other.last)
  }

  /// Throws before a long run what would go wrong at its first save.
  package func checkWritable() throws(RecurrentError) {
    if model.isEmpty || model.hasSuffix("/") {
      throw .inputOutput(path: model, reason: "names no file; expected one to write the model to")
    }
    for path in [model, last] { try RunFiles.checkWritable(path, for: "the model") }
  }

  /// Throws for what is no regular file, or cannot be one that is written to.
  static func checkWritable(_ path: String, for what: String) throws(RecurrentError) {
    var information = stat()
    if stat(path, &information) == 0, information.st_mode & S_IFMT != S_IFREG {
      let kind = information.st_mode & S_IFMT == S_IFDIR ? "a folder" : "not a regular file"
      throw .inputOutput(path: path, reason: "is \(kind); expected a file to write \(what) to")
    }
    try AtomicFile.checkWritable(path)
  }

  /// What of the run is there already, in words, with what can be done about it; nil when nothing
  /// is.
  /// - Parameters:
  ///   - overwriting: what has it replaced: an option's name.
  ///   - resuming: what goes on with it.
  package func occupation(overwriting: String, resuming: String) -> RecurrentError? {
    let there = [model, last].filter(AtomicFile.exists)
    guard let first = there.first else { return nil }
    let also =
      there.count == 2
      ? ", and so is its checkpoint \(last)"
      : first == model ? ", without a checkpoint" : ", without its model \(model)"
    let advice = there.contains(last) ? "; \(resuming) goes on with that run, \(overwriting)" : "; \(overwriting)"
    return .inputOutput(path: first, reason: "is there already" + also + advice + " replaces it, another name keeps it")
  }

  /// Throws when a checkpoint is none that a run with this monitored figure, and without a plateau
  /// schedule, can go on from, whatever its data.
  package static func check(_ checkpoint: Safetensors, _ monitor: TrainingOptions.Monitor, hasValidation: Bool)
    throws(RecurrentError)
  {
    try TrainingState.check(checkpoint, monitor, hasValidation: hasValidation)
  }

  // MARK: The best parameters

  /// What a model's file says of the run that wrote it.
  struct Mark {
    /// "" for a file that no run wrote.
    var run: String
    var epoch: Int
    /// By what the epoch was the best, and that figure; nil in files from before this was written.
    var best: (monitor: String, figure: Double)?

    private static let (run, epoch, monitor, figure) = (
      "training.run", "training.epoch", "training.monitor", "training.best"
    )

    init(run: String, epoch: Int, best: (monitor: String, figure: Double)? = nil) {
      (self.run, self.epoch, self.best) = (run, epoch, best)
    }

    init(_ file: Safetensors) {
      run = file.metadata[Mark.run] ?? ""
      epoch = file.metadata[Mark.epoch].flatMap(Int.init).flatMap { 0..<1 << 40 ~= $0 ? $0 : nil } ?? -1
      if let monitor = file.metadata[Mark.monitor], let figure = file.metadata[Mark.figure].flatMap(Double.init) {
        best = (monitor, figure)
      }
    }

    var metadata: [String: String] {
      [Mark.run: run, Mark.epoch: String(epoch)].merging(
        best.map { [Mark.monitor: $0.monitor, Mark.figure: "\($0.figure)"] } ?? [:]
      ) { $1 }
    }
  }

  /// What is at the model's path, and whose it is; nil when nothing is. A file that cannot be read
  /// is nobody's.
  private var found: (file: Safetensors?, mark: Mark)? {
    guard AtomicFile.exists(model) else { return nil }
    let file = try? Safetensors(contentsOf: model)
    return (file, file.map(Mark.init) ?? Mark(run: "", epoch: -1))
  }

  /// Whose parameters are in the model's file, run "" for none; nil when there is no file.
  var mark: Mark? { found?.mark }

  /// The model's file, where it is the one that the run's checkpoint speaks of; nil where it is
  /// still to be written: no epoch was the best yet, or the run was killed before it could write
  /// what the checkpoint holds. Throws when it is something else.
  func bestModel(of state: TrainingState) throws(RecurrentError) -> Safetensors? {
    let found = found
    let isReplaced = found == nil || found?.mark.run == state.replaces
    guard let best = state.bestEpoch else {
      if isReplaced { return nil }
      throw .invalidFile(
        path: model, reason: "is not of the run of \(last), which has no best epoch yet: they do not belong together")
    }
    let isOurs = found?.mark.run == state.run
    if isOurs, found?.mark.epoch == best { return found?.file }
    if state.isAtBest, isReplaced || isOurs && found!.mark.epoch < best { return nil }
    guard let mark = found?.mark else {
      throw .inputOutput(
        path: model, reason: "no such file; \(last) says that the parameters of its best epoch, \(best + 1), are in it")
    }
    // What cannot be read says why.
    if found?.file == nil { _ = try Safetensors(contentsOf: model) }
    throw .invalidFile(
      path: model,
      reason: isOurs
        ? "is from epoch \(mark.epoch + 1) of its run, where \(last) says that epoch \(best + 1) was the best"
        : "is of another run than \(last): they do not belong together")
  }
}

/// A lock that one run at a time has on a model's file. It ends with the process, however that
/// ends.
///
/// What is locked is a hidden file beside the model's (which is replaced whenever it is saved, and
/// its lock with it): ".model.safetensors.lock", which says who holds it, and is removed with the
/// lock.
final class RunLock {
  /// Why nothing could be locked, on file systems that have no locks.
  let warning: String?
  private let path: String
  private let descriptor: Int32

  /// Throws when another run has it, in this process or another one.
  init(_ model: String) throws(RecurrentError) {
    path = RunLock.path(of: model)
    while true {
      let flags = O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
      var descriptor = open(path, O_RDWR | flags, 0o666)
      // One that somebody else has left.
      if descriptor < 0 { descriptor = open(path, O_RDONLY | flags, 0o666) }
      if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
        // Whoever held it before removes it: then another file has this name, or none.
        var (locked, named) = (stat(), stat())
        fstat(descriptor, &locked)
        guard lstat(path, &named) == 0, locked.st_ino == named.st_ino, locked.st_dev == named.st_dev else {
          close(descriptor)
          continue
        }
        var host = [CChar](repeating: 0, count: 256)
        gethostname(&host, 255)
        let text = "process \(getpid()) on \(host.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })\n"
        ftruncate(descriptor, 0)
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
        (self.descriptor, warning) = (descriptor, nil)
        return
      }
      let reason = errno
      if descriptor >= 0, reason == EINTR {
        close(descriptor)
        continue
      }
      guard descriptor >= 0, reason == EWOULDBLOCK else {
        if descriptor >= 0 { close(descriptor) }
        self.descriptor = -1
        warning =
          "\(path): cannot be locked (\(String(cString: strerror(reason)))): see to it that no other training writes to \(model)"
        return
      }
      var bytes = [UInt8](repeating: 0, count: 200)
      let count = pread(descriptor, &bytes, bytes.count, 0)
      close(descriptor)
      let holder = String(decoding: bytes.prefix(max(0, count)).filter { 32..<127 ~= $0 }, as: UTF8.self)
      throw .inputOutput(
        path: model,
        reason:
          "another training writes to it: \(holder.isEmpty ? "a process" : holder) holds \(path); wait for its end, or give another name"
      )
    }
  }

  func release() {
    guard descriptor >= 0 else { return }
    // Removed first: who has opened it already sees that when it gets the lock.
    unlink(path)
    close(descriptor)
  }

  /// Beside the file that a symbolic link stands for, be it there or not.
  private static func path(of model: String) -> String {
    let (folder, name) = AtomicFile.place(of: model) ?? (Path.folder(of: model), Path.name(of: model))
    // Names have at most 255 bytes.
    return "\(folder)/." + String(decoding: name.utf8.prefix(240), as: UTF8.self) + ".lock"
  }
}
