// The one loop of the Silero network that is worth vectors wider than every x86-64 processor has. Swift compiles a whole
// module for one processor; C can do it for one function, which then runs only where it may.
#include "silero_kernels.h"

#if defined(__x86_64__)

enum { WIDTH = 16, REGISTER = 8 };
typedef float vector __attribute__((vector_size(4 * REGISTER), aligned(4)));

// With constants for `columns` and `panels` all the sums stay in registers: enough of them that no multiply-add waits for
// the one before, and no more than there are.
#define DEFINE_ADD_TILE(columns, panels)                                                                               \
    __attribute__((target("avx2,fma"))) static void add_tile_##columns(                                                \
        const float *weights, size_t panel_rows, size_t rows, const float *input, size_t input_stride, float *output,  \
        size_t output_stride) {                                                                                        \
        vector sums[columns][2 * panels];                                                                              \
        for (int c = 0; c < columns; c++)                                                                              \
            for (int r = 0; r < 2 * panels; r++)                                                                       \
                sums[c][r] = *(const vector *)(output + c * output_stride + r * REGISTER);                             \
        for (size_t row = 0; row < rows; row++)                                                                        \
            for (int r = 0; r < 2 * panels; r++) {                                                                     \
                const float *panel = weights + (r / 2 * panel_rows + row) * WIDTH;                                     \
                vector weight = *(const vector *)(panel + r % 2 * REGISTER);                                           \
                for (int c = 0; c < columns; c++) sums[c][r] += weight * input[c * input_stride + row];                \
            }                                                                                                          \
        for (int c = 0; c < columns; c++)                                                                              \
            for (int r = 0; r < 2 * panels; r++)                                                                       \
                *(vector *)(output + c * output_stride + r * REGISTER) = sums[c][r];                                   \
    }

DEFINE_ADD_TILE(1, 4)
DEFINE_ADD_TILE(2, 2)
DEFINE_ADD_TILE(3, 1)
DEFINE_ADD_TILE(4, 1)

bool steno_silero_has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

void steno_silero_add_product_avx2(const void *panels, size_t panel_rows, size_t panel_count, size_t rows,
                                   const float *input, size_t input_stride, float *output, size_t output_stride,
                                   size_t columns) {
    const float *weights = panels;
    size_t step = columns == 1 ? 4 : columns == 2 ? 2 : 1;
    for (size_t panel = 0; panel < panel_count; panel += step) {
        const float *first = weights + panel * panel_rows * WIDTH;
        float *sums = output + panel * WIDTH;
        switch (columns) {
        case 1: add_tile_1(first, panel_rows, rows, input, input_stride, sums, output_stride); break;
        case 2: add_tile_2(first, panel_rows, rows, input, input_stride, sums, output_stride); break;
        case 3: add_tile_3(first, panel_rows, rows, input, input_stride, sums, output_stride); break;
        case 4: add_tile_4(first, panel_rows, rows, input, input_stride, sums, output_stride); break;
        }
    }
}

#endif
