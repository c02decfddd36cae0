// The matrix product.

import RecurrentCore
import RecurrentSwiftBackend
import Testing
import _TestSupport

@Suite struct SwiftBackendTests {
  /// Both products, on matrices of every orientation and odd sizes, write what they should and
  /// nothing else.
  @Test func productsAgreeWithPlainLoops() { checkProducts(SwiftBackend(pool: ThreadPool(threads: 1))) }
}
