// Tensors and shapes: elements, copies and overflow.

import RecurrentCore
import Testing

@Suite struct TensorTests {
  @Test func elementsAreRowMajor() {
    let t = Tensor([0, 1, 2, 3, 4, 5], shape: [2, 3])
    #expect(t[0, 2] == 2 && t[1, 0] == 3)
    #expect(t.reshaped(to: [3, 2])[2, 1] == 5)
    #expect(t.count == 6 && t.shape.description == "[2, 3]")
    #expect(Tensor([7], shape: []).shape.count == 1)
  }

  @Test func copiesAreIndependent() {
    var a = Tensor([1, 2, 3])
    let b = a
    a[1] = 5
    #expect(b.elements == [1, 2, 3] && a.elements == [1, 5, 3])
    var c = a
    c.withUnsafeMutableBufferPointer { $0[0] = 9 }
    #expect(a.elements == [1, 5, 3] && c.elements == [9, 5, 3])
  }

  @Test func storageIsAligned() {
    for count in [0, 1, 3, 1000] {
      Tensor(zeros: [count]).withUnsafeBufferPointer { #expect(UInt(bitPattern: $0.baseAddress!) % 64 == 0) }
    }
  }

  @Test func outerDimensionsExchange() {
    let t = Tensor((0..<24).map(Float.init), shape: [2, 3, 4])
    let u = t.transposedOuter()
    #expect(u.shape == [3, 2, 4])
    for i in 0..<2 { for j in 0..<3 { for k in 0..<4 { #expect(t[i, j, k] == u[j, i, k]) } } }
    #expect(u.transposedOuter() == t)
  }

  @Test func notANumberIsNotEqual() { #expect(Tensor([.nan]) != Tensor([.nan])) }

  @Test func impossibleShapesAreSeen() {
    #expect(Shape.count(of: [2, -1]) == nil)
    #expect(Shape.count(of: [1 << 40, 1 << 40]) == nil)
    #expect(Shape.count(of: [1 << 61]) == nil)
    #expect(Shape.count(of: [3, 0]) == 0)
    // The product of the others would overflow, wherever the 0 stands.
    #expect(
      Shape.count(of: [0, 1 << 61, 5]) == nil && Shape.count(of: [1 << 61, 0, 5]) == nil
        && Shape.count(of: [5, 1 << 61, 0]) == nil)
    #expect(Shape.count(of: [0, 1 << 40, 5]) == 0)
  }

  @Test func misuseStops() async {
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2], shape: [3]) }
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2], shape: [2])[2] }
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2], shape: [2])[0, 0] }
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2], shape: [2]).reshaped(to: [3]) }
    await #expect(processExitsWith: .failure) { _ = Shape([-1]) }
  }
}
