#include "onnx_session.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What is used of onnxruntime's C interface, version 1.
//
// The library hands out a table of functions. Its order is the interface: onnxruntime promises that a table for version 1
// never changes, adds to its end only, and asserts at its own build that the table of version 1 ends at place 101. The
// types are its opaque handles, and its enumerations are as wide as int.

typedef struct ort_env ort_env;
typedef struct ort_status ort_status;
typedef struct ort_options ort_options;
typedef struct ort_session ort_session;
typedef struct ort_run_options ort_run_options;
typedef struct ort_value ort_value;
typedef struct ort_memory_info ort_memory_info;

enum { API_VERSION = 1 };
enum { LOG_FATAL = 4 };
enum { OPTIMIZE_ALL = 99 };
enum { ELEMENT_FLOAT = 1 };
enum { DEVICE_ALLOCATOR = 0, DEFAULT_MEMORY = 0 };

// The places between those that are used.
#define UNUSED(first, last) void *unused_##first[(last) - (first) + 1]

typedef struct {
    UNUSED(0, 1);
    const char *(*get_error_message)(const ort_status *status);
    ort_status *(*create_env)(int severity, const char *name, ort_env **out);
    UNUSED(4, 6);
    ort_status *(*create_session)(const ort_env *env, const char *path, const ort_options *options, ort_session **out);
    UNUSED(8, 8);
    ort_status *(*run)(ort_session *session, const ort_run_options *options, const char *const *input_names,
                       const ort_value *const *inputs, size_t input_count, const char *const *output_names,
                       size_t output_count, ort_value **outputs);
    ort_status *(*create_options)(ort_options **out);
    UNUSED(11, 18);
    ort_status *(*disable_arena)(ort_options *options);
    UNUSED(20, 22);
    ort_status *(*set_optimization)(ort_options *options, int level);
    ort_status *(*set_threads_in_node)(ort_options *options, int count);
    ort_status *(*set_threads_of_nodes)(ort_options *options, int count);
    UNUSED(26, 38);
    ort_status *(*create_run_options)(ort_run_options **out);
    UNUSED(40, 45);
    ort_status *(*terminate_run)(ort_run_options *options);
    UNUSED(47, 48);
    ort_status *(*create_tensor)(const ort_memory_info *info, void *data, size_t bytes, const int64_t *shape,
                                 size_t dimensions, int element, ort_value **out);
    UNUSED(50, 68);
    ort_status *(*create_cpu_memory_info)(int allocator, int memory, ort_memory_info **out);
    UNUSED(70, 91);
    void (*release_env)(ort_env *env);
    void (*release_status)(ort_status *status);
    void (*release_memory_info)(ort_memory_info *info);
    void (*release_session)(ort_session *session);
    void (*release_value)(ort_value *value);
    void (*release_run_options)(ort_run_options *options);
    UNUSED(98, 99);
    void (*release_options)(ort_options *options);
    UNUSED(101, 101);
} ort_api;

#define PLACE(member) (offsetof(ort_api, member) / sizeof(void *))
_Static_assert(PLACE(get_error_message) == 2 && PLACE(create_env) == 3, "the places of the table");
_Static_assert(PLACE(create_session) == 7 && PLACE(run) == 9 && PLACE(create_options) == 10, "the places of the table");
_Static_assert(PLACE(disable_arena) == 19 && PLACE(set_optimization) == 23, "the places of the table");
_Static_assert(PLACE(set_threads_of_nodes) == 25 && PLACE(create_run_options) == 39, "the places of the table");
_Static_assert(PLACE(terminate_run) == 46 && PLACE(create_tensor) == 49, "the places of the table");
_Static_assert(PLACE(create_cpu_memory_info) == 69 && PLACE(release_env) == 92, "the places of the table");
_Static_assert(PLACE(release_options) == 100 && sizeof(ort_api) == 102 * sizeof(void *), "the places of the table");

typedef struct {
    const ort_api *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
} ort_api_base;

struct onnx_library {
    const ort_api *api;
    ort_env *env;
    ort_memory_info *memory;
};

struct onnx_session {
    const onnx_library *library;
    ort_session *handle;
    const char *input;
    const char *output;
};

struct onnx_run {
    const ort_api *api;
    ort_run_options *options;
};

static _Thread_local char last_error[512];

const char *onnx_last_error(void) {
    return last_error;
}

static void set_error(const char *message) {
    snprintf(last_error, sizeof last_error, "%s", message ? message : "");
}

// Takes a status, of which there is none when all went well; its words become the last error.
static int failed(const ort_api *api, ort_status *status) {
    if (!status) return 0;
    set_error(api->get_error_message(status));
    api->release_status(status);
    return 1;
}

