#define _GNU_SOURCE
#include "handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

size_t handshake_answer(const char *request, char *answer, size_t capacity) {
    static const char field[] = "sec-websocket-key:";
    const char *key = strcasestr(request, field);
    if (!key) return 0;
    key += strlen(field);
    key += strspn(key, " ");

    char joined[128], accept[64];
    unsigned char hash[SHA_DIGEST_LENGTH];
    snprintf(joined, sizeof joined, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", (int)strcspn(key, "\r\n"), key);
    SHA1((unsigned char *)joined, strlen(joined), hash);
    EVP_EncodeBlock((unsigned char *)accept, hash, sizeof hash);

    int length = snprintf(answer, capacity,
                          "HTTP/1.1 101 Switching Protocols\r\n"
                          "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                          accept);
    return length > 0 && (size_t)length < capacity ? (size_t)length : 0;
}
