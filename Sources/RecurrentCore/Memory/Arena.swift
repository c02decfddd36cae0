// Arenas: memory that is handed out piece by piece and taken back at once.

/// An arena: memory that is handed out piece by piece and taken back as a whole, or down to a mark.
package final class Arena {
  private var blocks: [AlignedBuffer] = []
  private var position = Mark(block: 0, used: 0)

  /// A position in the arena.
  package struct Mark {
    fileprivate var block: Int
    fileprivate var used: Int
  }

  package init() {}

  /// The bytes it holds.
  package var bytes: Int { blocks.reduce(0) { $0 + $1.count * MemoryLayout<Float>.stride } }

  /// Takes everything back. Merges several blocks into one, so that the next call of the same size
  /// needs only that one.
  package func reset() {
    if blocks.count > 1 {
      let total = blocks.reduce(0) { $0 + $1.count }
      blocks = []
      blocks = [AlignedBuffer(count: total)]
    }
    position = Mark(block: 0, used: 0)
  }

  /// Takes everything back and reserves `count` floats in one block. `Arena.rounded` gives the
  /// floats that a piece takes.
  package func reset(reserving count: Int) {
    if blocks.count != 1 || blocks[0].count < count {
      blocks = []
      blocks = [AlignedBuffer(count: count)]
    }
    position = Mark(block: 0, used: 0)
  }

  /// The current position. `release` takes back everything handed out after it.
  package func mark() -> Mark { position }
  package func release(_ mark: Mark) { position = mark }

  /// The floats that a piece of `count` floats takes: whole cache lines, at least one.
  package static func rounded(_ count: Int) -> Int { max(16, (count + 15) & ~15) }

  /// Hands out `count` floats at a 64-byte boundary, not initialised.
  package func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    let size = Arena.rounded(count)
    while position.block < blocks.count, position.used + size > blocks[position.block].count {
      position = Mark(block: position.block + 1, used: 0)
    }
    if position.block == blocks.count { blocks.append(AlignedBuffer(count: max(size, 4096))) }
    defer { position.used += size }
    return blocks[position.block].base + position.used
  }

  /// Hands out room for `count` values of another type at a 64-byte boundary, not initialised.
  package func take<Value: BitwiseCopyable>(_ count: Int, of type: Value.Type) -> UnsafeMutablePointer<Value> {
    let floats = (count * MemoryLayout<Value>.stride + MemoryLayout<Float>.stride - 1) / MemoryLayout<Float>.stride
    return UnsafeMutableRawPointer(take(floats)).bindMemory(to: type, capacity: count)
  }

  /// Fills the memory with NaN. Tests use it to show that no result depends on old contents.

  package func poison() {
    for block in blocks { block.base.update(repeating: .nan, count: block.count) }
  }
}
