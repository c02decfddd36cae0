// float32 kernels: products and cell steps on panels of floats.
#include "tile.h"

#define KIND(x) NAME(x)
#define LEFT float
#define WEIGHT float
#define SUM vf
#define FACTOR vf
#define STEP LANES
#define PARTS 1
#define BROADCAST(a) (*(a))
#define WEIGHTS(p, part) load(p, LANES)
#define DOT(sum, x, w) ((x) * (w) + (sum))
#include "accumulate.h"

// The WEIGHTs of a panel.
#define PANEL_SIZE(depth, vectors) ((depth) * (vectors) * LANES)

PACK_VECTOR {
  (void)from, (void)total;
  float *target = panel + v * LANES;
  const long step = vectors * LANES;
  long k = 0;
  if (b_column == 1) {
    for (; k < depth; k++) store(target + k * step, load(b + k * b_row, count), LANES);
  } else if (b_row == 1) {
    for (; k + LANES <= depth; k += LANES) {
      vf m[LANES];
      for (long j = 0; j < LANES; j++) m[j] = j < count ? load(b + j * b_column + k, LANES) : (vf)0.0f;
      transpose(m);
      for (long j = 0; j < LANES; j++) store(target + (k + j) * step, m[j], LANES);
    }
  }
  for (; k < depth; k++) {
    for (long j = 0; j < LANES; j++) target[k * step + j] = j < count ? b[k * b_row + j * b_column] : 0.0f;
  }
}

#include "direct.h"

const RecurrentProductKernels NAME(float32_kernels) = KERNELS;
#include "kind_end.h"
