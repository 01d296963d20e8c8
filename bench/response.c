#define _GNU_SOURCE
#include "response.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void response_reset(struct response *response) {
    response->state = RESPONSE_STATUS_LINE;
    response->status = 0;
    response->started = response->closes = response->chunked = response->has_length = false;
    response->left = 0;
    response->line_length = 0;
}

// The value of the header, or NULL if the line is another header.
static const char *value_of(const char *line, const char *name) {
    size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0 || line[length] != ':')
        return NULL;
    line += length + 1;
    return line + strspn(line, " \t");
}

// Parse a number; the size of a chunk may be followed by extensions.
static bool number(const char *text, int base, uint64_t *found) {
    char *end;
    if (!isxdigit((unsigned char)*text))
        return false;
    *found = strtoull(text, &end, base);
    char next = end[strspn(end, " \t")];
    return end != text && (next == '\0' || (base == 16 && next == ';'));
}

static enum response_state status_line(struct response *response) {
    const char *line = response->line;
    if (strncmp(line, "HTTP/1.", 7) != 0 || line[8] != ' ')
        return RESPONSE_BROKEN;
    response->status = atoi(line + 9);
    response->closes = line[7] == '0';
    return response->status >= 100 && response->status <= 999 ? RESPONSE_HEADERS : RESPONSE_BROKEN;
}

static enum response_state header(struct response *response) {
    const char *value;
    if ((value = value_of(response->line, "content-length"))) {
        response->has_length = true;
        if (!number(value, 10, &response->left))
            return RESPONSE_BROKEN;
    } else if ((value = value_of(response->line, "transfer-encoding"))) {
        response->chunked = strcasestr(value, "chunked") != NULL;
    } else if ((value = value_of(response->line, "connection"))) {
        response->closes =
            strcasecmp(value, "close") == 0 || (response->closes && strcasecmp(value, "keep-alive") != 0);
    }
    return RESPONSE_HEADERS;
}

static enum response_state after_headers(struct response *response) {
    if (response->status < 200) { // informational: the final response follows
        response_reset(response);
        response->started = true;
        return RESPONSE_STATUS_LINE;
    }
    if (response->status == 204 || response->status == 304)
        return RESPONSE_COMPLETE;
    if (response->chunked)
        return RESPONSE_CHUNK_SIZE;
    if (!response->has_length) {
        response->closes = true;
        return RESPONSE_BODY_TO_THE_END;
    }
    return response->left ? RESPONSE_BODY : RESPONSE_COMPLETE;
}

// Process a complete line, without its line end.
static enum response_state take_line(struct response *response) {
    bool empty = response->line_length == 0;
    switch (response->state) {
    case RESPONSE_STATUS_LINE:
        return status_line(response);
    case RESPONSE_HEADERS:
        return empty ? after_headers(response) : header(response);
    case RESPONSE_CHUNK_SIZE:
        if (!number(response->line, 16, &response->left))
            return RESPONSE_BROKEN;
        return response->left ? RESPONSE_CHUNK : RESPONSE_TRAILERS;
    case RESPONSE_CHUNK_END:
        return empty ? RESPONSE_CHUNK_SIZE : RESPONSE_BROKEN;
    case RESPONSE_TRAILERS:
        return empty ? RESPONSE_COMPLETE : RESPONSE_TRAILERS;
    default:
        return RESPONSE_BROKEN;
    }
}

// Collect bytes of a line; returns how many were consumed.
static size_t feed_line(struct response *response, const char *bytes, size_t count) {
    const char *newline = memchr(bytes, '\n', count);
    size_t taken = newline ? (size_t)(newline - bytes) : count;
    size_t room = sizeof response->line - 1 - response->line_length;
    size_t kept = taken < room ? taken : room;
    memcpy(response->line + response->line_length, bytes, kept);
    response->line_length += kept;
    if (!newline)
        return taken;
    if (response->line_length && response->line[response->line_length - 1] == '\r')
        response->line_length--;
    response->line[response->line_length] = '\0';
    response->state = take_line(response);
    response->line_length = 0;
    return taken + 1;
}

static size_t feed_body(struct response *response, size_t count) {
    size_t taken = count < response->left ? count : (size_t)response->left;
    response->left -= taken;
    if (response->left == 0)
        response->state = response->state == RESPONSE_CHUNK ? RESPONSE_CHUNK_END : RESPONSE_COMPLETE;
    return taken;
}

size_t response_feed(struct response *response, const char *bytes, size_t count) {
    size_t used = 0;
    response->started |= count > 0;
    while (used < count && response->state != RESPONSE_COMPLETE && response->state != RESPONSE_BROKEN) {
        if (response->state == RESPONSE_BODY_TO_THE_END)
            return count;
        if (response->state == RESPONSE_BODY || response->state == RESPONSE_CHUNK)
            used += feed_body(response, count - used);
        else
            used += feed_line(response, bytes + used, count - used);
    }
    return used;
}

bool response_ended(struct response *response) {
    if (response->state == RESPONSE_BODY_TO_THE_END)
        response->state = RESPONSE_COMPLETE;
    return response->state == RESPONSE_COMPLETE;
}
