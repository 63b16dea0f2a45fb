#include "sound_device.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>

// What is used of PortAudio 19, whose binary interface does not change within libportaudio.so.2: its types are
// pointers and numbers here, so that no header is needed to build.
typedef int error_code;
enum { NO_ERROR = 0, INVALID_SAMPLE_RATE = -9997, INPUT_OVERFLOWED = -9981, OUTPUT_UNDERFLOWED = -9980 };
enum { NO_DEVICE = -1 };
static const unsigned long sixteen_bits = 0x00000008;

#define FUNCTIONS(FUNCTION)                                                                            \
    FUNCTION(error_code, Pa_Initialize, (void))                                                        \
    FUNCTION(const char *, Pa_GetErrorText, (error_code))                                              \
    FUNCTION(int, Pa_GetDefaultInputDevice, (void))                                                    \
    FUNCTION(int, Pa_GetDefaultOutputDevice, (void))                                                   \
    FUNCTION(error_code, Pa_OpenDefaultStream,                                                         \
             (sound_stream * *stream, int inputs, int outputs, unsigned long format, double rate,      \
              unsigned long frames, void *callback, void *context))                                    \
    FUNCTION(error_code, Pa_StartStream, (sound_stream *))                                             \
    FUNCTION(error_code, Pa_StopStream, (sound_stream *))                                              \
    FUNCTION(error_code, Pa_AbortStream, (sound_stream *))                                             \
    FUNCTION(error_code, Pa_CloseStream, (sound_stream *))                                             \
    FUNCTION(error_code, Pa_ReadStream, (sound_stream *, void *, unsigned long))                       \
    FUNCTION(error_code, Pa_WriteStream, (sound_stream *, const void *, unsigned long))

#define MEMBER(result, name, parameters) result(*name) parameters;
static struct {
    FUNCTIONS(MEMBER)
} library;
#undef MEMBER

static _Thread_local char last_error[256];

const char *sound_last_error(void) {
    return last_error;
}

static void say_nothing_alsa(const char *file, int line, const char *function, int code, const char *format, ...) {
    (void)file, (void)line, (void)function, (void)code, (void)format;
}

static void say_nothing_jack(const char *message) {
    (void)message;
}

// Both write to stderr whatever they find missing while PortAudio looks for devices.
static void silence_drivers(void) {
    void *alsa = dlopen("libasound.so.2", RTLD_NOW | RTLD_NOLOAD);
    if (alsa != NULL) {
        int (*set)(__typeof__(&say_nothing_alsa)) = NULL;
        *(void **)&set = dlsym(alsa, "snd_lib_error_set_handler");
        if (set != NULL) set(say_nothing_alsa);
    }
    void *jack = dlopen("libjack.so.0", RTLD_NOW | RTLD_NOLOAD);
    if (jack == NULL) return;
    static const char *const names[] = {"jack_set_error_function", "jack_set_info_function"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        void (*set)(__typeof__(&say_nothing_jack)) = NULL;
        *(void **)&set = dlsym(jack, names[i]);
        if (set != NULL) set(say_nothing_jack);
    }
}

static sound_status failed(error_code code, sound_status status) {
    snprintf(last_error, sizeof last_error, "%s", library.Pa_GetErrorText(code));
    return code == INVALID_SAMPLE_RATE ? SOUND_BAD_RATE : status;
}

sound_status sound_open(void) {
    last_error[0] = '\0';
    // Stays loaded: streams may be in use on other threads until the process ends.
    void *handle = dlopen("libportaudio.so.2", RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) return SOUND_NO_LIBRARY;
#define LOAD(result, name, parameters)              \
    *(void **)&library.name = dlsym(handle, #name); \
    if (library.name == NULL) return SOUND_NO_LIBRARY;
    FUNCTIONS(LOAD)
#undef LOAD
    silence_drivers();
    error_code code = library.Pa_Initialize();
    return code == NO_ERROR ? SOUND_OK : failed(code, SOUND_NO_DEVICE);
}

sound_status sound_stream_open(sound_direction direction, double rate, sound_stream **out) {
    last_error[0] = '\0';
    int inputs = direction == SOUND_MICROPHONE;
    int device = inputs ? library.Pa_GetDefaultInputDevice() : library.Pa_GetDefaultOutputDevice();
    if (device == NO_DEVICE) return SOUND_NO_DEVICE;
    sound_stream *stream = NULL;
    error_code code = library.Pa_OpenDefaultStream(&stream, inputs, !inputs, sixteen_bits, rate, 0, NULL, NULL);
    if (code != NO_ERROR) return failed(code, SOUND_NO_DEVICE);
    code = library.Pa_StartStream(stream);
    if (code != NO_ERROR) {
        sound_status status = failed(code, SOUND_NO_DEVICE);
        library.Pa_CloseStream(stream);
        return status;
    }
    *out = stream;
    return SOUND_OK;
}

sound_status sound_stream_read(sound_stream *stream, int16_t *samples, unsigned long count) {
    error_code code = library.Pa_ReadStream(stream, samples, count);
    return code == NO_ERROR || code == INPUT_OVERFLOWED ? SOUND_OK : failed(code, SOUND_FAILED);
}

sound_status sound_stream_write(sound_stream *stream, const int16_t *samples, unsigned long count) {
    error_code code = library.Pa_WriteStream(stream, samples, count);
    return code == NO_ERROR || code == OUTPUT_UNDERFLOWED ? SOUND_OK : failed(code, SOUND_FAILED);
}

sound_status sound_stream_drop(sound_stream *stream) {
    error_code code = library.Pa_AbortStream(stream);
    if (code == NO_ERROR) code = library.Pa_StartStream(stream);
    return code == NO_ERROR ? SOUND_OK : failed(code, SOUND_FAILED);
}

void sound_stream_close(sound_stream *stream) {
    library.Pa_StopStream(stream);
    library.Pa_CloseStream(stream);
}
