#include "flite_speech.h"

#include <flite/flite.h>
#include <pthread.h>

// In the voices' libraries, whose headers declare nothing.
cst_voice *register_cmu_us_slt(const char *folder);
cst_voice *register_cmu_us_rms(const char *folder);
cst_voice *register_cmu_us_awb(const char *folder);
cst_voice *register_cmu_us_kal16(const char *folder);

enum { VOICE_COUNT = 4 };

// At 16 kHz 50 ms: how soon after a refusal the work ends.
enum { SAMPLES_PER_DELIVERY = 800 };

typedef struct {
    speech_receiver receiver;
    void *context;
    bool is_stopped;
} delivery;

static cst_voice *voices[VOICE_COUNT];
static pthread_once_t voices_once = PTHREAD_ONCE_INIT;

// Every utterance holds a reference to each value of its voice, and the count is not atomic: threads that speak at once
// would lose some, and free what others use. With the count of a constant, which is never changed, nothing is counted.
static void make_constant(cst_features *features) {
    for (cst_featvalpair *pair = features->head; pair; pair = pair->next) {
        if (pair->val && !cst_val_consp(pair->val)) CST_VAL_REFCOUNT(pair->val) = -1;
    }
}

static void load_voices(void) {
    flite_init();
    voices[SPEECH_VOICE_SLT] = register_cmu_us_slt(NULL);
    voices[SPEECH_VOICE_RMS] = register_cmu_us_rms(NULL);
    voices[SPEECH_VOICE_AWB] = register_cmu_us_awb(NULL);
    voices[SPEECH_VOICE_KAL16] = register_cmu_us_kal16(NULL);
    for (int index = 0; index < VOICE_COUNT; index++) {
        if (!voices[index]) continue;
        make_constant(voices[index]->features);
        make_constant(voices[index]->ffunctions);
    }
}

static int deliver(const cst_wave *wave, int start, int count, int is_last, cst_audio_streaming_info *info) {
    (void)is_last;
    delivery *delivery = info->userdata;
    if (!delivery->is_stopped && count > 0) {
        delivery->is_stopped =
            !delivery->receiver(delivery->context, wave->samples + start, (size_t)count, wave->sample_rate);
    }
    return delivery->is_stopped ? CST_AUDIO_STREAM_STOP : CST_AUDIO_STREAM_CONT;
}

// Sets what differs from the voice on the utterance, which has copies of the voice's values.
static void configure(cst_utterance *utterance, float pace, delivery *delivery) {
    float own = get_param_float(utterance->features, "duration_stretch", 1.0f);
    feat_set_float(utterance->features, "duration_stretch", own * pace);

    // The utterance frees it.
    cst_audio_streaming_info *info = new_audio_streaming_info();
    info->min_buffsize = SAMPLES_PER_DELIVERY;
    info->asc = deliver;
    info->userdata = delivery;
    feat_set(utterance->features, "streaming_info", audio_streaming_info_val(info));
}

speech_status speech_speak(speech_voice voice, const char *text, float pace, speech_receiver receiver, void *context) {
    pthread_once(&voices_once, load_voices);
    if ((unsigned)voice >= VOICE_COUNT || !voices[voice]) return SPEECH_FAILED;

    delivery delivery = {.receiver = receiver, .context = context};
    cst_utterance *utterance = new_utterance();
    utt_set_input_text(utterance, text);
    utt_init(utterance, voices[voice]);
    configure(utterance, pace, &delivery);
    bool is_made = utt_synth(utterance) != NULL;
    delete_utterance(utterance);

    if (delivery.is_stopped) return SPEECH_STOPPED;
    return is_made ? SPEECH_OK : SPEECH_FAILED;
}
