// Machine peak: loops of multiply-adds or reads, one for each instruction set, chosen by the CPU's features.
#define _GNU_SOURCE
#include "machine_peak.h"

#include <sched.h>

int machine_peak_core(int index) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) == 0) return -1;
  index %= CPU_COUNT(&allowed);
  for (int core = 0; core < CPU_SETSIZE; core++) {
    if (CPU_ISSET(core, &allowed) && index-- == 0) return core;
  }
  return -1;
}

void machine_peak_pin(int core) {
  if (core < 0 || core >= CPU_SETSIZE) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(core, &one);
  sched_setaffinity(0, sizeof one, &one);
}

// Each loop has 12 independent sums: more than latency times units of any core, and few enough for 16 registers.
// The empty asm statement keeps the compiler from removing the sums.
#define ACCUMULATORS 12

#define FMA_LOOP(NAME, TYPE, ATTRIBUTE, ZERO, SET, FMA, WIDTH, CONSTRAINT)                              \
  ATTRIBUTE static double NAME(long rounds) {                                                           \
    TYPE s[ACCUMULATORS];                                                                               \
    TYPE a = SET(0.5f), b = SET(0.25f);                                                                 \
    for (int i = 0; i < ACCUMULATORS; i++) s[i] = ZERO;                                                 \
    for (long r = 0; r < rounds; r++) {                                                                 \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < ACCUMULATORS; i++) s[i] = FMA(a, s[i], b); \
      __asm__ volatile("" : CONSTRAINT(s[0]), CONSTRAINT(s[1]), CONSTRAINT(s[2]), CONSTRAINT(s[3]));    \
    }                                                                                                   \
    for (int i = 0; i < ACCUMULATORS; i++) __asm__ volatile("" : CONSTRAINT(s[i]));                     \
    return 2.0 * WIDTH * ACCUMULATORS * (double)rounds;                                                 \
  }

#define READ_LOOP(NAME, TYPE, ATTRIBUTE, ZERO, LOAD, ADD, WIDTH, CONSTRAINT)                                         \
  ATTRIBUTE static float NAME(const float *data, size_t bytes, long rounds) {                                        \
    TYPE s[8];                                                                                                       \
    for (int i = 0; i < 8; i++) s[i] = ZERO;                                                                         \
    for (long r = 0; r < rounds; r++) {                                                                              \
      for (size_t k = 0; k + 8 * WIDTH <= bytes / sizeof(float); k += 8 * WIDTH) {                                   \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < 8; i++) s[i] = ADD(s[i], LOAD(data + k + WIDTH * i)); \
      }                                                                                                              \
      __asm__ volatile("" : CONSTRAINT(s[0]) : : "memory");                                                          \
    }                                                                                                                \
    float total = 0;                                                                                                 \
    for (int i = 0; i < 8; i++) total += ((const float *)&s[i])[0];                                                  \
    return total;                                                                                                    \
  }

#if defined(__x86_64__)
#include <immintrin.h>
FMA_LOOP(fma_avx512, __m512, __attribute__((target("avx512f"))), _mm512_setzero_ps(), _mm512_set1_ps, _mm512_fmadd_ps,
         16, "+v")
FMA_LOOP(fma_avx2, __m256, __attribute__((target("avx2,fma"))), _mm256_setzero_ps(), _mm256_set1_ps, _mm256_fmadd_ps, 8,
         "+x")
#define SSE_MULTIPLY_ADD(a, b, c) _mm_add_ps(_mm_mul_ps(a, b), c)
FMA_LOOP(fma_baseline, __m128, , _mm_setzero_ps(), _mm_set1_ps, SSE_MULTIPLY_ADD, 4, "+x")
READ_LOOP(read_avx512, __m512, __attribute__((target("avx512f"))), _mm512_setzero_ps(), _mm512_load_ps, _mm512_add_ps,
          16, "+v")
READ_LOOP(read_avx2, __m256, __attribute__((target("avx2,fma"))), _mm256_setzero_ps(), _mm256_load_ps, _mm256_add_ps, 8,
          "+x")
READ_LOOP(read_baseline, __m128, , _mm_setzero_ps(), _mm_load_ps, _mm_add_ps, 4, "+x")

static int has_avx512(void) { return __builtin_cpu_supports("avx512f"); }
static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

const char *machine_peak_isa(void) { return has_avx512() ? "avx512f" : has_avx2() ? "avx2+fma" : "baseline"; }

double machine_peak_fma(long rounds) {
  return has_avx512() ? fma_avx512(rounds) : has_avx2() ? fma_avx2(rounds) : fma_baseline(rounds);
}

float machine_peak_read(const float *data, size_t bytes, long rounds) {
  return has_avx512() ? read_avx512(data, bytes, rounds)
         : has_avx2() ? read_avx2(data, bytes, rounds)
                      : read_baseline(data, bytes, rounds);
}
#elif defined(__aarch64__)
#include <arm_neon.h>
#define NEON_FMA(a, b, c) vfmaq_f32(c, a, b)
FMA_LOOP(fma_neon, float32x4_t, , vdupq_n_f32(0), vdupq_n_f32, NEON_FMA, 4, "+w")
READ_LOOP(read_neon, float32x4_t, , vdupq_n_f32(0), vld1q_f32, vaddq_f32, 4, "+w")

const char *machine_peak_isa(void) { return "neon"; }
double machine_peak_fma(long rounds) { return fma_neon(rounds); }
float machine_peak_read(const float *data, size_t bytes, long rounds) { return read_neon(data, bytes, rounds); }
#else
#error "machine_peak.c: add loops for this processor"
#endif
