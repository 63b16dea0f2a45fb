#ifndef SILERO_KERNELS_H
#define SILERO_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__x86_64__)

/// Whether this processor, and the system on it, have AVX2 and FMA.
bool steno_silero_has_avx2(void);

/// Adds the products of a packed matrix and `columns` (1 to 4) vectors of `rows` floats to as many outputs.
///
/// `panels` is `panel_count` (a multiple of 4) times `panel_rows` times 16 floats, of which the first `rows` rows of each
/// panel count. Vectors lie `input_stride` floats apart, outputs (16 times `panel_count` floats) `output_stride`. Only
/// where `steno_silero_has_avx2`. Any thread; nothing is kept.
void steno_silero_add_product_avx2(const void *panels, size_t panel_rows, size_t panel_count, size_t rows,
                                   const float *input, size_t input_stride, float *output, size_t output_stride,
                                   size_t columns);

#endif

#endif
