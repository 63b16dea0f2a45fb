// The least that a WebSocket server can cost: accept, answer the handshake, read, throw away. One thread, epoll.
// It is for loads that behave, so a request is taken to arrive in one piece. What a server needs beyond this is its
// own work.
//
//     swift run -c release --package-path Benchmarks floor       listens on a free port, and says which
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "handshake.h"

enum { MAX_DESCRIPTORS = 65536, MAX_EVENTS = 64, BUFFER_SIZE = 65536, BACKLOG = 4096 };

static bool is_upgraded[MAX_DESCRIPTORS];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int listen_on_free_port(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, BACKLOG)) fail("listen");
    if (getsockname(listener, (struct sockaddr *)&address, &size)) fail("getsockname");

    fprintf(stderr, "url=http://127.0.0.1:%d\n", ntohs(address.sin_port));
    return listener;
}

static bool answer_handshake(int client, const char *request) {
    char answer[256];
    size_t length = handshake_answer(request, answer, sizeof answer);
    return length > 0 && write(client, answer, length) == (ssize_t)length;
}

static void accept_client(int listener, int poll) {
    int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (client < 0) return;
    if (client >= MAX_DESCRIPTORS) {
        close(client);
        return;
    }

    struct epoll_event event = {.events = EPOLLIN, .data.fd = client};
    is_upgraded[client] = false;
    epoll_ctl(poll, EPOLL_CTL_ADD, client, &event);
}

static void read_client(int client) {
    static char buffer[BUFFER_SIZE];
    ssize_t length = read(client, buffer, sizeof buffer - 1);
    if (length <= 0) {
        close(client);
        return;
    }
    if (is_upgraded[client]) return;

    buffer[length] = 0;
    is_upgraded[client] = answer_handshake(client, buffer);
    if (!is_upgraded[client]) close(client);
}

int main(void) {
    int listener = listen_on_free_port(), poll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[MAX_EVENTS];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);

    for (;;) {
        int count = epoll_wait(poll, events, MAX_EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener) {
                accept_client(listener, poll);
            } else {
                read_client(events[i].data.fd);
            }
        }
    }
}
