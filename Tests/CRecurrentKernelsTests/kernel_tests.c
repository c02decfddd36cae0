// Kernel tests: the kernels in C against plain loops in double, on every instruction set of this
// processor. This is a program, so that it can be built for another processor and run under an
// emulator (scripts/test-kernels).
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recurrent_kernels.h"

static int failures;
#define EXPECT(condition, ...)                      \
  do {                                              \
    if (!(condition) && failures++ < 20) {          \
      printf("FAIL %s: ", recurrent_isa_name(isa)); \
      printf(__VA_ARGS__);                          \
      printf("\n");                                 \
    }                                               \
  } while (0)

static float uniform(void) { return (float)rand() / (float)RAND_MAX * 2 - 1; }

static float *random_floats(long count) {
  float *p = malloc((size_t)(count + 1) * sizeof(float));
  for (long i = 0; i < count; i++) p[i] = uniform();
  return p;
}

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static long least(long a, long b) { return a < b ? a : b; }
static long padded(long count, long grain) { return (count + grain - 1) / grain * grain; }

// MARK: Activations

static void check_activations(RecurrentISA isa) {
  const RecurrentDenseKernels *k = recurrent_dense_kernels(isa);
  double worst[2] = {0, 0};
  for (unsigned long bits = 0; bits < 0x7f800000; bits += 9973) {
    float x[2], y[2][2];
    const unsigned b[2] = {(unsigned)bits, (unsigned)bits | 0x80000000u};
    memcpy(x, b, sizeof x);
    k->sigmoid(x, y[0], 2);
    k->tanh(x, y[1], 2);
    EXPECT(y[1][0] == -y[1][1], "tanh is not odd at %g", x[0]);
    for (int f = 0; f < 2; f++) {
      for (int i = 0; i < 2; i++) {
        const double expected = f ? tanh(x[i]) : sigmoid(x[i]);
        // The engine flushes denormal results to zero.
        if (fabs(expected) < 1.18e-38) continue;
        const double ulp = nextafterf(fabsf((float)expected), INFINITY) - fabsf((float)expected);
        const double error = fabs(y[f][i] - expected) / ulp;
        if (error > worst[f]) worst[f] = error;
      }
    }
  }
  EXPECT(worst[0] <= 4, "sigmoid is off by %g ulp", worst[0]);
  EXPECT(worst[1] <= 4, "tanh is off by %g ulp", worst[1]);
  const float special[3] = {INFINITY, -INFINITY, NAN};
  float y[3];
  k->sigmoid(special, y, 3);
  EXPECT(y[0] == 1 && y[1] == 0 && isnan(y[2]), "sigmoid of infinity or NaN: %g %g %g", y[0], y[1], y[2]);
  k->tanh(special, y, 3);
  EXPECT(y[0] == 1 && y[1] == -1 && isnan(y[2]), "tanh of infinity or NaN: %g %g %g", y[0], y[1], y[2]);
}

static void check_exponentials(RecurrentISA isa) {
  const RecurrentDenseKernels *k = recurrent_dense_kernels(isa);
  for (long count = 1; count < 50; count++) {
    float x[50], y[50];
    double expected = 0;
    for (long i = 0; i < count; i++) x[i] = 3 - (float)(i * i) * 0.1f, expected += exp(x[i] - 3.0f);
    y[count] = 7;
    const float sum = k->exponentials(x, 3, 1, y, count);
    EXPECT(fabs(sum - expected) < 1e-6 * expected && y[count] == 7, "%ld exponentials: %g, expected %g", count, sum,
           expected);
    for (long i = 0; i < count; i++) {
      const double e = x[i] - 3.0f < -87.3f ? 0 : exp(x[i] - 3.0f);
      EXPECT(fabs(y[i] - e) <= 3e-7 * e, "exp(%g) is %g, expected %g", x[i] - 3, y[i], e);
    }
  }
}

