#define _GNU_SOURCE
#include "answer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void answer_reset(struct answer *answer) {
    answer->state = ANSWER_STATUS_LINE;
    answer->status = 0;
    answer->started = answer->closes = answer->chunked = answer->has_length = false;
    answer->left = 0;
    answer->line_length = 0;
}

// Where the value of a header begins, if the line is that header.
static const char *value_of(const char *line, const char *name) {
    size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0 || line[length] != ':')
        return NULL;
    line += length + 1;
    return line + strspn(line, " \t");
}

// The number that the text is; a chunk's size may have extensions after it.
static bool number(const char *text, int base, uint64_t *found) {
    char *end;
    if (!isxdigit((unsigned char)*text))
        return false;
    *found = strtoull(text, &end, base);
    char next = end[strspn(end, " \t")];
    return end != text && (next == '\0' || (base == 16 && next == ';'));
}

static enum answer_state status_line(struct answer *answer) {
    const char *line = answer->line;
    if (strncmp(line, "HTTP/1.", 7) != 0 || line[8] != ' ')
        return ANSWER_BROKEN;
    answer->status = atoi(line + 9);
    answer->closes = line[7] == '0';
    return answer->status >= 100 && answer->status <= 999 ? ANSWER_HEADERS : ANSWER_BROKEN;
}

static enum answer_state header(struct answer *answer) {
    const char *value;
    if ((value = value_of(answer->line, "content-length"))) {
        answer->has_length = true;
        if (!number(value, 10, &answer->left))
            return ANSWER_BROKEN;
    } else if ((value = value_of(answer->line, "transfer-encoding"))) {
        answer->chunked = strcasestr(value, "chunked") != NULL;
    } else if ((value = value_of(answer->line, "connection"))) {
        answer->closes = strcasecmp(value, "close") == 0 || (answer->closes && strcasecmp(value, "keep-alive") != 0);
    }
    return ANSWER_HEADERS;
}

static enum answer_state after_headers(struct answer *answer) {
    if (answer->status < 200) { // only news on the way; the answer itself is still to come
        answer_reset(answer);
        answer->started = true;
        return ANSWER_STATUS_LINE;
    }
    if (answer->status == 204 || answer->status == 304)
        return ANSWER_COMPLETE;
    if (answer->chunked)
        return ANSWER_CHUNK_SIZE;
    if (!answer->has_length) {
        answer->closes = true;
        return ANSWER_BODY_TO_THE_END;
    }
    return answer->left ? ANSWER_BODY : ANSWER_COMPLETE;
}

// A whole line has come, without its end.
static enum answer_state take_line(struct answer *answer) {
    bool empty = answer->line_length == 0;
    switch (answer->state) {
    case ANSWER_STATUS_LINE:
        return status_line(answer);
    case ANSWER_HEADERS:
        return empty ? after_headers(answer) : header(answer);
    case ANSWER_CHUNK_SIZE:
        if (!number(answer->line, 16, &answer->left))
            return ANSWER_BROKEN;
        return answer->left ? ANSWER_CHUNK : ANSWER_TRAILERS;
    case ANSWER_CHUNK_END:
        return empty ? ANSWER_CHUNK_SIZE : ANSWER_BROKEN;
    case ANSWER_TRAILERS:
        return empty ? ANSWER_COMPLETE : ANSWER_TRAILERS;
    default:
        return ANSWER_BROKEN;
    }
}

// Gather a line; returns how many bytes were of it.
static size_t feed_line(struct answer *answer, const char *bytes, size_t count) {
    const char *newline = memchr(bytes, '\n', count);
    size_t taken = newline ? (size_t)(newline - bytes) : count;
    size_t room = sizeof answer->line - 1 - answer->line_length;
    size_t kept = taken < room ? taken : room;
    memcpy(answer->line + answer->line_length, bytes, kept);
    answer->line_length += kept;
    if (!newline)
        return taken;
    if (answer->line_length && answer->line[answer->line_length - 1] == '\r')
        answer->line_length--;
    answer->line[answer->line_length] = '\0';
    answer->state = take_line(answer);
    answer->line_length = 0;
    return taken + 1;
}

static size_t feed_body(struct answer *answer, size_t count) {
    size_t taken = count < answer->left ? count : (size_t)answer->left;
    answer->left -= taken;
    if (answer->left == 0)
        answer->state = answer->state == ANSWER_CHUNK ? ANSWER_CHUNK_END : ANSWER_COMPLETE;
    return taken;
}

size_t answer_feed(struct answer *answer, const char *bytes, size_t count) {
    size_t used = 0;
    answer->started |= count > 0;
    while (used < count && answer->state != ANSWER_COMPLETE && answer->state != ANSWER_BROKEN) {
        if (answer->state == ANSWER_BODY_TO_THE_END)
            return count;
        if (answer->state == ANSWER_BODY || answer->state == ANSWER_CHUNK)
            used += feed_body(answer, count - used);
        else
            used += feed_line(answer, bytes + used, count - used);
    }
    return used;
}

bool answer_ended(struct answer *answer) {
    if (answer->state == ANSWER_BODY_TO_THE_END)
        answer->state = ANSWER_COMPLETE;
    return answer->state == ANSWER_COMPLETE;
}
