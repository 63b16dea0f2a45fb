// The audio processing module of libwebrtc_audio_processing: a high-pass filter, noise suppression and gain control.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One module for one stream of mono audio at 16 kHz. A module may be used by one thread at a time.
typedef struct steno_webrtc_apm steno_webrtc_apm;

/// Samples in a frame: 10 ms.
#define STENO_WEBRTC_APM_FRAME 160

/// Levels of noise suppression are 0 (least) to 3 (most), or this for none.
#define STENO_WEBRTC_APM_NO_SUPPRESSION (-1)

/// Makes a module; `noise_suppression` is one of these levels, `gain_control` 0 or 1. NULL when the level is none or memory
/// is gone.
steno_webrtc_apm *_Nullable steno_webrtc_apm_create(int noise_suppression, int gain_control);

/// How many samples the output lags the input.
int steno_webrtc_apm_delay(const steno_webrtc_apm *_Nonnull apm);

/// Processes one frame of STENO_WEBRTC_APM_FRAME samples in place. Returns 0, or the library's error, which is negative.
int steno_webrtc_apm_process(steno_webrtc_apm *_Nonnull apm, int16_t *_Nonnull samples);

/// Forgets the stream so far, and what was learned of its noise.
void steno_webrtc_apm_reset(steno_webrtc_apm *_Nonnull apm);

void steno_webrtc_apm_destroy(steno_webrtc_apm *_Nonnull apm);

#ifdef __cplusplus
}
#endif