// Dropout against random words computed one at a time.
static void check_dropout(RecurrentISA isa) {
  const RecurrentDenseKernels *k = recurrent_dense_kernels(isa);
  enum { COUNT = 150, FIRST = 64 };
  const unsigned long seed = 0x123456789abcdef0ul, stream = 0xfedcba9876543210ul;
  float x[COUNT], y[COUNT];
  for (int i = 0; i < COUNT; i++) x[i] = 1 + (float)i;
  k->dropout(x, y, FIRST, COUNT, seed, stream, 0x40000000u, 2);
  for (long i = 0; i < COUNT; i++) {
    const unsigned long element = (unsigned long)(FIRST + i), in_group = element % 64,
                        block = element / 64 * 16 + in_group % 16;
    unsigned w[4] = {(unsigned)block, (unsigned)(block >> 32), (unsigned)stream, (unsigned)(stream >> 32)};
    unsigned k0 = (unsigned)seed, k1 = (unsigned)(seed >> 32);
    for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
      const unsigned long a = w[0] * 0xD2511F53ul, b = w[2] * 0xCD9E8D57ul;
      const unsigned next[4] = {(unsigned)(b >> 32) ^ w[1] ^ k0, (unsigned)b, (unsigned)(a >> 32) ^ w[3] ^ k1,
                                (unsigned)a};
      memcpy(w, next, sizeof w);
    }
    const float expected = w[in_group / 16] >= 0x40000000u ? 2 * x[i] : 0;
    EXPECT(y[i] == expected, "dropout of element %ld is %g, expected %g", i, y[i], expected);
  }
}

// MARK: Products

static void check_product(RecurrentISA isa, long m, long n, long k, int a_transposed, int b_transposed,
                          int accumulating, int biased) {
  const RecurrentProductKernels *kernels = recurrent_product_kernels(isa, RECURRENT_FLOAT32);
  const long a_row = a_transposed ? 1 : k, a_step = a_transposed ? m : 1, b_row = b_transposed ? 1 : n,
             b_column = b_transposed ? k : 1;
  const long c_row = n + 3, first = n / 3, end = n - n / 5;
  float *a = random_floats(m * k), *b = random_floats(k * n), *c = random_floats(m * c_row),
        *before = malloc((size_t)(m * c_row) * sizeof(float));
  float *panels = malloc((size_t)(k * padded(n, kernels->width) + RECURRENT_FETCHED_AHEAD) * sizeof(float));
  memcpy(before, c, (size_t)(m * c_row) * sizeof(float));
  kernels->pack(b, b_row, b_column, k, n, 1, panels);
  // The bias begins with the first of the columns that are computed.
  float *bias = random_floats(n);
  kernels->multiply(a, a_row, a_step, m, k, panels, n, first, end, c, c_row, accumulating, biased ? bias : NULL);
  for (long i = 0; i < m; i++) {
    for (long j = 0; j < c_row; j++) {
      const int inside = j < end - first;
      double sum = !inside || accumulating ? before[i * c_row + j] : 0;
      if (inside && biased) sum += bias[j];
      if (inside)
        for (long l = 0; l < k; l++) sum += (double)a[i * a_row + l * a_step] * b[l * b_row + (first + j) * b_column];
      EXPECT(fabs(c[i * c_row + j] - sum) <= (inside ? 1e-6 * (double)(k + 10) : 0),
             "product %ld x %ld x %ld at %ld, %ld: %g, not %g", m, n, k, i, j, c[i * c_row + j], sum);
    }
  }
  free(a), free(b), free(c), free(before), free(panels), free(bias);
}

