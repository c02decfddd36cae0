// Dispatch: the kernels of each instruction set, and whether this processor supports it.
#include <stddef.h>

#include "recurrent_kernels.h"

extern const RecurrentGateKernels recurrent_baseline_gate_kernels;
extern const RecurrentProductKernels recurrent_baseline_product_kernels;
extern const RecurrentDenseKernels recurrent_baseline_dense_kernels;
#if defined(__x86_64__)
extern const RecurrentGateKernels recurrent_avx2_gate_kernels, recurrent_avx512_gate_kernels;
extern const RecurrentProductKernels recurrent_avx2_product_kernels, recurrent_avx512_product_kernels;
extern const RecurrentDenseKernels recurrent_avx2_dense_kernels, recurrent_avx512_dense_kernels;
#endif

const char *recurrent_isa_name(RecurrentISA isa) {
  switch (isa) {
  case RECURRENT_AVX512:
    return "avx512";
  case RECURRENT_AVX2:
    return "avx2";
  default:
    return "baseline";
  }
}

int recurrent_isa_supported(RecurrentISA isa) {
  switch (isa) {
  case RECURRENT_BASELINE:
    return 1;
#if defined(__x86_64__)
  // These builtins also check that the operating system saves the registers.
  case RECURRENT_AVX2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  case RECURRENT_AVX512:
    return recurrent_isa_supported(RECURRENT_AVX2) && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
#endif
  default:
    return 0;
  }
}

const RecurrentGateKernels *recurrent_gate_kernels(RecurrentISA isa) {
  switch (isa) {
#if defined(__x86_64__)
  case RECURRENT_AVX512:
    return &recurrent_avx512_gate_kernels;
  case RECURRENT_AVX2:
    return &recurrent_avx2_gate_kernels;
#endif
  default:
    return &recurrent_baseline_gate_kernels;
  }
}

const RecurrentProductKernels *recurrent_product_kernels(RecurrentISA isa) {
  switch (isa) {
#if defined(__x86_64__)
  case RECURRENT_AVX512:
    return &recurrent_avx512_product_kernels;
  case RECURRENT_AVX2:
    return &recurrent_avx2_product_kernels;
#endif
  default:
    return &recurrent_baseline_product_kernels;
  }
}

const RecurrentDenseKernels *recurrent_dense_kernels(RecurrentISA isa) {
  switch (isa) {
#if defined(__x86_64__)
  case RECURRENT_AVX512:
    return &recurrent_avx512_dense_kernels;
  case RECURRENT_AVX2:
    return &recurrent_avx2_dense_kernels;
#endif
  default:
    return &recurrent_baseline_dense_kernels;
  }
}
