#ifndef SOUND_DEVICE_H
#define SOUND_DEVICE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The machine's microphone and loudspeaker, by PortAudio 19, which is loaded while the process runs, so that a program
/// starts without it too.
typedef struct sound_stream sound_stream;

typedef enum {
    SOUND_MICROPHONE,
    SOUND_LOUDSPEAKER,
} sound_direction;

typedef enum {
    SOUND_OK = 0,
    /// The library cannot be loaded.
    SOUND_NO_LIBRARY = 1,
    /// There is no such device, or it cannot be used; sound_last_error() says why.
    SOUND_NO_DEVICE = 2,
    /// The device does not take this rate.
    SOUND_BAD_RATE = 3,
    /// The device has failed.
    SOUND_FAILED = 4,
} sound_status;

/// Loads the library and looks for devices; the first call counts. What ALSA and JACK print meanwhile is left out.
///
/// To be called on one thread before anything else, once.
sound_status sound_open(void);

/// Opens the default device for mono samples of 16 bits, and starts it.
sound_status sound_stream_open(sound_direction direction, double rate, sound_stream **out);

/// Waits for samples from the microphone. Those that were lost because nobody read them are passed over.
sound_status sound_stream_read(sound_stream *stream, int16_t *samples, unsigned long count);

/// Waits until the loudspeaker has taken the samples.
sound_status sound_stream_write(sound_stream *stream, const int16_t *samples, unsigned long count);

/// Drops what the loudspeaker has taken and not played, and starts it anew.
sound_status sound_stream_drop(sound_stream *stream);

/// Waits until what was taken is played, and frees the stream.
void sound_stream_close(sound_stream *stream);

/// PortAudio's words for why the last call on this thread failed; "" when there are none.
const char *sound_last_error(void);

#ifdef __cplusplus
}
#endif

#endif