// Products of integers -127...127, with both extremes in every row and column, so that scales are 1:
// they are exact in every precision.
static void check_integer_product(RecurrentISA isa, RecurrentPrecision precision, long m, long n, long k,
                                  int b_transposed) {
  const RecurrentProductKernels *kernels = recurrent_product_kernels(isa, precision);
  const long b_row = b_transposed ? 1 : n, b_column = b_transposed ? k : 1;
  float *a = random_floats(m * k), *b = random_floats(k * n), *c = random_floats(m * n);
  for (long i = 0; i < m; i++)
    for (long l = 0; l < k; l++)
      a[i * k + l] = l == i % k ? 127.0f : l == (i + 1) % k ? -127.0f : (float)(rand() % 255 - 127);
  for (long j = 0; j < n; j++)
    for (long l = 0; l < k; l++)
      b[l * b_row + j * b_column] = l == j % k ? -127.0f : l == (j + 1) % k ? 127.0f : (float)(rand() % 255 - 127);
  void *panels = aligned_alloc(64, (size_t)padded(kernels->size(k, n, 1) + RECURRENT_FETCHED_AHEAD * 4, 64));
  kernels->pack(b, b_row, b_column, k, n, 1, panels);
  kernels->multiply(a, k, 1, m, k, panels, n, 0, n, c, n, 0, NULL);
  for (long i = 0; i < m; i++) {
    for (long j = 0; j < n; j++) {
      long sum = 0;
      for (long l = 0; l < k; l++) sum += (long)a[i * k + l] * (long)b[l * b_row + j * b_column];
      EXPECT(c[i * n + j] == (float)sum, "precision %d, integer product %ld x %ld x %ld at %ld, %ld: %g, not %ld",
             (int)precision, m, n, k, i, j, c[i * n + j], sum);
    }
  }
  free(a), free(b), free(c), free(panels);
}

// Some columns of a product have the bits that they have among all, and nothing else is written.
static void check_parts(RecurrentISA isa, RecurrentPrecision precision, long m, long n, long k) {
  const RecurrentProductKernels *kernels = recurrent_product_kernels(isa, precision);
  float *a = random_floats(m * k), *b = random_floats(k * n), *bias = random_floats(n), *all = random_floats(m * n);
  float *before = random_floats(m * n), *c = malloc((size_t)(m * n) * sizeof(float));
  void *panels = aligned_alloc(64, (size_t)padded(kernels->size(k, n, 1) + RECURRENT_FETCHED_AHEAD * 4, 64));
  kernels->pack(b, n, 1, k, n, 1, panels);
  for (int accumulating = 0; accumulating < 2; accumulating++) {
    memcpy(all, before, (size_t)(m * n) * sizeof(float));
    kernels->multiply(a, k, 1, m, k, panels, n, 0, n, all, n, accumulating, bias);
    for (long first = 0; first < n; first += first % 16 == 0 ? 3 : 13) {
      for (long end = first + 1; end <= n; end += end % 16 == 0 ? 5 : 11) {
        memcpy(c, before, (size_t)(m * n) * sizeof(float));
        kernels->multiply(a, k, 1, m, k, panels, n, first, end, c + first, n, accumulating, bias + first);
        for (long i = 0; i < m * n; i++) {
          const float *expected = i % n >= first && i % n < end ? all : before;
          EXPECT(memcmp(&c[i], &expected[i], sizeof(float)) == 0,
                 "precision %d, %ld rows, columns %ld to %ld: column %ld of row %ld is %g, not %g", (int)precision, m,
                 first, end, i % n, i / n, c[i], expected[i]);
        }
      }
    }
  }
  free(a), free(b), free(bias), free(all), free(before), free(c), free(panels);
}

// MARK: Steps

enum { ELMAN, LSTM, GRU };

