// The requests of a file: one per line, with method, path and body separated by tabs.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct requests {
    const char **lines; // the start of each line, and the end of the last one
    size_t count, position;
};

struct request {
    const char *method, *path, *body;
    size_t method_length, path_length, body_length;
};

// Map the file and find its lines; returns what failed, or NULL. errno is 0 if the content of the file is invalid.
const char *requests_read(struct requests *requests, const char *path);

// The next request. After the last request it starts again with the first, unless each is sent `once`.
struct request requests_next(struct requests *requests, bool once);

// The number of requests after the position.
size_t requests_left(const struct requests *requests);
