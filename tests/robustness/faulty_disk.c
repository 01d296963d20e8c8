/* Preloaded into a server: while the file $FAULTS.sync, .read or .write exists, calls of that kind on the files of a
 * database fail as they do on a broken disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int broken(int descriptor, const char *kind)
{
    char path[4096], link[64], name[4096];
    const char *faults = getenv("FAULTS");
    if (faults == NULL)
        return 0;
    snprintf(path, sizeof path, "%s.%s", faults, kind);
    if (access(path, F_OK) != 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (length < 0)
        return 0;
    name[length] = '\0';
    if (strstr(name, ".db") == NULL)
        return 0;
    errno = EIO;
    return 1;
}

int fsync(int descriptor)
{
    static int (*real)(int);
    if (real == NULL)
        real = dlsym(RTLD_NEXT, "fsync");
    return broken(descriptor, "sync") ? -1 : real(descriptor);
}

int fdatasync(int descriptor)
{
    static int (*real)(int);
    if (real == NULL)
        real = dlsym(RTLD_NEXT, "fdatasync");
    return broken(descriptor, "sync") ? -1 : real(descriptor);
}

ssize_t pread64(int descriptor, void *content, size_t size, off64_t offset)
{
    static ssize_t (*real)(int, void *, size_t, off64_t);
    if (real == NULL)
        real = dlsym(RTLD_NEXT, "pread64");
    return broken(descriptor, "read") ? -1 : real(descriptor, content, size, offset);
}

ssize_t pwrite64(int descriptor, const void *content, size_t size, off64_t offset)
{
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (real == NULL)
        real = dlsym(RTLD_NEXT, "pwrite64");
    return broken(descriptor, "write") ? -1 : real(descriptor, content, size, offset);
}