static void check_step(RecurrentISA isa, int cell, long rows, long H, long depth, long first, long end, int keeps,
                       int relu) {
  const RecurrentProductKernels *kernels = recurrent_product_kernels(isa, RECURRENT_FLOAT32);
  const long G = cell == ELMAN ? 1 : cell == LSTM ? 4 : 3, S = cell == ELMAN ? 1 : 4, going_on = rows - rows / 3;
  const long units = G == 1 ? kernels->width : kernels->lanes;
  first = first / units * units;
  if (end < H) end = least(H, padded(end, units));
  float *previous = random_floats(rows * depth), *carried = random_floats(rows * depth),
        *weights = random_floats(G * H * depth), *gates = random_floats(rows * S * H);
  float *bias = random_floats(G * H), *recurrent_bias = random_floats(G * H), *c = random_floats(rows * H),
        *kept = random_floats(rows * H);
  float *hidden = random_floats(rows * H), *output = random_floats(rows * H),
        *panels = malloc((size_t)(depth * G * padded(H, units) + RECURRENT_FETCHED_AHEAD) * sizeof(float));
  for (long i = 0; i < G * H * depth; i++) weights[i] /= (float)sqrt((double)depth);
  kernels->pack(weights, 1, depth, depth, G * H, G, panels);
  float **outputs = malloc((size_t)rows * sizeof(float *));
  for (long r = 0; r < rows; r++) outputs[r] = output + (rows - 1 - r) * H;
  float *gates_before = malloc((size_t)(rows * S * H) * sizeof(float)),
        *c_before = malloc((size_t)(rows * H) * sizeof(float));
  memcpy(gates_before, gates, (size_t)(rows * S * H) * sizeof(float));
  memcpy(c_before, c, (size_t)(rows * H) * sizeof(float));
  float *hidden_before = malloc((size_t)(rows * H) * sizeof(float));
  memcpy(hidden_before, hidden, (size_t)(rows * H) * sizeof(float));
  const RecurrentStep step = {.previous = previous,
                              .carried = carried,
                              .previous_row = depth,
                              .rows = rows,
                              .depth = depth,
                              .weights = panels,
                              .first = first,
                              .end = end,
                              .hidden_size = H,
                              .gates = gates,
                              .gates_row = S * H,
                              .keeps_gates = keeps,
                              .relu = relu,
                              .bias = bias,
                              .recurrent_bias = recurrent_bias,
                              .cell = c,
                              .kept_cell = keeps ? kept : NULL,
                              .hidden = hidden,
                              .hidden_row = H,
                              .hidden_rows = going_on,
                              .outputs = outputs};
  (cell == ELMAN ? kernels->elman_step : cell == LSTM ? kernels->lstm_step : kernels->gru_step)(&step);
  for (long r = 0; r < rows; r++) {
    for (long u = 0; u < H; u++) {
      const int inside = u >= first && u < end;
      double sum[4], kept_gates[4], h;
      for (long g = 0; g < G; g++) {
        sum[g] = 0;
        for (long k = 0; k < depth; k++) sum[g] += (double)previous[r * depth + k] * weights[(g * H + u) * depth + k];
      }
      const float *x = gates_before + r * S * H + u;
      if (cell == ELMAN) {
        h = x[0] + bias[u] + sum[0];
        h = kept_gates[0] = relu ? (h < 0 ? 0 : h) : tanh(h);
      } else if (cell == LSTM) {
        for (int g = 0; g < 4; g++)
          kept_gates[g] =
              g == 2 ? tanh(x[g * H] + bias[g * H + u] + sum[g]) : sigmoid(x[g * H] + bias[g * H + u] + sum[g]);
        const double new_c = kept_gates[1] * c_before[r * H + u] + kept_gates[0] * kept_gates[2];
        h = kept_gates[3] * tanh(new_c);
        if (inside) EXPECT(fabs(c[r * H + u] - new_c) < 1e-5, "c of row %ld, unit %ld of %ld", r, u, H);
        if (inside && keeps)
          EXPECT(kept[r * H + u] == c_before[r * H + u], "kept c of row %ld, unit %ld of %ld", r, u, H);
        if (!inside) EXPECT(c[r * H + u] == c_before[r * H + u], "c beyond, row %ld, unit %ld of %ld", r, u, H);
      } else {
        for (int g = 0; g < 2; g++)
          kept_gates[g + 1] = sigmoid(x[(g + 1) * H] + bias[g * H + u] + recurrent_bias[g * H + u] + sum[g]);
        kept_gates[0] = sum[2] + recurrent_bias[2 * H + u];
        kept_gates[3] = tanh(x[3 * H] + bias[2 * H + u] + kept_gates[1] * kept_gates[0]);
        h = (1 - kept_gates[2]) * kept_gates[3] + kept_gates[2] * carried[r * depth + u];
      }
      if (inside) {
        EXPECT(fabs(outputs[r][u] - h) < 1e-5, "cell %d, row %ld of %ld, unit %ld of %ld, depth %ld: %g, not %g", cell,
               r, rows, u, H, depth, outputs[r][u], h);
        if (r < going_on)
          EXPECT(hidden[r * H + u] == outputs[r][u], "cell %d: hidden of row %ld, unit %ld", cell, r, u);
        if (keeps) {
          for (int g = 0; g < S; g++)
            EXPECT(fabs(gates[r * S * H + g * H + u] - kept_gates[g]) < 1e-5,
                   "cell %d: gate %d of row %ld, unit %ld of %ld", cell, g, r, u, H);
        }
      }
      if (!inside || r >= going_on)
        EXPECT(hidden[r * H + u] == hidden_before[r * H + u], "cell %d: hidden beyond, row %ld, unit %ld", cell, r, u);
    }
  }
  free(previous), free(carried), free(weights), free(gates), free(bias), free(recurrent_bias), free(c), free(kept),
      free(hidden), free(output), free(panels);
  free(outputs), free(gates_before), free(c_before), free(hidden_before);
}

