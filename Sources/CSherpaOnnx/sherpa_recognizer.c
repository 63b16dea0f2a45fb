#include "sherpa_recognizer.h"

#include "sherpa_library.h"

static _Thread_local char last_error[512];

const char *sherpa_last_error(void) {
    return last_error;
}

#if __has_include(<sherpa-onnx/c-api/c-api.h>)

#include <dlfcn.h>
#include <sherpa-onnx/c-api/c-api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// The functions that are used; FUNCTION is applied to each name.
#define FUNCTIONS(FUNCTION)                            \
    FUNCTION(SherpaOnnxGetVersionStr)                  \
    FUNCTION(SherpaOnnxCreateOfflineRecognizer)        \
    FUNCTION(SherpaOnnxDestroyOfflineRecognizer)       \
    FUNCTION(SherpaOnnxCreateOfflineStream)            \
    FUNCTION(SherpaOnnxDestroyOfflineStream)           \
    FUNCTION(SherpaOnnxOfflineStreamSetOption)         \
    FUNCTION(SherpaOnnxAcceptWaveformOffline)          \
    FUNCTION(SherpaOnnxDecodeOfflineStream)            \
    FUNCTION(SherpaOnnxGetOfflineStreamResult)         \
    FUNCTION(SherpaOnnxDestroyOfflineRecognizerResult)

// The structures of the header are those of this version and of no other.
static const char *const header_version = "2.0.1";

struct sherpa_library {
    void *handle;
#define MEMBER(name) __typeof__(&name) name;
    FUNCTIONS(MEMBER)
#undef MEMBER
};

struct sherpa_recognizer {
    const sherpa_library *library;
    const SherpaOnnxOfflineRecognizer *handle;
};

struct sherpa_result {
    const sherpa_library *library;
    const SherpaOnnxOfflineStream *stream;
    const SherpaOnnxOfflineRecognizerResult *handle;
};

static const char *or_empty(const char *text) {
    return text ? text : "";
}

sherpa_status sherpa_library_open(const char *path, sherpa_library **out) {
    last_error[0] = '\0';
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        snprintf(last_error, sizeof last_error, "%s", or_empty(dlerror()));
        return SHERPA_BAD_LIBRARY;
    }
    sherpa_library *library = calloc(1, sizeof *library);
    if (!library) return SHERPA_NO_MEMORY;

