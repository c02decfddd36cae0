// Reusable scratch memory: after the first call of a shape, nothing is allocated.

/// Scratch memory that one caller at a time reuses from call to call.
///
/// It grows to the largest call it has served and is released with the last reference. It is not
/// `Sendable`: give each thread its own.
public final class Workspace {
  package let arena = Arena()
  let runner = PhaseRunner()
  /// For each direction.
  let regularisers = (StepRegulariser(), StepRegulariser())

  public init() {}

  /// The bytes it holds.
  public var bytes: Int { arena.bytes }
}

/// Memory that is handed out piece by piece and taken back at once, or back to a mark.
package final class Arena {
  private var blocks: [AlignedBuffer] = []
  private var position = Mark(block: 0, used: 0)

  package struct Mark {
    fileprivate var block: Int
    fileprivate var used: Int
  }

  package init() {}

  /// The bytes it holds.
  package var bytes: Int { blocks.reduce(0) { $0 + $1.count * MemoryLayout<Float>.stride } }

  /// Takes everything back. Several blocks are merged into one, so that the next call of the same
  /// size takes its memory from there.
  package func reset() {
    if blocks.count > 1 {
      let total = blocks.reduce(0) { $0 + $1.count }
      blocks = []
      blocks = [AlignedBuffer(count: total)]
    }
    position = Mark(block: 0, used: 0)
  }

  /// Takes everything back and makes sure of `count` floats in one block. (`Arena.rounded` tells
  /// what pieces cost.)
  package func reset(reserving count: Int) {
    if blocks.count != 1 || blocks[0].count < count {
      blocks = []
      blocks = [AlignedBuffer(count: count)]
    }
    position = Mark(block: 0, used: 0)
  }

  /// Takes back what is handed out after `mark()` when that mark comes to `release`.
  package func mark() -> Mark { position }
  package func release(_ mark: Mark) { position = mark }

  /// What a piece of `count` floats takes: whole cache lines, one at least.
  package static func rounded(_ count: Int) -> Int { max(16, (count + 15) & ~15) }

  /// `count` floats at a 64-byte boundary, not initialised.
  package func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    let size = Arena.rounded(count)
    while position.block < blocks.count, position.used + size > blocks[position.block].count {
      position = Mark(block: position.block + 1, used: 0)
    }
    if position.block == blocks.count { blocks.append(AlignedBuffer(count: max(size, 4096))) }
    defer { position.used += size }
    return blocks[position.block].base + position.used
  }

  /// `count` values of another type, likewise.
  package func take<Value: BitwiseCopyable>(_ count: Int, of type: Value.Type) -> UnsafeMutablePointer<Value> {
    let floats = (count * MemoryLayout<Value>.stride + MemoryLayout<Float>.stride - 1) / MemoryLayout<Float>.stride
    return UnsafeMutableRawPointer(take(floats)).bindMemory(to: type, capacity: count)
  }

  /// Fills everything with NaN, to show that no result depends on what was there before.
  package func poison() {
    for block in blocks { block.base.update(repeating: .nan, count: block.count) }
  }
}