int main(void) {
  for (RecurrentISA isa = 0; isa < RECURRENT_ISA_COUNT; isa++) {
    if (!recurrent_isa_supported(isa)) continue;
    check_activations(isa);
    check_exponentials(isa);
    check_dropout(isa);
    const long sizes[][3] = {{1, 1, 1},   {1, 70, 3},   {2, 17, 40},   {3, 64, 5},  {5, 130, 33},
                             {6, 33, 16}, {7, 5, 1030}, {13, 100, 31}, {20, 16, 64}};
    for (unsigned s = 0; s < sizeof sizes / sizeof *sizes; s++) {
      for (int way = 0; way < 16; way++)
        check_product(isa, sizes[s][0], sizes[s][1], sizes[s][2], way & 1, way & 2, way & 4, way & 8);
    }
    for (long size = 1; size <= 70; size++) {
      for (int precision = RECURRENT_FLOAT32; precision <= RECURRENT_INT8; precision++) {
        check_integer_product(isa, (RecurrentPrecision)precision, 1 + size % 9, 17, size, size % 2);
        check_integer_product(isa, (RecurrentPrecision)precision, 1 + size % 9, size, 23, size % 2);
      }
    }
    for (int precision = RECURRENT_FLOAT32; precision <= RECURRENT_INT8; precision++) {
      for (long rows = 1; rows <= 18; rows += 1 + rows / 9)
        check_parts(isa, (RecurrentPrecision)precision, rows, 150, 7);
    }
    const long hidden[] = {1, 3, 4, 7, 8, 15, 16, 17, 33, 64, 100};
    for (unsigned i = 0; i < sizeof hidden / sizeof *hidden; i++) {
      for (long rows = 1; rows <= 9; rows++) {
        const long H = hidden[i];
        for (int keeps = 0; keeps < 2; keeps++) {
          for (int cell = ELMAN; cell <= GRU; cell++) check_step(isa, cell, rows, H, H, 0, H, keeps, (int)rows % 2);
          check_step(isa, LSTM, rows, H, 5, 0, H, keeps, 0);
        }
        for (int cell = ELMAN; cell <= GRU; cell++)
          check_step(isa, cell, rows, H, H, H / 2, H, 1, 0), check_step(isa, cell, rows, H, H, 0, H / 2, 1, 0);
      }
    }
    // A depth of more than one block.
    check_step(isa, LSTM, 3, 17, 1100, 0, 17, 1, 0);
    for (int cell = ELMAN; cell <= GRU; cell++) check_step(isa, cell, 2, 1040, 1040, 0, 1040, 1, 0);
    printf("%s: %s\n", recurrent_isa_name(isa),
           failures ? "failures" : "products, steps and activations agree with plain loops");
  }
  return failures > 0;
}