onnx_status onnx_library_open(const char *path, onnx_library **out) {
    last_error[0] = '\0';
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        set_error(dlerror());
        return ONNX_BAD_LIBRARY;
    }
    const ort_api_base *(*get_base)(void) = (const ort_api_base *(*)(void))dlsym(handle, "OrtGetApiBase");
    const ort_api_base *base = get_base ? get_base() : NULL;
    const ort_api *api = base ? base->get_api(API_VERSION) : NULL;
    if (!api) {
        set_error("it is not onnxruntime");
        return ONNX_BAD_LIBRARY;
    }
    onnx_library *library = calloc(1, sizeof *library);
    if (!library) return ONNX_NO_MEMORY;
    library->api = api;
    // Every failure comes back as a status; the library need not print it too.
    if (failed(api, api->create_env(LOG_FATAL, "steno", &library->env)) ||
        failed(api, api->create_cpu_memory_info(DEVICE_ALLOCATOR, DEFAULT_MEMORY, &library->memory))) {
        onnx_library_close(library);
        return ONNX_BAD_LIBRARY;
    }
    *out = library;
    return ONNX_OK;
}

void onnx_library_close(onnx_library *library) {
    if (!library) return;
    if (library->memory) library->api->release_memory_info(library->memory);
    if (library->env) library->api->release_env(library->env);
    free(library);
}

// One thread, which is the caller's: more would wait for each other by spinning. Without the arena, what a run takes is
// freed after it.
static int set_options(const ort_api *api, ort_options *options) {
    return failed(api, api->set_threads_in_node(options, 1)) || failed(api, api->set_threads_of_nodes(options, 1)) ||
           failed(api, api->set_optimization(options, OPTIMIZE_ALL)) || failed(api, api->disable_arena(options));
}

onnx_status onnx_session_create(const onnx_library *library, const char *model, const char *input, const char *output,
                                onnx_session **out) {
    last_error[0] = '\0';
    const ort_api *api = library->api;
    onnx_session *session = calloc(1, sizeof *session);
    if (!session) return ONNX_NO_MEMORY;
    session->library = library;
    session->input = input;
    session->output = output;

    ort_options *options = NULL;
    int is_bad = failed(api, api->create_options(&options)) || set_options(api, options) ||
                 failed(api, api->create_session(library->env, model, options, &session->handle));
    if (options) api->release_options(options);
    if (is_bad) {
        onnx_session_destroy(session);
        return ONNX_BAD_MODEL;
    }
    *out = session;
    return ONNX_OK;
}

void onnx_session_destroy(onnx_session *session) {
    if (!session) return;
    if (session->handle) session->library->api->release_session(session->handle);
    free(session);
}

onnx_status onnx_run_create(const onnx_session *session, onnx_run **out) {
    last_error[0] = '\0';
    onnx_run *run = calloc(1, sizeof *run);
    if (!run) return ONNX_NO_MEMORY;
    run->api = session->library->api;
    if (failed(run->api, run->api->create_run_options(&run->options))) {
        free(run);
        return ONNX_NO_MEMORY;
    }
    *out = run;
    return ONNX_OK;
}

void onnx_run_stop(const onnx_run *run) {
    failed(run->api, run->api->terminate_run(run->options));
}

void onnx_run_destroy(onnx_run *run) {
    if (!run) return;
    run->api->release_run_options(run->options);
    free(run);
}

onnx_status onnx_session_run(const onnx_session *session, const onnx_run *run, const float *input, const int64_t *shape,
                             size_t dimensions, float *output, size_t count) {
    last_error[0] = '\0';
    const onnx_library *library = session->library;
    const ort_api *api = library->api;
    size_t input_bytes = sizeof *input;
    for (size_t index = 0; index < dimensions; index++) input_bytes *= (size_t)shape[index];
    const int64_t output_shape[] = {1, (int64_t)count};

    // Tensors over memory of ours: the library checks that the model's have the same shape.
    ort_value *from = NULL, *to = NULL;
    int is_bad =
        failed(api, api->create_tensor(library->memory, (void *)input, input_bytes, shape, dimensions, ELEMENT_FLOAT, &from)) ||
        failed(api, api->create_tensor(library->memory, output, count * sizeof *output, output_shape, 2, ELEMENT_FLOAT, &to)) ||
        failed(api, api->run(session->handle, run->options, &session->input, (const ort_value *const *)&from, 1,
                             &session->output, 1, &to));
    if (from) api->release_value(from);
    if (to) api->release_value(to);
    return is_bad ? ONNX_RUN_FAILED : ONNX_OK;
}
