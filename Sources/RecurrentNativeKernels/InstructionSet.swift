// Which of the kernels in C run.

import CRecurrentKernels
import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An instruction set that there are kernels for. The raw value is the name in `RECURRENT_ISA`.
public enum InstructionSet: String, Sendable, CaseIterable {
  /// The processor family's default: SSE2 on x86-64, NEON on arm64.
  case baseline
  /// AVX2 with fused multiply-add.
  case avx2
  /// AVX-512 F, BW, DQ and VL.
  case avx512

  /// Those that this processor and its operating system have, narrowest first.
  public static let available = allCases.filter { recurrent_isa_supported($0.kernels) != 0 }

  /// The one in use: the widest, or what `RECURRENT_ISA` asks for. Throws when that is not
  /// available here.
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
