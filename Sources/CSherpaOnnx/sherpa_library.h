// What the files of this target share.
#ifndef SHERPA_LIBRARY_H
#define SHERPA_LIBRARY_H

#include "sherpa_recognizer.h"

// A function of the library, or NULL; sherpa_last_error() then names it.
void *sherpa_library_find(const sherpa_library *library, const char *name);

// Writes what to run models on. Returns a descriptor to close once the model is loaded, or -1 when there is none.
int sherpa_open_provider(char *provider, size_t size);

#endif
