#include "webrtc_apm.h"

#include <memory>
#include <mutex>
#include <new>
#include <string.h>

#include <webrtc_audio_processing/webrtc/modules/audio_processing/include/audio_processing.h>
#include <webrtc_audio_processing/webrtc/modules/interface/module_common_types.h>

struct steno_webrtc_apm {
    std::unique_ptr<webrtc::AudioProcessing> module;
    webrtc::AudioFrame frame;
    int delay;
};

/// The part of the suppressor's window (256 samples) beyond the frame. The other filters have no window.
static const int suppression_delay = 96;

/// The library makes default settings on first use, which thread checkers report when two threads come at once.
static std::mutex creation;

static webrtc::AudioProcessing *make_module() {
    std::lock_guard<std::mutex> lock(creation);
    webrtc::Config config;
    // It is for analog microphones, and costs twice what all the rest does.
    config.Set<webrtc::ExperimentalAgc>(new webrtc::ExperimentalAgc(false));
    return webrtc::AudioProcessing::Create(config);
}

/// Whether every setting was taken.
static bool configure(webrtc::AudioProcessing &module, int noise_suppression, int gain_control) {
    bool done = module.high_pass_filter()->Enable(true) == 0;
    if (noise_suppression != STENO_WEBRTC_APM_NO_SUPPRESSION) {
        auto level = static_cast<webrtc::NoiseSuppression::Level>(noise_suppression);
        done = done && module.noise_suppression()->set_level(level) == 0;
        done = done && module.noise_suppression()->Enable(true) == 0;
    }
    if (gain_control == 0) return done;
    done = done && module.gain_control()->set_mode(webrtc::GainControl::kAdaptiveDigital) == 0;
    return done && module.gain_control()->Enable(true) == 0;
}

steno_webrtc_apm *steno_webrtc_apm_create(int noise_suppression, int gain_control) {
    bool suppresses = noise_suppression != STENO_WEBRTC_APM_NO_SUPPRESSION;
    if (suppresses &&
        (noise_suppression < webrtc::NoiseSuppression::kLow || noise_suppression > webrtc::NoiseSuppression::kVeryHigh)) {
        return nullptr;
    }
    std::unique_ptr<steno_webrtc_apm> apm(new (std::nothrow) steno_webrtc_apm);
    if (apm == nullptr) return nullptr;
    apm->module.reset(make_module());
    if (apm->module == nullptr || !configure(*apm->module, noise_suppression, gain_control)) return nullptr;
    apm->delay = suppresses ? suppression_delay : 0;
    apm->frame.sample_rate_hz_ = 16000;
    apm->frame.num_channels_ = 1;
    apm->frame.samples_per_channel_ = STENO_WEBRTC_APM_FRAME;
    return apm.release();
}

int steno_webrtc_apm_delay(const steno_webrtc_apm *apm) { return apm->delay; }

int steno_webrtc_apm_process(steno_webrtc_apm *apm, int16_t *samples) {
    size_t size = STENO_WEBRTC_APM_FRAME * sizeof *samples;
    memcpy(apm->frame.data_, samples, size);
    int status = apm->module->ProcessStream(&apm->frame);
    memcpy(samples, apm->frame.data_, size);
    return status;
}

void steno_webrtc_apm_reset(steno_webrtc_apm *apm) { apm->module->Initialize(); }

void steno_webrtc_apm_destroy(steno_webrtc_apm *apm) { delete apm; }
