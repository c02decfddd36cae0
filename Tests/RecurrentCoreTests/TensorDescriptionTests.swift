// Tensor descriptions.

import RecurrentCore
import Testing

@Suite struct TensorDescriptionTests {
  @Test func numbersAndShapeArePrintedInColumns() {
    #expect("\(Tensor([1, 2, 3]))" == "Tensor [3]: [1.0, 2.0, 3.0]")
    #expect("\(Tensor([2.5], shape: []))" == "Tensor []: 2.5")
    #expect(
      "\(Tensor([0.5, -1.25, 3, 2, .nan, .infinity], shape: [2, 3]))" == """
        Tensor [2, 3]:
        [[ 0.50, -1.25,  3.00],
         [ 2.00,   nan,   inf]]
        """)
    #expect(
      "\(Tensor((0..<8).map { Float($0) }, shape: [2, 2, 2]))" == """
        Tensor [2, 2, 2]:
        [[[0.0, 1.0],
          [2.0, 3.0]],

         [[4.0, 5.0],
          [6.0, 7.0]]]
        """)
    #expect("\(Tensor([1.0 / 3, 2.0 / 3]))" == "Tensor [2]: [0.3333, 0.6667]")
    #expect("\(Tensor([-.infinity, .nan]))" == "Tensor [2]: [-inf,  nan]")
    #expect("\(Tensor([-0.0, 0]))" == "Tensor [2]: [-0.0,  0.0]")
  }

  /// Numbers that four decimals would lose, or that decimals would make long, have exponents.
  @Test func smallAndLargeNumbersHaveExponents() {
    #expect("\(Tensor([1e-5, 2]))" == "Tensor [2]: [1.0000e-05, 2.0000e+00]")
    #expect("\(Tensor([1, 3e38]))" == "Tensor [2]: [1.0000e+00, 3.0000e+38]")
    #expect("\(Tensor([.leastNonzeroMagnitude]))" == "Tensor [1]: [1.4013e-45]")
    #expect("\(Tensor([0.5, 1000]))" == "Tensor [2]: [5.0000e-01, 1.0000e+03]")
    #expect("\(Tensor([1, 1e8, .nan]))" == "Tensor [3]: [1.0000e+00, 1.0000e+08,        nan]")
    #expect("\(Tensor([1, 16_777_216]))" == "Tensor [2]: [       1.0, 16777216.0]")
  }

  @Test func emptyTensorsShowTheirShape() {
    #expect("\(Tensor(zeros: [0]))" == "Tensor [0]: []")
    #expect("\(Tensor(zeros: [2, 0, 3]))" == "Tensor [2, 0, 3]: []")
  }

  @Test func longRowsAreBroken() {
    let lines = "\(Tensor((0..<30).map { Float($0) + 0.5 }))".split(separator: "\n")
    #expect(lines[0] == "Tensor [30]:" && lines.count == 4 && lines.allSatisfy { $0.count <= 80 })
    #expect(lines[1].hasPrefix("[ 0.5,  1.5,") && lines[2].hasPrefix(" 13.5, 14.5,") && lines[3].hasSuffix("29.5]"))
  }

  /// Of more than 1000 elements, three are shown at both ends of each dimension.
  @Test func manyElementsAreSummarised() {
    #expect(
      "\(Tensor((0..<1001).map { Float($0) }))"
        == "Tensor [1001]: [   0.0,    1.0,    2.0, ...,  998.0,  999.0, 1000.0]")
    #expect(!"\(Tensor((0..<1000).map { Float($0) }))".contains("..."))
    #expect(
      "\(Tensor(zeros: [1000, 2]))" == """
        Tensor [1000, 2]:
        [[0.0, 0.0],
         [0.0, 0.0],
         [0.0, 0.0],
         ...,
         [0.0, 0.0],
         [0.0, 0.0],
         [0.0, 0.0]]
        """)
    let cube = "\(Tensor(zeros: [100, 32, 64]))"
    #expect(
      cube.split(separator: "\n", omittingEmptySubsequences: false).count == 1 + 6 * 7 + 1 + 6
        && cube.contains("\n ...,\n"))
    // Elements that are left out do not widen the columns.
    var large = Tensor(repeating: 1, shape: [2000])
    large[1000] = 1e-9
    #expect("\(large)" == "Tensor [2000]: [1.0, 1.0, 1.0, ..., 1.0, 1.0, 1.0]")
  }

  /// Arrays of any number of dimensions are described.
  @Test(arguments: [
    [2000, 1], [1, 2000], [50, 50, 50], [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2], [7, 7, 7, 7, 7, 7],
    Array(repeating: 1, count: 12) + [2000],
  ])
  func neverMoreThanAThousandNumbers(_ extents: [Int]) {
    let text = "\(Tensor(zeros: Shape(extents)))"
    let body = text.drop { $0 != ":" }
    #expect(
      body.count { $0 == "." } - 3 * body.split(separator: "...").count + 3 <= 1000 && body.contains("..."),
      "\(text.count)")
    #expect(body.count { $0 == "[" } == body.count { $0 == "]" })
  }

  @Test func dumpPrintsAsLittle() {
    let tensor = Tensor((0..<1_000_000).map { Float($0) }, shape: [1000, 1000])
    var text = ""
    dump(["a": tensor], to: &text)
    #expect(text.contains("1000") && text.count < 2000)
    #expect(
      String(reflecting: tensor) == tensor.description && Mirror(reflecting: tensor).children.map(\.label) == ["shape"])
  }
}
