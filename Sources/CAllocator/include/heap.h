#ifndef HEAP_H
#define HEAP_H

/// Keeps the memory that the process holds near what it uses. To be called before threads begin.
///
/// `arenas` is how many parts the heap may have. Each keeps what is freed in it; by default there are eight per core, and
/// what passes from thread to thread, as an utterance's audio does, leaves room behind in many.
void heap_configure(int arenas);

/// Gives back to the system what is free, in every arena. It takes milliseconds.
void heap_trim(void);

#endif
