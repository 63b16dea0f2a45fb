#ifndef SPHINX_DECODER_H
#define SPHINX_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A PocketSphinx decoder with its own acoustic model, language model and dictionary.
///
/// Threads: one decoder may be used by one thread at a time, any thread. Different decoders share nothing and may be
/// created, used and destroyed at the same time. (Decoders must not share a language model: PocketSphinx keeps a cache
/// of back-off weights inside the model and writes to it at each look-up.)
typedef struct sphinx_decoder sphinx_decoder;

typedef enum {
    SPHINX_OK = 0,
    SPHINX_NO_MEMORY = 1,
    /// A model file is missing, or is not what it should be.
    SPHINX_BAD_MODEL = 2,
    SPHINX_DECODING_FAILED = 3,
} sphinx_status;

typedef struct {
    /// Leaves out silence before recognition; the times of the words then do not count it.
    bool removes_silence;
    /// Searches a second time over the words that the first search found.
    bool searches_twice;
} sphinx_options;

/// A piece of the best path through an utterance: a word or a filler such as `<sil>`.
typedef struct {
    /// UTF-8; valid until the decoder is used again.
    const char *text;
    /// Frames of 10 ms, counted from the start of the utterance; both belong to the segment.
    int first_frame;
    int last_frame;
} sphinx_segment;

/// Loads the models and stores a new decoder in *out. Takes tenths of a second; blocks.
///
/// acoustic_model is a folder, the other two are files. Nothing is kept of the strings.
/// PocketSphinx prints nothing except when it ends the process, which it does for some kinds of damaged model.
sphinx_status sphinx_decoder_create(const char *acoustic_model, const char *language_model, const char *dictionary,
                                    sphinx_options options, sphinx_decoder **out);

/// Recognises a whole utterance: mono PCM at 16 kHz. Blocks.
///
/// What was read from the previous utterance is no longer valid, whether this succeeds or not.
sphinx_status sphinx_decoder_decode(sphinx_decoder *decoder, const int16_t *samples, size_t count);

/// Stores the next segment of the decoded utterance, in order of time; false when there is none left.
bool sphinx_decoder_next_segment(sphinx_decoder *decoder, sphinx_segment *out);

/// Why the last call on this thread failed, in PocketSphinx's words; "" when it did not say. Valid until the next call.
const char *sphinx_last_error(void);

void sphinx_decoder_destroy(sphinx_decoder *decoder);

#ifdef __cplusplus
}
#endif

#endif
