#include "sherpa_voice.h"

#include "sherpa_library.h"

#if __has_include(<sherpa-onnx/c-api/c-api.h>)

#include <sherpa-onnx/c-api/c-api.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The functions that are used; FUNCTION is applied to each name.
#define FUNCTIONS(FUNCTION)                          \
    FUNCTION(SherpaOnnxCreateOfflineTts)             \
    FUNCTION(SherpaOnnxDestroyOfflineTts)            \
    FUNCTION(SherpaOnnxOfflineTtsSampleRate)         \
    FUNCTION(SherpaOnnxOfflineTtsNumSpeakers)        \
    FUNCTION(SherpaOnnxOfflineTtsGenerateWithConfig) \
    FUNCTION(SherpaOnnxDestroyOfflineTtsGeneratedAudio)

struct sherpa_voice {
    const SherpaOnnxOfflineTts *handle;
#define MEMBER(name) __typeof__(&name) name;
    FUNCTIONS(MEMBER)
#undef MEMBER
};

// How lively the models of each family speak, as their authors set it.
static const float vits_noise = 0.667f, vits_duration_noise = 0.8f, matcha_noise = 0.667f;

static void set_files(SherpaOnnxOfflineTtsModelConfig *config, const sherpa_voice_model *model) {
    switch (model->kind) {
    case SHERPA_VITS:
        config->vits.model = model->model;
        config->vits.tokens = model->tokens;
        config->vits.lexicon = model->lexicon;
        config->vits.noise_scale = vits_noise;
        config->vits.noise_scale_w = vits_duration_noise;
        config->vits.length_scale = 1;
        break;
    case SHERPA_MATCHA:
        config->matcha.acoustic_model = model->model;
        config->matcha.vocoder = model->vocoder;
        config->matcha.tokens = model->tokens;
        config->matcha.lexicon = model->lexicon;
        config->matcha.noise_scale = matcha_noise;
        config->matcha.length_scale = 1;
        break;
    case SHERPA_KOKORO:
        config->kokoro.model = model->model;
        config->kokoro.voices = model->voices;
        config->kokoro.tokens = model->tokens;
        config->kokoro.lexicon = model->lexicon;
        config->kokoro.length_scale = 1;
        break;
    case SHERPA_KITTEN:
        config->kitten.model = model->model;
        config->kitten.voices = model->voices;
        config->kitten.tokens = model->tokens;
        config->kitten.lexicon = model->lexicon;
        config->kitten.length_scale = 1;
        break;
    }
}

sherpa_status sherpa_voice_create(const sherpa_library *library, const sherpa_voice_model *model, sherpa_voice **out) {
    sherpa_voice *voice = calloc(1, sizeof *voice);
    if (!voice) return SHERPA_NO_MEMORY;
#define LOAD(name)                                                             \
    voice->name = (__typeof__(&name))sherpa_library_find(library, #name);      \
    if (!voice->name) {                                                        \
        free(voice);                                                           \
        return SHERPA_BAD_LIBRARY;                                             \
    }
    FUNCTIONS(LOAD)
#undef LOAD

    char provider[64];
    int options = sherpa_open_provider(provider, sizeof provider);
    SherpaOnnxOfflineTtsConfig config;
    memset(&config, 0, sizeof config);
    // More threads of its own wait for each other by spinning; several pieces at once use the cores better.
    config.model.num_threads = 1;
    config.model.provider = provider;
    // The callback comes after each sentence.
    config.max_num_sentences = 1;
    config.silence_scale = 1;
    set_files(&config.model, model);
    voice->handle = voice->SherpaOnnxCreateOfflineTts(&config);
    if (options >= 0) close(options);
    if (!voice->handle) {
        free(voice);
        return SHERPA_BAD_MODEL;
    }
    *out = voice;
    return SHERPA_OK;
}

void sherpa_voice_destroy(sherpa_voice *voice) {
    if (!voice) return;
    voice->SherpaOnnxDestroyOfflineTts(voice->handle);
    free(voice);
}

int32_t sherpa_voice_rate(const sherpa_voice *voice) {
    return voice->SherpaOnnxOfflineTtsSampleRate(voice->handle);
}

int32_t sherpa_voice_speakers(const sherpa_voice *voice) {
    return voice->SherpaOnnxOfflineTtsNumSpeakers(voice->handle);
}

struct reception {
    sherpa_take take;
    void *context;
    bool has_enough;
};

static int32_t receive(const float *samples, int32_t count, float progress, void *context) {
    (void)progress;
    struct reception *reception = context;
    if (!reception->has_enough && count > 0) {
        reception->has_enough = !reception->take(reception->context, samples, (size_t)count);
    }
    return !reception->has_enough;
}

sherpa_status sherpa_voice_speak(const sherpa_voice *voice, const sherpa_speech *speech, sherpa_take take,
                                 void *context) {
    SherpaOnnxGenerationConfig config;
    memset(&config, 0, sizeof config);
    config.silence_scale = 1;
    config.speed = speech->speed;
    config.sid = speech->speaker;
    if (speech->sentences > 0) {
        config.phoneme_codepoints = speech->phonemes;
        config.phoneme_codepoints_lens = speech->lengths;
        config.phoneme_codepoints_num_sentences = (int32_t)speech->sentences;
    }
    struct reception reception = {take, context, false};
    const char *text = speech->text ? speech->text : "";
    const SherpaOnnxGeneratedAudio *audio =
        voice->SherpaOnnxOfflineTtsGenerateWithConfig(voice->handle, text, &config, receive, &reception);
    bool has_spoken = audio && audio->n > 0;
    if (audio) voice->SherpaOnnxDestroyOfflineTtsGeneratedAudio(audio);
    return has_spoken || reception.has_enough ? SHERPA_OK : SHERPA_SPEAKING_FAILED;
}

#else

// Nothing can be opened, so none of this is ever called.

sherpa_status sherpa_voice_create(const sherpa_library *library, const sherpa_voice_model *model, sherpa_voice **out) {
    (void)library, (void)model, (void)out;
    return SHERPA_NOT_BUILT_IN;
}

void sherpa_voice_destroy(sherpa_voice *voice) {
    (void)voice;
}

int32_t sherpa_voice_rate(const sherpa_voice *voice) {
    (void)voice;
    return 0;
}

int32_t sherpa_voice_speakers(const sherpa_voice *voice) {
    (void)voice;
    return 0;
}

sherpa_status sherpa_voice_speak(const sherpa_voice *voice, const sherpa_speech *speech, sherpa_take take,
                                 void *context) {
    (void)voice, (void)speech, (void)take, (void)context;
    return SHERPA_NOT_BUILT_IN;
}

#endif
