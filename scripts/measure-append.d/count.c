// Loaded into the server by scripts/measure-append with LD_PRELOAD.
//
// Counts allocations on the heap in the file STENO_ALLOCATIONS, eight bytes, so that they can be read at any time. Each
// costs the server a few instructions more.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static atomic_ulong unread;
static atomic_ulong *allocations = &unread;

__attribute__((constructor)) static void share_count(void) {
    const char *path = getenv("STENO_ALLOCATIONS");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;

    void *shared = mmap(NULL, sizeof *allocations, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared != MAP_FAILED) allocations = shared;
    close(file);
}

static void count(void) { atomic_fetch_add_explicit(allocations, 1, memory_order_relaxed); }

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *block, size_t size) {
    count();
    return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **block, size_t alignment, size_t size) {
    void *result = memalign(alignment, size);
    if (!result) return ENOMEM;
    *block = result;
    return 0;
}

// Valgrind changes the mask where it stands, and crashes when that is constant memory, as libdispatch's is.
int sigsuspend(const sigset_t *mask) {
    sigset_t copy = *mask;
    return (int)syscall(SYS_rt_sigsuspend, &copy, _NSIG / 8);
}

// A server that valgrind slows down has its clocks and timers slowed down too: otherwise its limits of time, such as the share
// of an event loop that tasks may take at once, are reached where they never are in service.

enum { SLOWNESS = 50, CLOCKS = 16, DESCRIPTORS = 1024 };
static const long long second = 1000000000, far = 1000000000000000000;

static long long start_of[CLOCKS];
static clockid_t clock_of[DESCRIPTORS];

static long long nanoseconds(struct timespec time) { return time.tv_sec * second + time.tv_nsec; }

static struct timespec timespec_of(long long nanoseconds) {
    return (struct timespec){.tv_sec = nanoseconds / second, .tv_nsec = nanoseconds % second};
}

static bool is_slowed(clockid_t clock) { return clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME; }

static long long real_time(clockid_t clock) {
    struct timespec now = {0};
    syscall(SYS_clock_gettime, clock, &now);
    return nanoseconds(now);
}

__attribute__((constructor)) static void start_clocks(void) {
    start_of[CLOCK_MONOTONIC] = real_time(CLOCK_MONOTONIC);
    start_of[CLOCK_BOOTTIME] = real_time(CLOCK_BOOTTIME);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    if (!is_slowed(clock)) return (int)syscall(SYS_clock_gettime, clock, time);

    long long start = start_of[clock];
    *time = timespec_of(start + (start ? (real_time(clock) - start) / SLOWNESS : 0));
    return 0;
}

int timerfd_create(int clock, int flags) {
    int file = (int)syscall(SYS_timerfd_create, clock, flags);
    if (file >= 0 && file < DESCRIPTORS) clock_of[file] = clock;
    return file;
}

int timerfd_settime(int file, int flags, const struct itimerspec *value, struct itimerspec *old) {
    clockid_t clock = file >= 0 && file < DESCRIPTORS ? clock_of[file] : CLOCK_REALTIME;
    struct itimerspec slowed = *value;
    long long due = nanoseconds(value->it_value);

    if (is_slowed(clock) && due != 0) {
        long long start = flags & TFD_TIMER_ABSTIME ? start_of[clock] : 0;
        slowed.it_value = timespec_of(start + (due - start < far / SLOWNESS ? (due - start) * SLOWNESS : far));
        slowed.it_interval = timespec_of(nanoseconds(value->it_interval) * SLOWNESS);
    }
    return (int)syscall(SYS_timerfd_settime, file, flags, &slowed, old);
}
