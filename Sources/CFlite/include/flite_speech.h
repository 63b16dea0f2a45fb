#ifndef FLITE_SPEECH_H
#define FLITE_SPEECH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The voices that flite brings with it: American English, 16 kHz, but for awb, who is Scottish.
typedef enum {
    SPEECH_VOICE_SLT = 0,
    SPEECH_VOICE_RMS = 1,
    SPEECH_VOICE_AWB = 2,
    SPEECH_VOICE_KAL16 = 3,
} speech_voice;

typedef enum {
    SPEECH_OK = 0,
    /// The receiver wanted no more.
    SPEECH_STOPPED = 1,
    SPEECH_FAILED = 2,
} speech_status;

/// Takes audio as it is made, in order; false stops the speech.
typedef bool (*speech_receiver)(void *context, const int16_t *samples, size_t count, int rate);

/// Speaks a text and returns when the receiver has had all of it. Blocks, for about 2 % of the time that it speaks.
///
/// Any number of threads may speak at once, also with one voice. The text is ASCII without control characters. Flite
/// analyses it as a whole before the first sample, in 0.2 ms for each character, so long texts are better cut.
///
/// pace is how long the speech is made, as a multiple of the voice's own.
speech_status speech_speak(speech_voice voice, const char *text, float pace, speech_receiver receiver, void *context);

#ifdef __cplusplus
}
#endif

#endif
