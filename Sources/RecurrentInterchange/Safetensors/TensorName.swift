// Names of tensors, compared by their bytes.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The name of a tensor. Strings that differ only in Unicode normalisation are equal in Swift, but
/// different names in the format.
struct TensorName: Hashable, Comparable, Sendable {
  let text: String

  init(_ text: String) {
    var text = text
    text.makeContiguousUTF8()
    self.text = text
  }

  /// The name of the scales of an int8 matrix of this name.
  var scales: TensorName { TensorName(text + "_scale") }

  static func == (a: TensorName, b: TensorName) -> Bool { a.order(b) == 0 }

  /// By bytes, which is the order of code points.
  static func < (a: TensorName, b: TensorName) -> Bool { a.order(b) < 0 }

  func hash(into hasher: inout Hasher) { withBytes { hasher.combine(bytes: $0) } }

  private func order(_ other: TensorName) -> Int {
    withBytes { a in
      other.withBytes { b in
        let common = min(a.count, b.count)
        let order = common == 0 ? 0 : Int(memcmp(a.baseAddress!, b.baseAddress!, common))
        return order != 0 ? order : a.count - b.count
      }
    }
  }

  private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    text.utf8.withContiguousStorageIfAvailable { body(UnsafeRawBufferPointer($0)) }!
  }
}
