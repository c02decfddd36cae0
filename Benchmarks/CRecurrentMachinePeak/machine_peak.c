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

// Each loop has as many independent sums as it is given: more than latency times units of any core, and few enough for
// the registers, 16 or (AVX-512, NEON) 32. The empty asm statements keep the compiler from removing the sums, and from
// computing equal products once.
#define UNROLLED _Pragma("clang loop unroll(full)")
#define MULTIPLY_ADD_LOOP(NAME, ATTRIBUTE, SUMS, TYPE, ZERO, FACTOR, VALUE, MULTIPLY_ADD, PER_SUM, CONSTRAINT) \
  ATTRIBUTE static double NAME(long rounds) {                                                                  \
    TYPE s[SUMS];                                                                                              \
    FACTOR a = VALUE, b = VALUE;                                                                               \
    UNROLLED for (int i = 0; i < SUMS; i++) {                                                                  \
      s[i] = ZERO;                                                                                             \
      __asm__ volatile("" : CONSTRAINT(s[i]));                                                                 \
    }                                                                                                          \
    for (long r = 0; r < rounds; r++) {                                                                        \
      UNROLLED for (int i = 0; i < SUMS; i++) {                                                                \
        __asm__ volatile("" : CONSTRAINT(a));                                                                  \
        s[i] = MULTIPLY_ADD(s[i], a, b);                                                                       \
      }                                                                                                        \
    }                                                                                                          \
    UNROLLED for (int i = 0; i < SUMS; i++) __asm__ volatile("" : CONSTRAINT(s[i]));                           \
    return 2.0 * PER_SUM * SUMS * (double)rounds;                                                              \
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
#define TARGET(FEATURES) __attribute__((target(FEATURES)))

// Sums converge to b / (1 - a): no overflow, no denormal number.
#define FMA_512(s, a, b) _mm512_fmadd_ps(a, s, b)
#define FMA_256(s, a, b) _mm256_fmadd_ps(a, s, b)
#define FMA_128(s, a, b) _mm_add_ps(_mm_mul_ps(a, s), b)
MULTIPLY_ADD_LOOP(fma_avx512, TARGET("avx512f"), 12, __m512, _mm512_setzero_ps(), __m512, _mm512_set1_ps(0.5f), FMA_512,
                  16, "+v")
MULTIPLY_ADD_LOOP(fma_avx2, TARGET("avx2,fma"), 12, __m256, _mm256_setzero_ps(), __m256, _mm256_set1_ps(0.5f), FMA_256,
                  8, "+x")
MULTIPLY_ADD_LOOP(fma_baseline, , 12, __m128, _mm_setzero_ps(), __m128, _mm_set1_ps(0.5f), FMA_128, 4, "+x")

// 0x3c00 as bfloat16 is 2^-7: sums stop growing long before they overflow.
#define BF16_512(s, a, b) _mm512_dpbf16_ps(s, (__m512bh)(a), (__m512bh)(b))
MULTIPLY_ADD_LOOP(bf16_avx512, TARGET("avx512f,avx512bf16"), 24, __m512, _mm512_setzero_ps(), __m512i,
                  _mm512_set1_epi16(0x3c00), BF16_512, 32, "+v")

#define MADD_512(s, a, b) _mm512_add_epi32(s, _mm512_madd_epi16(a, b))
#define MADD_256(s, a, b) _mm256_add_epi32(s, _mm256_madd_epi16(a, b))
#define MADD_128(s, a, b) _mm_add_epi32(s, _mm_madd_epi16(a, b))
MULTIPLY_ADD_LOOP(int8_avx512vnni, TARGET("avx512f,avx512vnni"), 24, __m512i, _mm512_setzero_si512(), __m512i,
                  _mm512_set1_epi8(1), _mm512_dpbusd_epi32, 64, "+v")
MULTIPLY_ADD_LOOP(int8_avxvnni, TARGET("avx2,avxvnni"), 12, __m256i, _mm256_setzero_si256(), __m256i,
                  _mm256_set1_epi8(1), _mm256_dpbusd_avx_epi32, 32, "+x")
MULTIPLY_ADD_LOOP(int8_avx512bw, TARGET("avx512f,avx512bw"), 12, __m512i, _mm512_setzero_si512(), __m512i,
                  _mm512_set1_epi16(1), MADD_512, 32, "+v")
MULTIPLY_ADD_LOOP(int8_avx2, TARGET("avx2"), 12, __m256i, _mm256_setzero_si256(), __m256i, _mm256_set1_epi16(1),
                  MADD_256, 16, "+x")
MULTIPLY_ADD_LOOP(int8_baseline, , 12, __m128i, _mm_setzero_si128(), __m128i, _mm_set1_epi16(1), MADD_128, 8, "+x")

READ_LOOP(read_avx512, __m512, __attribute__((target("avx512f"))), _mm512_setzero_ps(), _mm512_load_ps, _mm512_add_ps,
          16, "+v")
READ_LOOP(read_avx2, __m256, __attribute__((target("avx2,fma"))), _mm256_setzero_ps(), _mm256_load_ps, _mm256_add_ps, 8,
          "+x")
READ_LOOP(read_baseline, __m128, , _mm_setzero_ps(), _mm_load_ps, _mm_add_ps, 4, "+x")

static int has_avx512(void) { return __builtin_cpu_supports("avx512f"); }
static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

typedef struct {
  const char *isa;
  double (*run)(long rounds);
} Loop;

static Loop fma_loop(void) {
  if (has_avx512()) return (Loop){"avx512f", fma_avx512};
  if (has_avx2()) return (Loop){"avx2+fma", fma_avx2};
  return (Loop){"baseline", fma_baseline};
}

static Loop loop(MachinePeakPrecision precision) {
  switch (precision) {
  case MACHINE_PEAK_BFLOAT16:
    return has_avx512() && __builtin_cpu_supports("avx512bf16") ? (Loop){"avx512bf16", bf16_avx512} : fma_loop();
  case MACHINE_PEAK_INT8:
    if (has_avx512() && __builtin_cpu_supports("avx512vnni")) return (Loop){"avx512vnni", int8_avx512vnni};
    // The 512-bit loop needs two instructions for 32 products, the 256-bit one a single one.
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("avxvnni")) return (Loop){"avxvnni", int8_avxvnni};
    if (has_avx512() && __builtin_cpu_supports("avx512bw")) return (Loop){"avx512bw", int8_avx512bw};
    if (__builtin_cpu_supports("avx2")) return (Loop){"avx2", int8_avx2};
    return (Loop){"baseline", int8_baseline};
  default:
    return fma_loop();
  }
}

