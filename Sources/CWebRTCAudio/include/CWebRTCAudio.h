// The parts of libwebrtc_audio_processing that Steno uses.
#pragma once

#include "webrtc_apm.h"
#include "webrtc_vad.h"
