// The kernels for the processor family's default instruction set.
#define LANES 4
#define NAME(x) recurrent_baseline_##x
#include "gate_kernels.h"
