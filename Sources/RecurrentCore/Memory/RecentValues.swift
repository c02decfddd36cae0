// Recent values: what is kept for the last few keys.

/// Values of the last few keys: a new key takes the place of the oldest. Nothing is allocated once it is
/// full.
struct RecentValues<Key: Equatable, Value> {
  private var kept: [(key: Key, value: Value)] = []
  private var oldest = 0
  private let most: Int

  /// Creates room for `most` keys.
  init(most: Int) { self.most = most }

  /// The value of a key; `new` for a new one.
  subscript(key: Key, new: @autoclosure () -> Value) -> Value {
    mutating get { kept[index(key, new)].value }
    _modify { yield &kept[index(key, new)].value }
  }

  private mutating func index(_ key: Key, _ new: () -> Value) -> Int {
    if let index = kept.firstIndex(where: { $0.key == key }) { return index }
    let index = oldest
    if kept.count < most { kept.append((key, new())) } else { kept[index] = (key, new()) }
    oldest = (oldest + 1) % most
    return index
  }
}
