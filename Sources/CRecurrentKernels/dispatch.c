// Dispatch: the kernels of each instruction set, and whether this processor supports it.
#include "recurrent_kernels.h"

#define DECLARE(isa)                                                                                          \
  extern const RecurrentGateKernels recurrent_##isa##_gate_kernels;                                           \
  extern const RecurrentDenseKernels recurrent_##isa##_dense_kernels;                                         \
  extern const RecurrentProductKernels recurrent_##isa##_float32_kernels, recurrent_##isa##_bfloat16_kernels, \
      recurrent_##isa##_int8_kernels;
DECLARE(baseline)
extern const RecurrentProductKernels recurrent_emulated_bfloat16_kernels, recurrent_emulated_int8_kernels;
#if defined(__x86_64__)
DECLARE(avx2)
DECLARE(avx512)
extern const RecurrentProductKernels recurrent_avxvnni_int8_kernels, recurrent_avx512vnni_int8_kernels,
    recurrent_avx512bf16_bfloat16_kernels;
#elif defined(__aarch64__)
#include <sys/auxv.h>
extern const RecurrentProductKernels recurrent_dotprod_int8_kernels, recurrent_neonbf16_bfloat16_kernels;
#endif

const char *recurrent_isa_name(RecurrentISA isa) {
  static const char *const names[] = {"baseline",   "avx2",    "avxvnni",  "avx512",  "avx512vnni",
                                      "avx512bf16", "dotprod", "neonbf16", "emulated"};
  return names[isa];
}

int recurrent_isa_supported(RecurrentISA isa) {
  switch (isa) {
  case RECURRENT_BASELINE:
  case RECURRENT_EMULATED:
    return 1;
#if defined(__x86_64__)
  // These builtins also check that the operating system saves the registers.
  case RECURRENT_AVX2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  case RECURRENT_AVXVNNI:
    return recurrent_isa_supported(RECURRENT_AVX2) && __builtin_cpu_supports("avxvnni");
  case RECURRENT_AVX512:
    return recurrent_isa_supported(RECURRENT_AVX2) && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
  case RECURRENT_AVX512VNNI:
    return recurrent_isa_supported(RECURRENT_AVX512) && __builtin_cpu_supports("avx512vnni");
  case RECURRENT_AVX512BF16:
    return recurrent_isa_supported(RECURRENT_AVX512VNNI) && __builtin_cpu_supports("avx512bf16");
#elif defined(__aarch64__)
  // HWCAP_ASIMDDP and HWCAP2_BF16.
  case RECURRENT_DOTPROD:
    return getauxval(AT_HWCAP) >> 20 & 1;
  case RECURRENT_NEONBF16:
    return recurrent_isa_supported(RECURRENT_DOTPROD) && (getauxval(AT_HWCAP2) >> 14 & 1);
#endif
  default:
    return 0;
  }
}

// The kernels of an instruction set whose name is the argument of DECLARE, for float32.
#define FLOAT32(isa, kind)             \
  switch (isa) {                       \
  case RECURRENT_AVX512:               \
  case RECURRENT_AVX512VNNI:           \
  case RECURRENT_AVX512BF16:           \
    return &recurrent_avx512_##kind;   \
  case RECURRENT_AVX2:                 \
  case RECURRENT_AVXVNNI:              \
    return &recurrent_avx2_##kind;     \
  default:                             \
    return &recurrent_baseline_##kind; \
  }
#if !defined(__x86_64__)
#undef FLOAT32
#define FLOAT32(isa, kind) \
  (void)(isa);             \
  return &recurrent_baseline_##kind;
#endif

const RecurrentGateKernels *recurrent_gate_kernels(RecurrentISA isa) { FLOAT32(isa, gate_kernels) }

const RecurrentDenseKernels *recurrent_dense_kernels(RecurrentISA isa) { FLOAT32(isa, dense_kernels) }

static const RecurrentProductKernels *bfloat16_kernels(RecurrentISA isa) {
  if (isa == RECURRENT_EMULATED) return &recurrent_emulated_bfloat16_kernels;
#if defined(__x86_64__)
  if (isa == RECURRENT_AVX512BF16) return &recurrent_avx512bf16_bfloat16_kernels;
#elif defined(__aarch64__)
  if (isa == RECURRENT_NEONBF16) return &recurrent_neonbf16_bfloat16_kernels;
#endif
  FLOAT32(isa, bfloat16_kernels)
}

static const RecurrentProductKernels *int8_kernels(RecurrentISA isa) {
  if (isa == RECURRENT_EMULATED) return &recurrent_emulated_int8_kernels;
#if defined(__x86_64__)
  if (isa == RECURRENT_AVXVNNI) return &recurrent_avxvnni_int8_kernels;
  if (isa == RECURRENT_AVX512VNNI || isa == RECURRENT_AVX512BF16) return &recurrent_avx512vnni_int8_kernels;
#elif defined(__aarch64__)
  if (isa == RECURRENT_DOTPROD || isa == RECURRENT_NEONBF16) return &recurrent_dotprod_int8_kernels;
#endif
  FLOAT32(isa, int8_kernels)
}

const RecurrentProductKernels *recurrent_product_kernels(RecurrentISA isa, RecurrentPrecision precision) {
  switch (precision) {
  case RECURRENT_INT8:
    return int8_kernels(isa);
  case RECURRENT_BFLOAT16:
    return bfloat16_kernels(isa);
  default:
    FLOAT32(isa, float32_kernels)
  }
}