#define LOAD(name)                                                                 \
    library->name = (__typeof__(&name))dlsym(handle, #name);                       \
    if (!library->name) {                                                          \
        snprintf(last_error, sizeof last_error, "it has no function %s", #name);   \
        free(library);                                                             \
        return SHERPA_BAD_LIBRARY;                                                 \
    }
    FUNCTIONS(LOAD)
#undef LOAD
    library->handle = handle;

    const char *version = or_empty(library->SherpaOnnxGetVersionStr());
    if (strcmp(version, header_version) != 0) {
        snprintf(last_error, sizeof last_error, "it is version %.40s, and this program needs %s", version, header_version);
        free(library);
        return SHERPA_BAD_LIBRARY;
    }
    *out = library;
    return SHERPA_OK;
}

void sherpa_library_close(sherpa_library *library) {
    free(library);
}

void *sherpa_library_find(const sherpa_library *library, const char *name) {
    void *function = dlsym(library->handle, name);
    if (!function) snprintf(last_error, sizeof last_error, "it has no function %s", name);
    return function;
}

static void set_files(SherpaOnnxOfflineModelConfig *config, const sherpa_model *model) {
    config->tokens = model->tokens;
    switch (model->kind) {
    case SHERPA_MOONSHINE_MERGED:
        config->moonshine.encoder = model->encoder;
        config->moonshine.merged_decoder = model->decoder;
        break;
    case SHERPA_MOONSHINE:
        config->moonshine.preprocessor = model->preprocessor;
        config->moonshine.encoder = model->encoder;
        config->moonshine.uncached_decoder = model->decoder;
        config->moonshine.cached_decoder = model->cached_decoder;
        break;
    case SHERPA_WHISPER:
        config->whisper.encoder = model->encoder;
        config->whisper.decoder = model->decoder;
        config->whisper.language = or_empty(model->language);
        config->whisper.task = "transcribe";
        config->whisper.tail_paddings = -1;
        break;
    case SHERPA_TRANSDUCER:
        config->transducer.encoder = model->encoder;
        config->transducer.decoder = model->decoder;
        config->transducer.joiner = model->joiner;
        break;
    case SHERPA_NEMO_CTC: config->nemo_ctc.model = model->model; break;
    case SHERPA_ZIPFORMER_CTC: config->zipformer_ctc.model = model->model; break;
    case SHERPA_SENSE_VOICE:
        config->sense_voice.model = model->model;
        config->sense_voice.language = model->language ? model->language : "auto";
        config->sense_voice.use_itn = 1;
        break;
    }
}

// onnxruntime keeps what the longest audio took, per thread; without its arena that is freed. Options of a provider come
// from a file, so they are put into one that exists in memory only.
int sherpa_open_provider(char *provider, size_t size) {
    static const char options[] = "EnableCpuMemArena=0\n";
    snprintf(provider, size, "cpu");
    int file = memfd_create("sherpa-provider", MFD_CLOEXEC);
    if (file >= 0 && write(file, options, sizeof options - 1) != sizeof options - 1) {
        close(file);
        return -1;
    }
    if (file >= 0) snprintf(provider, size, "cpu:/proc/self/fd/%d", file);
    return file;
}

sherpa_status sherpa_recognizer_create(const sherpa_library *library, const sherpa_model *model,
                                       sherpa_recognizer **out) {
    last_error[0] = '\0';
    char provider[64];
    int options = sherpa_open_provider(provider, sizeof provider);

    SherpaOnnxOfflineRecognizerConfig config;
    memset(&config, 0, sizeof config);
    config.feat_config.sample_rate = 16000;
    config.feat_config.feature_dim = 80;
    // More threads of its own wait for each other by spinning; several pieces at once use the cores better.
    config.model_config.num_threads = 1;
    config.model_config.provider = provider;
    config.decoding_method = "greedy_search";
    set_files(&config.model_config, model);

    sherpa_recognizer *recognizer = calloc(1, sizeof *recognizer);
    if (recognizer) {
        recognizer->library = library;
        recognizer->handle = library->SherpaOnnxCreateOfflineRecognizer(&config);
    }
    if (options >= 0) close(options);
    if (!recognizer) return SHERPA_NO_MEMORY;
    if (!recognizer->handle) {
        free(recognizer);
        return SHERPA_BAD_MODEL;
    }
    *out = recognizer;
    return SHERPA_OK;
}

void sherpa_recognizer_destroy(sherpa_recognizer *recognizer) {
    if (!recognizer) return;
    recognizer->library->SherpaOnnxDestroyOfflineRecognizer(recognizer->handle);
    free(recognizer);
}

sherpa_status sherpa_recognizer_decode(const sherpa_recognizer *recognizer, const float *samples, size_t count,
                                       const char *language, sherpa_result **out) {
    const sherpa_library *library = recognizer->library;
    last_error[0] = '\0';
    sherpa_result *result = calloc(1, sizeof *result);
    if (!result) return SHERPA_NO_MEMORY;
    result->library = library;
    result->stream = library->SherpaOnnxCreateOfflineStream(recognizer->handle);
    if (result->stream) {
        if (language) library->SherpaOnnxOfflineStreamSetOption(result->stream, "language", language);
        library->SherpaOnnxAcceptWaveformOffline(result->stream, 16000, samples, (int32_t)count);
        library->SherpaOnnxDecodeOfflineStream(recognizer->handle, result->stream);
        result->handle = library->SherpaOnnxGetOfflineStreamResult(result->stream);
    }
    if (!result->handle) {
        sherpa_result_destroy(result);
        return SHERPA_DECODING_FAILED;
    }
    *out = result;
    return SHERPA_OK;
}

const char *sherpa_result_text(const sherpa_result *result) {
    return or_empty(result->handle->text);
}

const char *sherpa_result_language(const sherpa_result *result) {
    return or_empty(result->handle->lang);
}

size_t sherpa_result_token_count(const sherpa_result *result) {
    return result->handle->tokens_arr && result->handle->count > 0 ? (size_t)result->handle->count : 0;
}

const char *sherpa_result_token(const sherpa_result *result, size_t index) {
    return or_empty(result->handle->tokens_arr[index]);
}

const float *sherpa_result_timestamps(const sherpa_result *result) {
    return result->handle->timestamps;
}

void sherpa_result_destroy(sherpa_result *result) {
    if (!result) return;
    if (result->handle) result->library->SherpaOnnxDestroyOfflineRecognizerResult(result->handle);
    if (result->stream) result->library->SherpaOnnxDestroyOfflineStream(result->stream);
    free(result);
}

#else

// Nothing can be opened, so none of the rest is ever called.

sherpa_status sherpa_library_open(const char *path, sherpa_library **out) {
    (void)path, (void)out;
    return SHERPA_NOT_BUILT_IN;
}

void sherpa_library_close(sherpa_library *library) {
    (void)library;
}

sherpa_status sherpa_recognizer_create(const sherpa_library *library, const sherpa_model *model,
                                       sherpa_recognizer **out) {
    (void)library, (void)model, (void)out;
    return SHERPA_NOT_BUILT_IN;
}

void sherpa_recognizer_destroy(sherpa_recognizer *recognizer) {
    (void)recognizer;
}

sherpa_status sherpa_recognizer_decode(const sherpa_recognizer *recognizer, const float *samples, size_t count,
                                       const char *language, sherpa_result **out) {
    (void)recognizer, (void)samples, (void)count, (void)language, (void)out;
    return SHERPA_NOT_BUILT_IN;
}

const char *sherpa_result_text(const sherpa_result *result) {
    (void)result;
    return "";
}

const char *sherpa_result_language(const sherpa_result *result) {
    (void)result;
    return "";
}

size_t sherpa_result_token_count(const sherpa_result *result) {
    (void)result;
    return 0;
}

const char *sherpa_result_token(const sherpa_result *result, size_t index) {
    (void)result, (void)index;
    return "";
}

const float *sherpa_result_timestamps(const sherpa_result *result) {
    (void)result;
    return NULL;
}

void sherpa_result_destroy(sherpa_result *result) {
    (void)result;
}

#endif
