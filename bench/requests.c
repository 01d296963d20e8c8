#define _GNU_SOURCE
#include "requests.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// Find the starts of the lines in the text.
static const char *split(struct requests *requests, const char *text, size_t size) {
    for (size_t i = 0; i < size; i++)
        requests->count += text[i] == '\n';
    requests->lines = malloc((requests->count + 1) * sizeof *requests->lines);
    if (!requests->lines)
        return "memory";
    errno = 0;
    const char *at = text;
    for (size_t i = 0; i < requests->count; i++) {
        requests->lines[i] = at;
        const char *end = memchr(at, '\n', size - (size_t)(at - text));
        const char *tab = memchr(at, '\t', (size_t)(end - at));
        if (!tab || !memchr(tab + 1, '\t', (size_t)(end - tab - 1)))
            return "a line is not: method, tab, path, tab, body";
        at = end + 1;
    }
    requests->lines[requests->count] = at;
    return requests->count ? NULL : "no requests in the file";
}

const char *requests_read(struct requests *requests, const char *path) {
    struct stat facts;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &facts) < 0)
        return path;
    size_t size = (size_t)facts.st_size;
    const char *text = size ? mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0) : "";
    if (text == MAP_FAILED)
        return path;
    close(fd);
    return split(requests, text, size);
}

struct request requests_next(struct requests *requests, bool once) {
    const char *method = requests->lines[requests->position], *end = requests->lines[requests->position + 1] - 1;
    const char *path = memchr(method, '\t', (size_t)(end - method)) + 1;
    const char *body = memchr(path, '\t', (size_t)(end - path)) + 1;
    requests->position++;
    if (requests->position == requests->count && !once)
        requests->position = 0;
    return (struct request){
        .method = method,
        .path = path,
        .body = body,
        .method_length = (size_t)(path - method - 1),
        .path_length = (size_t)(body - path - 1),
        .body_length = (size_t)(end - body),
    };
}

size_t requests_left(const struct requests *requests) {
    return requests->count - requests->position;
}
