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
  /// AVX2 with AVX-VNNI, for int8.
  case avxvnni
  /// AVX-512 F, BW, DQ and VL.
  case avx512
  /// AVX-512 with VNNI, for int8.
  case avx512vnni
  /// AVX-512 with VNNI and BF16, for int8 and bfloat16.
  case avx512bf16
  /// NEON with the dot product of bytes (FEAT_DotProd), for int8.
  case dotprod
  /// NEON with the dot products of bytes and of bfloat16 (FEAT_BF16).
  case neonbf16
  /// The layouts of AVX-512 VNNI and BF16 in plain C, with the baseline's float32. For tests; never
  /// chosen unless `RECURRENT_ISA` names it.
  case emulated

  /// The instruction sets that this processor and its operating system support, the one that is
  /// chosen last.
  public static let available = allCases.filter { $0 != .emulated && recurrent_isa_supported($0.kernels) != 0 }

  /// The instruction sets that `RECURRENT_ISA` may name here: those available, and the emulated one.
  public static let selectable = available + [.emulated]

  /// The instruction set whose float32 kernels this one uses.
  public var float32: InstructionSet {
    switch self {
    case .baseline, .dotprod, .neonbf16, .emulated: .baseline
    case .avx2, .avxvnni: .avx2
    case .avx512, .avx512vnni, .avx512bf16: .avx512
    }
  }

  /// The available instruction sets with float32 kernels of their own.
  public static let availableForFloat32 = available.filter { $0.float32 == $0 }

  /// The instruction set in use: the last of those available, or the one that `RECURRENT_ISA` names.
  ///
  /// - Returns: the instruction set.
  /// - Throws: `RecurrentError.invalidOption` if `RECURRENT_ISA` names one that is not available.
  public static func chosen() throws(RecurrentError) -> InstructionSet {
    guard let value = getenv("RECURRENT_ISA"), value.pointee != 0 else { return available.last! }
    let name = String(cString: value)
    guard let set = selectable.first(where: { $0.rawValue == name }) else {
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
    case .avxvnni: RECURRENT_AVXVNNI
    case .avx512: RECURRENT_AVX512
    case .avx512vnni: RECURRENT_AVX512VNNI
    case .avx512bf16: RECURRENT_AVX512BF16
    case .dotprod: RECURRENT_DOTPROD
    case .neonbf16: RECURRENT_NEONBF16
    case .emulated: RECURRENT_EMULATED
    }
  }

  /// Whether bfloat16 is multiplied without being widened.
  package var multipliesBFloat16: Bool {
    switch self {
    case .avx512bf16, .neonbf16, .emulated: true
    default: false
    }
  }

  /// The instructions that compute a precision's products, and what faster ones the processor would
  /// need.
  package func path(of precision: Precision) -> String {
    switch (precision, self) {
    case (.float32, _): "fused multiply-add of \(float32.rawValue)"
    case (.bfloat16, .avx512bf16): "accelerated: VDPBF16PS of AVX-512 BF16"
    case (.bfloat16, .emulated), (.int8, .emulated): "not accelerated: plain C, for tests"
    case (.bfloat16, .neonbf16): "accelerated: BFDOT of NEON"
    case (.bfloat16, _):
      "not accelerated: weights are widened to float32 in the products, since \(rawValue) has no dot product of them"
    case (.int8, .avx512vnni), (.int8, .avx512bf16): "accelerated: VPDPBUSD of AVX-512 VNNI"
    case (.int8, .dotprod), (.int8, .neonbf16): "accelerated: SDOT of NEON"
    case (.int8, .avxvnni): "accelerated: VPDPBUSD of AVX-VNNI"
    case (.int8, .avx512), (.int8, .avx2): "partly accelerated: VPMADDWD on 16 bits, since \(rawValue) has no VNNI"
    case (.int8, .baseline): "not accelerated: products on 16 bits, since baseline has no dot product of bytes"
    }
  }
}
