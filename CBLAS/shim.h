// OpenBLAS as Swift sees it: cblas.h (which also declares OpenBLAS's own calls: thread count, core
// name, configuration) and LAPACKE. Integers are `blasint` throughout: 32 bits in the usual LP64
// build, 64 in an ILP64 one.
#include <cblas.h>
#include <lapacke.h>
