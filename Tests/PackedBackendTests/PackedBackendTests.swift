// The kernels in C, for every instruction set of this processor.

import NativeKernels
import PackedBackend
import Recurrent
import RecurrentCore
import SwiftBackend
import Testing
import _TestSupport

@Suite struct PackedBackendTests {
  @Test(arguments: InstructionSet.available)
  func productsAgreeWithPlainLoops(_ set: InstructionSet) {
    checkProducts(PackedBackend(pool: ThreadPool(threads: 1), instructionSet: set))
  }

  @Test(arguments: InstructionSet.available)
  func gateKernelsAgreeWithSwift(_ set: InstructionSet) { checkGates(NativeGateKernels(set), against: SwiftGateKernels()) }

  /// Steps with the gates in the product's tiles, and everything around them: sizes around every tile, and a product in several blocks.
  @Test(arguments: InstructionSet.available)
  func layersAgreeWithTheSwiftBackend(_ set: InstructionSet) {
    let sizes = [(1, 1), (3, 5), (7, 8), (11, 9), (15, 15), (16, 16), (17, 17), (2, 31), (6, 33), (5, 63), (8, 65), (4, 1030)]
    for cell in [Cell.elman(.tanh), .elman(.relu), .lstm, .gru(.after), .gru(.before)] {
      for (batch, hidden) in sizes {
        let configuration = RecurrentStack.Configuration(cell: cell, inputSize: 3, hiddenSize: hidden)
        let oracle = Oracle(configuration, steps: 3, batch: batch, lengths: hidden % 2 == 0 ? nil : (0..<batch).map { ($0 + 3) % 4 })
        let mine = oracle.results(PackedBackend(pool: ThreadPool(threads: 2), instructionSet: set))
        let theirs = oracle.results(SwiftBackend(pool: ThreadPool(threads: 1)))
        for (name, tensor) in theirs {
          let difference = deviation(mine[name]!, tensor)
          #expect(difference < 2e-5, "\(cell), batch \(batch), hidden \(hidden): \(name) is off by \(difference)")
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func activationsAreAccurate(_ set: InstructionSet) {
    let kernels = NativeGateKernels(set)
    func eight(_ f: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void, _ x: SIMD8<Float>) -> SIMD8<Float> {
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

  @Test func anInstructionSetCanBeForced() async {
    await #expect(processExitsWith: .success) {
      setenv("RECURRENT_ISA", "baseline", 1)
      let chosen = try InstructionSet.chosen()
      precondition(chosen == .baseline)
      setenv("RECURRENT_ISA", "mmx", 1)
      do {
        _ = try PackedBackend(pool: ThreadPool(threads: 1))
        preconditionFailure("accepted")
      } catch {
        precondition("\(error)".contains("RECURRENT_ISA: 'mmx' is not valid; expected one that this processor has: baseline"))
      }
    }
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
