#ifndef THREAD_NAME_H
#define THREAD_NAME_H

/// Names the calling thread as `ps -L` and debuggers show it: at most 15 bytes.
///
/// Returns 0, or ERANGE when the name is longer. (glibc declares its function only for _GNU_SOURCE, so Swift does not
/// see it.)
int thread_name_current(const char *name);

#endif
