#ifndef SHERPA_RECOGNIZER_H
#define SHERPA_RECOGNIZER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The shared library sherpa-onnx, loaded while the process runs, so that a program starts without it too.
typedef struct sherpa_library sherpa_library;

/// A model that is loaded. It is never changed after that: any number of threads may decode with it at once.
typedef struct sherpa_recognizer sherpa_recognizer;

/// What was recognised in one piece of audio.
typedef struct sherpa_result sherpa_result;

typedef enum {
    SHERPA_OK = 0,
    SHERPA_NO_MEMORY = 1,
    /// This program was built where the header of sherpa-onnx was not there.
    SHERPA_NOT_BUILT_IN = 2,
    /// The library cannot be loaded, or is another one; sherpa_last_error() says why.
    SHERPA_BAD_LIBRARY = 3,
    /// The library refuses the model's files. It prints the reason to stderr.
    SHERPA_BAD_MODEL = 4,
    SHERPA_DECODING_FAILED = 5,
    SHERPA_SPEAKING_FAILED = 6,
} sherpa_status;

typedef enum {
    /// encoder, decoder (merged) and tokens.
    SHERPA_MOONSHINE_MERGED,
    /// preprocessor, encoder, decoder (uncached), cached_decoder and tokens.
    SHERPA_MOONSHINE,
    /// encoder, decoder and tokens.
    SHERPA_WHISPER,
    /// encoder, decoder, joiner and tokens: NeMo (Parakeet) or Zipformer.
    SHERPA_TRANSDUCER,
    /// model and tokens.
    SHERPA_NEMO_CTC,
    SHERPA_ZIPFORMER_CTC,
    SHERPA_SENSE_VOICE,
} sherpa_model_kind;

/// The files of a model. Those that its kind does not name are NULL. Nothing is kept of the strings.
typedef struct {
    sherpa_model_kind kind;
    const char *preprocessor;
    const char *encoder;
    const char *decoder;
    const char *cached_decoder;
    const char *joiner;
    const char *model;
    const char *tokens;
    /// Language for multilingual models, an ISO 639-1 code; NULL lets the model decide.
    const char *language;
} sherpa_model;

/// Loads the library from a file. Its code stays loaded until the process ends.
sherpa_status sherpa_library_open(const char *path, sherpa_library **out);

/// Frees what sherpa_library_open stored, after everything that was made with it.
void sherpa_library_close(sherpa_library *library);

/// Loads a model, for decoding on the calling thread alone; takes up to seconds, and blocks.
sherpa_status sherpa_recognizer_create(const sherpa_library *library, const sherpa_model *model,
                                       sherpa_recognizer **out);

void sherpa_recognizer_destroy(sherpa_recognizer *recognizer);

/// Recognises mono samples at 16 kHz, -1 to 1. Blocks; one thread computes.
///
/// language is a hint for this piece, or NULL.
sherpa_status sherpa_recognizer_decode(const sherpa_recognizer *recognizer, const float *samples, size_t count,
                                       const char *language, sherpa_result **out);

/// UTF-8; valid as long as the result.
const char *sherpa_result_text(const sherpa_result *result);

/// The language the model heard, as the model names it; "" when it does not say.
const char *sherpa_result_language(const sherpa_result *result);

/// Tokens of the text, in order.
size_t sherpa_result_token_count(const sherpa_result *result);
const char *sherpa_result_token(const sherpa_result *result, size_t index);

/// When each token begins, in seconds; NULL when the model gives no times.
const float *sherpa_result_timestamps(const sherpa_result *result);

void sherpa_result_destroy(sherpa_result *result);

/// Why the last call on this thread failed; "" when there is nothing more to say. Valid until the next call.
const char *sherpa_last_error(void);

#ifdef __cplusplus
}
#endif

#endif
