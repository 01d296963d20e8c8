// An incremental parser of HTTP/1.1 responses: with a content-length, chunked, or up to the end of the connection.
// It keeps only what a load generator needs: the status, and whether the connection stays open.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum response_state {
    RESPONSE_STATUS_LINE,
    RESPONSE_HEADERS,
    RESPONSE_BODY,
    RESPONSE_BODY_TO_THE_END,
    RESPONSE_CHUNK_SIZE,
    RESPONSE_CHUNK,
    RESPONSE_CHUNK_END,
    RESPONSE_TRAILERS,
    RESPONSE_COMPLETE,
    RESPONSE_BROKEN,
};

struct response {
    enum response_state state;
    int status;
    bool started;     // at least one byte has arrived
    bool closes;      // the server will close the connection after the response
    bool chunked;
    bool has_length;
    uint64_t left;    // remaining bytes of the body or of the chunk
    size_t line_length;
    char line[256];   // the current line, truncated
};

// Prepare for the next response.
void response_reset(struct response *response);

// Parse bytes and update `state`; returns how many of them belong to this response.
size_t response_feed(struct response *response, const char *bytes, size_t count);

// Called at the end of the connection; returns whether that completes the response.
bool response_ended(struct response *response);
