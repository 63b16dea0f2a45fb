#include "heap.h"

#include <malloc.h>

void heap_configure(int arenas) {
    mallopt(M_ARENA_MAX, arenas);

    // Buffers of long audio go back to the system at once, rather than to the heap of each thread. By default this limit
    // grows with what is freed.
    mallopt(M_MMAP_THRESHOLD, 8 << 20);
}

void heap_trim(void) {
    malloc_trim(0);
}