float machine_peak_read(const float *data, size_t bytes, long rounds) {
  return has_avx512() ? read_avx512(data, bytes, rounds)
         : has_avx2() ? read_avx2(data, bytes, rounds)
                      : read_baseline(data, bytes, rounds);
}
#elif defined(__aarch64__)
#include <arm_neon.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#define TARGET(FEATURES) __attribute__((target(FEATURES)))
#define FMA_NEON(s, a, b) vfmaq_f32(b, a, s)
MULTIPLY_ADD_LOOP(fma_neon, , 24, float32x4_t, vdupq_n_f32(0), float32x4_t, vdupq_n_f32(0.5f), FMA_NEON, 4, "+w")
#define BFMMLA(s, a, b) vbfmmlaq_f32(s, vreinterpretq_bf16_s16(a), vreinterpretq_bf16_s16(b))
MULTIPLY_ADD_LOOP(bf16_bfmmla, TARGET("arch=armv8.2-a+bf16"), 24, float32x4_t, vdupq_n_f32(0), int16x8_t,
                  vdupq_n_s16(0x3c00), BFMMLA, 16, "+w")
MULTIPLY_ADD_LOOP(int8_i8mm, TARGET("arch=armv8.2-a+i8mm"), 24, int32x4_t, vdupq_n_s32(0), int8x16_t, vdupq_n_s8(1),
                  vmmlaq_s32, 32, "+w")
MULTIPLY_ADD_LOOP(int8_sdot, TARGET("arch=armv8.2-a+dotprod"), 24, int32x4_t, vdupq_n_s32(0), int8x16_t, vdupq_n_s8(1),
                  vdotq_s32, 16, "+w")
#define MULTIPLY_PAIRS(s, a, b) vpadalq_s16(s, vmull_s8(a, b))
MULTIPLY_ADD_LOOP(int8_neon, , 12, int32x4_t, vdupq_n_s32(0), int8x8_t, vdup_n_s8(1), MULTIPLY_PAIRS, 8, "+w")
READ_LOOP(read_neon, float32x4_t, , vdupq_n_f32(0), vld1q_f32, vaddq_f32, 4, "+w")

typedef struct {
  const char *isa;
  double (*run)(long rounds);
} Loop;

// Bits of the kernel's hardware capabilities: HWCAP_ASIMDDP, HWCAP2_I8MM and HWCAP2_BF16.
#if defined(__linux__)
static int has_dot(void) { return getauxval(AT_HWCAP) >> 20 & 1; }
static int has_i8mm(void) { return getauxval(AT_HWCAP2) >> 13 & 1; }
static int has_bf16(void) { return getauxval(AT_HWCAP2) >> 14 & 1; }
#else
static int has_dot(void) { return 0; }
static int has_i8mm(void) { return 0; }
static int has_bf16(void) { return 0; }
#endif

static Loop loop(MachinePeakPrecision precision) {
  if (precision == MACHINE_PEAK_BFLOAT16 && has_bf16()) return (Loop){"bfmmla", bf16_bfmmla};
  if (precision != MACHINE_PEAK_INT8) return (Loop){"neon", fma_neon};
  if (has_i8mm()) return (Loop){"i8mm", int8_i8mm};
  return has_dot() ? (Loop){"sdot", int8_sdot} : (Loop){"neon", int8_neon};
}

float machine_peak_read(const float *data, size_t bytes, long rounds) { return read_neon(data, bytes, rounds); }
#else
#error "machine_peak.c: add loops for this processor"
#endif

const char *machine_peak_isa(MachinePeakPrecision precision) { return loop(precision).isa; }
double machine_peak_multiply_add(MachinePeakPrecision precision, long rounds) { return loop(precision).run(rounds); }
