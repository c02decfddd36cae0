// The end of a kind of product: undefines what accumulate.h, product_kernel.h and cell_kernel.h
// take from it.
#undef KIND
#undef LEFT
#undef WEIGHT
#undef SUM
#undef FACTOR
#undef STEP
#undef PARTS
#undef BROADCAST
#undef WEIGHTS
#undef DOT
#undef START
#undef MULTIPLY
#undef CELL_STEP
#undef PANEL_SIZE
#undef KERNELS
#undef DEPTH
#undef GROUP
#undef BEFORE
