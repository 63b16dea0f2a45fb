#ifndef SHERPA_VOICE_H
#define SHERPA_VOICE_H

#include "sherpa_recognizer.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A model that speaks. It is never changed once it is loaded: any number of threads may speak with it at once.
typedef struct sherpa_voice sherpa_voice;

typedef enum {
    /// model and tokens: Piper, MMS, Coqui, MeloTTS.
    SHERPA_VITS,
    /// model (acoustic), vocoder and tokens.
    SHERPA_MATCHA,
    /// model, voices and tokens.
    SHERPA_KOKORO,
    SHERPA_KITTEN,
} sherpa_voice_kind;

/// The files of a model. Those that its kind does not name are NULL. Nothing is kept of the strings.
typedef struct {
    sherpa_voice_kind kind;
    const char *model;
    const char *vocoder;
    const char *voices;
    const char *tokens;
    /// Pronunciations of words, several files with commas between them; NULL where callers give phonemes.
    const char *lexicon;
} sherpa_voice_model;

/// What is to be said: text, or the code points of phonemes in sentences.
typedef struct {
    /// Used when there are no sentences.
    const char *text;
    /// The sentences one after the other.
    const int32_t *phonemes;
    /// How many phonemes each sentence has, at least 1.
    const int32_t *lengths;
    size_t sentences;
    /// Which speaker of the model, from 0.
    int32_t speaker;
    /// 1 is the voice's own.
    float speed;
} sherpa_speech;

/// Takes samples, -1 to 1, that are valid during the call. Returns whether more is wanted.
typedef bool (*sherpa_take)(void *context, const float *samples, size_t count);

/// Loads a model, for computing on the calling thread alone; takes up to seconds, and blocks.
///
/// The library ends the process when the metadata of a model's file lacks what it reads, so that callers check it first.
sherpa_status sherpa_voice_create(const sherpa_library *library, const sherpa_voice_model *model, sherpa_voice **out);

void sherpa_voice_destroy(sherpa_voice *voice);

/// Samples per second.
int32_t sherpa_voice_rate(const sherpa_voice *voice);

int32_t sherpa_voice_speakers(const sherpa_voice *voice);

/// Speaks, and blocks until all is said or no more is wanted; take gets the audio sentence by sentence.
sherpa_status sherpa_voice_speak(const sherpa_voice *voice, const sherpa_speech *speech, sherpa_take take,
                                 void *context);

#ifdef __cplusplus
}
#endif

#endif
