// Instruction sets: the variants of the kernels in C, chosen at run time.

import CRecurrentKernels
import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An instruction set that the kernels in C are compiled for. The raw value is its name in
/// `RECURRENT_ISA`.
public enum InstructionSet: String, Sendable, CaseIterable {
  /// The default of the processor family: SSE2 on x86-64, NEON on arm64.
  case baseline
  /// AVX2 with fused multiply-add.
  case avx2
  /// AVX-512 F, BW, DQ and VL.
  case avx512

  /// The instruction sets that this processor and its operating system support, narrowest first.
  public static let available = allCases.filter { recurrent_isa_supported($0.kernels) != 0 }

  /// The instruction set in use: the widest available, or the one that `RECURRENT_ISA` names.
  ///
  /// - Returns: the instruction set.
  /// - Throws: `RecurrentError.invalidOption` if `RECURRENT_ISA` names one that is not available.
  public static func chosen() throws(RecurrentError) -> InstructionSet {
    guard let value = getenv("RECURRENT_ISA"), value.pointee != 0 else { return available.last! }
    let name = String(cString: value)
    guard let set = available.first(where: { $0.rawValue == name }) else {
      throw .invalidOption(
        name: "RECURRENT_ISA", value: name,
        expected: "one that this processor has: \(available.map(\.rawValue).joined(separator: ", "))")
    }
    return set
  }

  package var kernels: RecurrentISA {
    switch self {
    case .baseline: RECURRENT_BASELINE
    case .avx2: RECURRENT_AVX2
    case .avx512: RECURRENT_AVX512
    }
  }
}
