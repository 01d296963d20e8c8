// An HTTP/1.1 answer, read as it comes: in any number of pieces, with a content-length, chunked, or up to the end of
// the connection. Only what a load generator wants to know is kept: the status, and whether the connection stays.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum answer_state {
    ANSWER_STATUS_LINE,
    ANSWER_HEADERS,
    ANSWER_BODY,
    ANSWER_BODY_TO_THE_END,
    ANSWER_CHUNK_SIZE,
    ANSWER_CHUNK,
    ANSWER_CHUNK_END,
    ANSWER_TRAILERS,
    ANSWER_COMPLETE,
    ANSWER_BROKEN,
};

struct answer {
    enum answer_state state;
    int status;
    bool started;     // at least one byte of it has come
    bool closes;      // the server will close the connection after it
    bool chunked;
    bool has_length;
    uint64_t left;    // bytes of the body, or of the chunk, that are still to come
    size_t line_length;
    char line[256];   // the line that is being read; what does not fit is of no interest
};

// Make ready for another answer.
void answer_reset(struct answer *answer);

// Take in bytes. Returns how many of them belong to this answer; then look at `state`.
size_t answer_feed(struct answer *answer, const char *bytes, size_t count);

// The connection has ended: whether that ends the answer too, as it should.
bool answer_ended(struct answer *answer);
