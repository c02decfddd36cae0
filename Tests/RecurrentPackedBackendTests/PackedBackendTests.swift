// The packed backend: the kernels in C, for every instruction set of this processor.

import RecurrentNativeKernels
import RecurrentPackedBackend
import Recurrent
import RecurrentCore
import RecurrentSwiftBackend
import Testing
import _TestSupport

@Suite struct PackedBackendTests {
  @Test(arguments: InstructionSet.availableForFloat32)
  func productsAgreeWithPlainLoops(_ set: InstructionSet) {
    checkProducts(PackedBackend(pool: ThreadPool(threads: 1), instructionSet: set))
  }

  /// A transposed left factor is copied or converted in blocks; sizes around theirs.
  @Test(arguments: InstructionSet.available)
  func productsDoNotDependOnTheLayoutOfTheLeftFactor(_ set: InstructionSet) {
    let backend = PackedBackend(pool: ThreadPool(threads: 1), instructionSet: set)
    var random = RandomStream(seed: 4)
    for (rows, depth, columns) in [
      (1, 1, 1), (1, 40, 17), (2, 17, 33), (5, 3, 64), (15, 1030, 65), (97, 171, 20), (130, 128, 9), (200, 127, 65),
      (33, 1200, 3),
    ] {
      let a = Tensor(uniform: -1...1, shape: [rows, depth], using: &random)
      var transposed = Tensor(repeating: .nan, shape: [depth, rows + 3])
      for row in 0..<rows { for k in 0..<depth { transposed[k, row] = a[row, k] } }
      let b = Tensor(uniform: -1...1, shape: [depth, columns], using: &random)
      for precision in Precision.allCases {
        let packed = backend.prepare(b.matrix, for: nil, precision: precision)!
        func product(_ a: MatrixView) -> [Float] {
          var c = Tensor(repeating: .nan, shape: [rows, columns])
          backend.multiply(
            a, packed, columns: 0..<columns, into: MutableMatrixView(c.mutableBase, rowStride: columns),
            accumulating: false)
          return c.elements
        }
        let view = MatrixView(transposed.base, rows: depth, columns: rows, rowStride: rows + 3)
        #expect(
          product(view.transposed) == product(a.matrix), "\(set) \(precision): \(rows), \(depth), \(columns)")
      }
    }
  }

  @Test(arguments: InstructionSet.availableForFloat32)
  func gateKernelsAgreeWithSwift(_ set: InstructionSet) {
    checkGates(NativeGateKernels(set), against: SwiftGateKernels())
  }

  /// Steps that compute the gates in the product's tiles: at sizes around every tile, and with a
  /// product in several blocks.
  @Test(arguments: InstructionSet.availableForFloat32)
  func layersAgreeWithTheSwiftBackend(_ set: InstructionSet) {
    let sizes = [
      (1, 1), (3, 5), (7, 8), (11, 9), (15, 15), (16, 16), (17, 17), (2, 31), (6, 33), (5, 63), (8, 65), (4, 1030),
    ]
    for cell in [Cell.elman(.tanh), .elman(.relu), .lstm, .gru(.after), .gru(.before)] {
      for (batch, hidden) in sizes {
        let configuration = RecurrentStack.Configuration(cell: cell, inputSize: 3, hiddenSize: hidden)
        let oracle = Oracle(
          configuration, steps: 3, batch: batch, lengths: hidden % 2 == 0 ? nil : (0..<batch).map { ($0 + 3) % 4 })
        let mine = oracle.results(PackedBackend(pool: ThreadPool(exactly: 2), instructionSet: set))
        let theirs = oracle.results(SwiftBackend(pool: ThreadPool(threads: 1)))
        for (name, tensor) in theirs {
          let difference = deviation(mine[name]!, tensor)
          #expect(difference < 2e-5, "\(cell), batch \(batch), hidden \(hidden): \(name) is off by \(difference)")
        }
      }
    }
  }

  @Test(arguments: InstructionSet.availableForFloat32)
  func activationsAreAccurate(_ set: InstructionSet) {
    let kernels = NativeDenseKernels(set)
    func eight(_ f: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void, _ x: SIMD8<Float>) -> SIMD8<Float>
    {
      var y = SIMD8<Float>()
      withUnsafeBytes(of: x) { x in
        withUnsafeMutableBytes(of: &y) { y in
          f(x.assumingMemoryBound(to: Float.self).baseAddress!, y.assumingMemoryBound(to: Float.self).baseAddress!, 8)
        }
      }
      return y
    }
    let sigmoid = worstError({ eight(kernels.sigmoid, $0) }, { 1 / (1 + Double.exponential(-$0)) })
    let tanh = worstError({ eight(kernels.tanh, $0) }, { Double.hyperbolicTangent($0) })
    #expect(sigmoid <= 4, "sigmoid is off by \(sigmoid) ulp")
    #expect(tanh <= 4, "tanh is off by \(tanh) ulp")
  }

  @Test(arguments: InstructionSet.availableForFloat32) func denseKernelsAgreeWithSwift(_ set: InstructionSet) {
    let (native, swift) = (NativeDenseKernels(set), SwiftDenseKernels())
    var random = RandomStream(seed: 3)
    for count in [1, 7, 16, 63, 64, 65, 200] {
      let x = (0..<count).map { _ in random.uniform(in: -100...0) }
      var (a, b) = ([Float](repeating: .nan, count: count), [Float](repeating: .nan, count: count))
      let sums = (
        native.exponentials(x, minus: 0, times: 1, &a, count: count),
        swift.exponentials(x, minus: 0, times: 1, &b, count: count)
      )
      #expect(abs(sums.0 - sums.1) <= 1e-6 * sums.1 && zip(a, b).allSatisfy { abs($0 - $1) <= 2.4e-7 * $1 })
      #expect(zip(x, a).allSatisfy { $0 > -87.2 || $1 < 1e-37 })
      let halves = a.map { $0 * 0.5 }
      #expect(native.exponentials(x, minus: 0, times: 0.5, &a, count: count) == sums.0 && a == halves)
      native.dropout(
        x, &a, first: 128, count: count, seed: 1 << 40 | 7, stream: 1 << 50 | 3, threshold: 1 << 31, scale: 2)
      swift.dropout(
        x, &b, first: 128, count: count, seed: 1 << 40 | 7, stream: 1 << 50 | 3, threshold: 1 << 31, scale: 2)
      #expect(a == b)
    }
  }

  /// The greatest element, wherever it is; NaN wherever there is one.
  @Test(arguments: InstructionSet.availableForFloat32) func theGreatestElementIsFoundAndNaNIsNotLost(
    _ set: InstructionSet
  ) {
    for kernels in [NativeDenseKernels(set) as any DenseKernels & UpdateKernels, SwiftDenseKernels()] {
      #expect(kernels.greatest([], count: 0) == -.infinity)
      for count in [1, 7, 16, 33, 100] {
        for place in 0..<count {
          var x = (0..<count).map { -Float($0 + 2) }
          x[place] = -1
          #expect(kernels.greatest(x, count: count) == -1 && kernels.areFinite(x, count: count))
          x[place] = .infinity
          #expect(kernels.greatest(x, count: count) == .infinity && !kernels.areFinite(x, count: count))
          x[place] = -.infinity
          #expect(kernels.greatest(x, count: count) == (count == 1 ? -.infinity : place == 0 ? -3 : -2))
          x[(place + 1) % count] = .nan
          #expect(kernels.greatest(x, count: count).isNaN && !kernels.areFinite(x, count: count))
        }
      }
    }
  }

  /// Adam gives the same bits on every instruction set.
  @Test(arguments: InstructionSet.availableForFloat32) func adamHasTheBitsOfSwift(_ set: InstructionSet) {
    var random = RandomStream(seed: 5)
    for count in [1, 7, 16, 33, 1000] {
      func numbers(_ range: ClosedRange<Float>) -> [Float] { (0..<count).map { _ in random.uniform(in: range) } }
      let g = numbers(-1...1)
      var mine = (w: numbers(-1...1), m: numbers(-1...1), v: numbers(0...1))
      (mine.v[count / 2], mine.m[count / 3]) = (0, .nan)
      var theirs = mine
      let factors = AdamFactors(
        beta1: 0.9, beta2: 0.999, epsilon: 1e-8, rate: 3e-3, inverse: 1.7, coupledDecay: 0.01, shrinking: 0.99)
      NativeDenseKernels(set).adam(&mine.w, g, &mine.m, &mine.v, count: count, factors)
      SwiftDenseKernels().adam(&theirs.w, g, &theirs.m, &theirs.v, count: count, factors)
      for (a, b) in [(mine.w, theirs.w), (mine.m, theirs.m), (mine.v, theirs.v)] {
        #expect(a.map(\.bitPattern) == b.map(\.bitPattern), "\(set), \(count)")
      }
    }
  }

  @Test func anInstructionSetCanBeForced() async {
    await #expect(processExitsWith: .success) {
      setenv("RECURRENT_ISA", "baseline", 1)
      let chosen = try InstructionSet.chosen()
      #expect(chosen == .baseline)
      setenv("RECURRENT_ISA", "mmx", 1)
      #expect {
        try PackedBackend(pool: ThreadPool(threads: 1))
      } throws: {
        "\($0)".contains("RECURRENT_ISA: 'mmx' is not valid; expected one that this processor has: baseline")
      }
    }
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
