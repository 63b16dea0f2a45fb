// The voice activity detector inside libwebrtc_audio_processing.
//
// The library exports it, but Debian's package has no header for it: webrtc_vad.cpp declares what it calls.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One detector for one stream. A detector may be used by one thread at a time.
typedef struct steno_webrtc_vad steno_webrtc_vad;

/// Makes a detector; `mode` is 0 (passes most) to 3 (passes least). NULL when the mode is none of these or memory is gone.
steno_webrtc_vad *_Nullable steno_webrtc_vad_create(int mode);

/// Says whether `samples` (10, 20 or 30 ms at 16 kHz: 160, 320 or 480) hold speech: 1 or 0; -1 for another count.
int steno_webrtc_vad_process(steno_webrtc_vad *_Nonnull vad, const int16_t *_Nonnull samples, size_t count);

/// Forgets the stream so far.
void steno_webrtc_vad_reset(steno_webrtc_vad *_Nonnull vad);

void steno_webrtc_vad_destroy(steno_webrtc_vad *_Nonnull vad);

#ifdef __cplusplus
}
#endif
