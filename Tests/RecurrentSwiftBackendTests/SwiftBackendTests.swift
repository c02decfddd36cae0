// The Swift backend: the matrix products.

import RecurrentCore
import RecurrentSwiftBackend
import Testing
import _TestSupport

@Suite struct SwiftBackendTests {
  /// Both products, on matrices of every orientation and odd sizes, write the right elements and
  /// nothing else.
  @Test func productsAgreeWithPlainLoops() { checkProducts(SwiftBackend(pool: ThreadPool(threads: 1))) }
}
