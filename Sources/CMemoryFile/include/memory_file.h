#ifndef MEMORY_FILE_H
#define MEMORY_FILE_H

/// Makes an empty file that lies in memory and closes on exec; `name` only shows in /proc.
///
/// Returns its descriptor, or -1 and sets errno. (glibc declares its function only for _GNU_SOURCE, so Swift does not see
/// it.)
int memory_file_create(const char *name);

#endif
