#pragma once
#include <stddef.h>

/// Writes the answer to a WebSocket handshake (RFC 6455 section 4.2.2), and returns its length in bytes.
///
/// `request` ends in a zero byte and must be whole. The result is 0 when it has no key, or when `capacity` is too small.
size_t handshake_answer(const char *request, char *answer, size_t capacity);
