#ifndef ONNX_SESSION_H
#define ONNX_SESSION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The shared library onnxruntime, loaded while the process runs, so that a program starts without it too.
typedef struct onnx_library onnx_library;

/// A model that is loaded, with one input and one output that are used. It is never changed after that: any number of
/// threads may run it at once.
typedef struct onnx_session onnx_session;

/// One call of a model, which another thread may stop.
typedef struct onnx_run onnx_run;

typedef enum {
    ONNX_OK = 0,
    ONNX_NO_MEMORY = 1,
    /// The library cannot be loaded, or is another one.
    ONNX_BAD_LIBRARY = 2,
    /// The library refuses the model.
    ONNX_BAD_MODEL = 3,
    /// The run failed, was stopped, or the model's tensors have other shapes.
    ONNX_RUN_FAILED = 4,
} onnx_status;

/// Loads the library from a file. Its code stays loaded until the process ends.
onnx_status onnx_library_open(const char *path, onnx_library **out);

/// Frees what onnx_library_open stored, after everything that was made with it.
void onnx_library_close(onnx_library *library);

/// Loads a model from a file, for running on the calling thread alone; takes up to a second, and blocks.
///
/// The names are those of the model's input and output, and have to live as long as the session.
onnx_status onnx_session_create(const onnx_library *library, const char *model, const char *input, const char *output,
                                onnx_session **out);

void onnx_session_destroy(onnx_session *session);

/// Makes what lets another thread stop one call.
onnx_status onnx_run_create(const onnx_session *session, onnx_run **out);

/// Lets the call end early, also one that is still to come. Any thread may do this until the run is destroyed.
void onnx_run_stop(const onnx_run *run);

void onnx_run_destroy(onnx_run *run);

/// Runs the model on a tensor of floats, and blocks until it has written `count` floats, which have the shape [1, count].
///
/// input is read only. shape has as many entries as the tensor has dimensions.
onnx_status onnx_session_run(const onnx_session *session, const onnx_run *run, const float *input, const int64_t *shape,
                             size_t dimensions, float *output, size_t count);

/// Why the last call on this thread failed; "" when there is nothing more to say. Valid until the next call.
const char *onnx_last_error(void);

#ifdef __cplusplus
}
#endif

#endif
