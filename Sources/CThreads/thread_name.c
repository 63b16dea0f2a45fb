#define _GNU_SOURCE
#include "thread_name.h"

#include <pthread.h>

int thread_name_current(const char *name) {
    return pthread_setname_np(pthread_self(), name);
}
