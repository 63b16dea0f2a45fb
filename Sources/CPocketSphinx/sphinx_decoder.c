#include "sphinx_decoder.h"

#include <pocketsphinx/pocketsphinx.h>
#include <pthread.h>
#include <sphinxbase/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sphinx_decoder {
    ps_decoder_t *handle;
    // Where the reader of segments stands; PocketSphinx frees it at the end of the path.
    ps_seg_t *position;
    bool has_started;
};

static _Thread_local char last_error[512];
static pthread_once_t log_once = PTHREAD_ONCE_INIT;

static void receive_log(void *context, err_lvl_t level, const char *format, ...) {
    (void)context;
    if (level < ERR_ERROR) return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(last_error, sizeof last_error, format, arguments);
    va_end(arguments);
    last_error[strcspn(last_error, "\n")] = '\0';
    // PocketSphinx exits right after this; without a line nobody would know why.
    if (level == ERR_FATAL) fprintf(stderr, "PocketSphinx ends the process: %s\n", last_error);
}

static void redirect_log(void) {
    err_set_callback(receive_log, NULL);
    // The list of settings goes past the callback.
    err_set_logfp(NULL);
}

static void stop_reading(sphinx_decoder *decoder) {
    if (decoder->position) ps_seg_free(decoder->position);
    decoder->position = NULL;
    decoder->has_started = false;
}

static const char *flag(bool value) {
    return value ? "yes" : "no";
}

sphinx_status sphinx_decoder_create(const char *acoustic_model, const char *language_model, const char *dictionary,
                                    sphinx_options options, sphinx_decoder **out) {
    pthread_once(&log_once, redirect_log);
    last_error[0] = '\0';
    sphinx_decoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return SPHINX_NO_MEMORY;

    const char *arguments[] = {
        "steno",
        "-hmm", acoustic_model,
        "-lm", language_model,
        "-dict", dictionary,
        "-remove_silence", flag(options.removes_silence),
        "-fwdflat", flag(options.searches_twice),
    };
    int count = sizeof arguments / sizeof *arguments;
    // The parser copies the strings; its signature only lacks const.
    cmd_ln_t *configuration = cmd_ln_parse_r(NULL, ps_args(), count, (char **)arguments, TRUE);
    if (configuration) decoder->handle = ps_init(configuration);
    // The decoder holds a reference of its own.
    cmd_ln_free_r(configuration);
    if (!decoder->handle) {
        free(decoder);
        return SPHINX_BAD_MODEL;
    }
    *out = decoder;
    return SPHINX_OK;
}

sphinx_status sphinx_decoder_decode(sphinx_decoder *decoder, const int16_t *samples, size_t count) {
    last_error[0] = '\0';
    stop_reading(decoder);
    if (ps_start_utt(decoder->handle) < 0) return SPHINX_DECODING_FAILED;
    // The last argument says that this is the whole utterance, so its mean is known before the search starts.
    int frames = ps_process_raw(decoder->handle, samples, count, FALSE, TRUE);
    if (ps_end_utt(decoder->handle) < 0 || frames < 0) return SPHINX_DECODING_FAILED;
    return SPHINX_OK;
}

bool sphinx_decoder_next_segment(sphinx_decoder *decoder, sphinx_segment *out) {
    if (!decoder->has_started) {
        decoder->position = ps_seg_iter(decoder->handle);
        decoder->has_started = true;
    } else if (decoder->position) {
        decoder->position = ps_seg_next(decoder->position);
    }
    if (!decoder->position) return false;
    out->text = ps_seg_word(decoder->position);
    ps_seg_frames(decoder->position, &out->first_frame, &out->last_frame);
    return true;
}

const char *sphinx_last_error(void) {
    return last_error;
}

void sphinx_decoder_destroy(sphinx_decoder *decoder) {
    if (!decoder) return;
    stop_reading(decoder);
    ps_free(decoder->handle);
    free(decoder);
}
