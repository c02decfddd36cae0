// The dot product of int8 kernels without an instruction for bytes: weights are widened to 16 bits,
// and two exact products are added at a time.
#define GROUP 2
#define OFFSET 0
#define LEFT_ELEMENT short
#define INT8_FACTOR vi
#define INT8_BROADCAST(a) ((vi)(int)*(a))
#define INT8_WEIGHTS(p) NAME(widened)(p)
