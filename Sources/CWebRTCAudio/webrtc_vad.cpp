#include "webrtc_vad.h"

#include <new>

extern "C" {
// The calls that libwebrtc_audio_processing.so.1 exports without a header.
struct WebRtcVadInst;
WebRtcVadInst *WebRtcVad_Create(void);
void WebRtcVad_Free(WebRtcVadInst *);
int WebRtcVad_Init(WebRtcVadInst *);
int WebRtcVad_set_mode(WebRtcVadInst *, int mode);
int WebRtcVad_Process(WebRtcVadInst *, int sample_rate, const int16_t *samples, size_t count);
}

struct steno_webrtc_vad {
    WebRtcVadInst *instance;
    int mode;
};

/// Init sets the mode back to 0, so the mode always follows it.
static bool start(steno_webrtc_vad *vad) {
    return WebRtcVad_Init(vad->instance) == 0 && WebRtcVad_set_mode(vad->instance, vad->mode) == 0;
}

steno_webrtc_vad *steno_webrtc_vad_create(int mode) {
    auto *vad = new (std::nothrow) steno_webrtc_vad{WebRtcVad_Create(), mode};
    if (vad == nullptr) return nullptr;
    if (vad->instance == nullptr || !start(vad)) {
        steno_webrtc_vad_destroy(vad);
        return nullptr;
    }
    return vad;
}

int steno_webrtc_vad_process(steno_webrtc_vad *vad, const int16_t *samples, size_t count) {
    int decision = WebRtcVad_Process(vad->instance, 16000, samples, count);
    return decision > 0 ? 1 : decision;
}

void steno_webrtc_vad_reset(steno_webrtc_vad *vad) { start(vad); }

void steno_webrtc_vad_destroy(steno_webrtc_vad *vad) {
    if (vad->instance != nullptr) WebRtcVad_Free(vad->instance);
    delete vad;
}
