// A load generator with a closed or an open loop.
//
//     load [-c connections] [-s seconds] [-t timeout] [-r rate] [-k ordered|random] [-1] HOST PORT FILE
//
// In the closed loop each connection sends a request, waits for its response, and sends the next request. A server that
// stalls also stalls the generator, so the latencies show at most one stalled request per connection.
//
// With -r the loop is open: `rate` requests per second are due at fixed times, each is sent by the connection that has
// been idle longest, and its latency counts from the time at which it was due. While all connections wait, requests
// are late but keep their times, so the latencies show a stall as long as the clients would see it.
//
// FILE has one request per line: method, path and body, separated by tabs. The connections take the lines in order, and
// start again after the last one; with -1 every line is sent once, and the run ends when all lines were sent.
// LOAD_AUTHORIZATION is the Authorization header, unless it is empty. With -k each request has its own idempotency key:
// keys are in ascending order or random. When the time is up, the generator waits for requests in flight, so every
// request either got a response or counts as an error. The result is one line of JSON.
//
// One thread and epoll: a request costs one send and one recv, which is less than any server needs for it;
// `cpu_microseconds` in the result shows whether that was the case.
#define _GNU_SOURCE
#include "histogram.h"
#include "requests.h"
#include "response.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS 20   // interval at which timeouts are checked
#define LATE_US 1000 // delay beyond which a request counts as late

enum phase { CLOSED, CONNECTING, IDLE, SENDING, RECEIVING };

struct connection {
    int fd;
    enum phase phase;
    uint64_t since;    // start of the phase or of the request
    uint64_t intended; // start of its latency: when the request was due, or when it was sent
    bool queued;       // whether it is in `ready`
    char *out;
    size_t out_room, out_length, out_sent;
    struct response response;
};

static struct {
    int connections, epoll;
    uint64_t seconds, timeout; // in microseconds
    double rate; // requests per second of the open loop, or 0
    bool once;
    const char *host, *port, *authorization, *keys;
    struct addrinfo *address;
    struct requests requests;
    size_t taken;
} run = {.connections = 64, .seconds = 10000000, .timeout = 10000000};

static struct {
    uint64_t connect_errors, read_errors, write_errors, timeouts, refused, reconnects, late;
    uint64_t last; // when the last response was complete
    uint64_t statuses[1000];
    struct histogram latencies;
} stats;

static int busy; // connections that wait for a response

// A ring of the connections that can send their next request. In the closed loop they all do so after all available
// data was read; in the open loop they wait for requests to be due.
static struct connection **ready;
static int ready_first, ready_count;

static uint64_t began, deadline;

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "load: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(2);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static void append(struct connection *c, const char *bytes, size_t count) {
    if (c->out_length + count > c->out_room) {
        c->out_room = 2 * (c->out_length + count) + 1024;
        if (!(c->out = realloc(c->out, c->out_room)))
            fail("memory");
    }
    memcpy(c->out + c->out_length, bytes, count);
    c->out_length += count;
}

#define APPEND(c, literal) append(c, literal, sizeof literal - 1)

static uint64_t mixed(uint64_t number) { // the splitmix64 generator
    number += 0x9e3779b97f4a7c15;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
    number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
    return number ^ (number >> 31);
}

static void write_key(struct connection *c) {
    uint64_t run_id = began, number = run.taken;
    if (*run.keys == 'r') {
        run_id = mixed(began + number);
        number = mixed(run_id);
    }
    char header[80];
    int written = snprintf(header, sizeof header, "\r\nIdempotency-Key: \"%016" PRIx64 "-%016" PRIx64 "\"", run_id, number);
    append(c, header, (size_t)written);
}

// Write the next request of the file as HTTP.
static void write_request(struct connection *c) {
    struct request request = requests_next(&run.requests, run.once);
    run.taken++;
    c->out_length = c->out_sent = 0;
    append(c, request.method, request.method_length);
    APPEND(c, " ");
    append(c, request.path, request.path_length);
    APPEND(c, " HTTP/1.1\r\nHost: ");
    append(c, run.host, strlen(run.host));
    if (run.authorization && *run.authorization) {
        APPEND(c, "\r\nAuthorization: ");
        append(c, run.authorization, strlen(run.authorization));
    }
    if (run.keys)
        write_key(c);
    if (request.body_length || *request.method != 'G') {
        char length[80];
        int written = snprintf(length, sizeof length, "\r\nContent-Type: application/json\r\nContent-Length: %zu",
                               request.body_length);
        append(c, length, (size_t)written);
    }
    APPEND(c, "\r\n\r\n");
    append(c, request.body, request.body_length);
}

static void watch(struct connection *c, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(run.epoll, operation, c->fd, &event) < 0)
        fail("epoll");
}

// The time at which the next request is due; 0 in the closed loop, where requests are always due.
static uint64_t due(void) {
    return run.rate ? began + (uint64_t)((double)run.taken * 1e6 / run.rate) : 0;
}

static bool used_up(void) {
    return run.once && requests_left(&run.requests) == 0;
}

static bool over(void) {
    return now() >= deadline || due() >= deadline || used_up();
}

// The number of requests that were due but not sent, because no connection was idle before the end.
static uint64_t unsent(void) {
    if (!run.rate || used_up())
        return 0;
    uint64_t scheduled = (uint64_t)((double)run.seconds * run.rate / 1e6);
    return scheduled > run.taken ? scheduled - run.taken : 0;
}

static void queue(struct connection *c) {
    if (c->queued) // it was closed and opened again while it was in the queue
        return;
    c->queued = true;
    ready[(ready_first + ready_count++) % run.connections] = c;
}

static struct connection *take(void) {
    struct connection *c = ready[ready_first];
    ready_first = (ready_first + 1) % run.connections;
    ready_count--;
    c->queued = false;
    return c;
}

static void hang_up(struct connection *c) {
    if (c->phase == SENDING || c->phase == RECEIVING)
        busy--;
    if (c->phase != CLOSED)
        close(c->fd);
    c->phase = CLOSED;
    c->since = now();
}

static void dial(struct connection *c) {
    c->fd = socket(run.address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        fail("socket");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    c->phase = CONNECTING;
    c->since = now();
    if (connect(c->fd, run.address->ai_addr, run.address->ai_addrlen) < 0 && errno != EINPROGRESS) {
        stats.connect_errors++;
        hang_up(c); // retried at the next tick
        return;
    }
    watch(c, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

// Close the connection, and open another if there is more to send.
static void redial(struct connection *c) {
    hang_up(c);
    if (!over()) {
        stats.reconnects++;
        dial(c);
    }
}

static void send_on(struct connection *c) {
    ssize_t sent = send(c->fd, c->out + c->out_sent, c->out_length - c->out_sent, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        stats.write_errors++;
        redial(c);
        return;
    }
    c->out_sent += sent > 0 ? (size_t)sent : 0;
    enum phase next = c->out_sent == c->out_length ? RECEIVING : SENDING;
    if (next != c->phase)
        watch(c, EPOLL_CTL_MOD, next == SENDING ? EPOLLIN | EPOLLOUT : EPOLLIN);
    c->phase = next;
}

static void send_next(struct connection *c) {
    if (c->phase != IDLE || over()) // it may have been closed since
        return;
    uint64_t intended = due();
    write_request(c);
    response_reset(&c->response);
    c->since = now();
    c->intended = run.rate ? intended : c->since;
    stats.late += c->since > c->intended + LATE_US;
    c->phase = RECEIVING; // most requests are sent completely; send_on handles the others
    busy++;
    send_on(c);
}

static void completed(struct connection *c) {
    stats.last = now();
    stats.statuses[c->response.status]++;
    stats.refused += c->response.status < 200 || c->response.status > 299;
    histogram_record(&stats.latencies, stats.last - c->intended);
    if (c->response.closes || c->phase == SENDING) { // early response: the rest is not read
        redial(c);
        return;
    }
    busy--;
    c->phase = IDLE;
    queue(c);
}

static void receive(struct connection *c) {
    static char bytes[256 * 1024];
    ssize_t count = recv(c->fd, bytes, sizeof bytes, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (c->phase == IDLE) { // no request in flight: the server closes the connection, or should
        redial(c);
        return;
    }
    if (count <= 0) {
        if (count == 0 && response_ended(&c->response)) {
            completed(c);
            return;
        }
        stats.read_errors++;
        redial(c);
        return;
    }
    size_t used = response_feed(&c->response, bytes, (size_t)count);
    if (c->response.state == RESPONSE_BROKEN || used < (size_t)count) {
        stats.read_errors++;
        redial(c);
    } else if (c->response.state == RESPONSE_COMPLETE) {
        completed(c);
    }
}

static void connected(struct connection *c) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        stats.connect_errors++;
        hang_up(c); // retried at the next tick
        return;
    }
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
    c->phase = IDLE;
    queue(c);
}

static void handle(struct connection *c, uint32_t events) {
    if (c->phase == CONNECTING)
        connected(c);
    else if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        receive(c);
    else if (c->phase == SENDING)
        send_on(c);
}

// In the open loop, wait until a request is due or data arrives; epoll_wait counts only in milliseconds. Returns how
// long handle_all may wait.
static int wait_until_due(void) {
    if (!run.rate || !ready_count || over())
        return TICK_MS;
    uint64_t time = now(), next = due(), most = TICK_MS * 1000;
    uint64_t left = next <= time ? 0 : next - time < most ? next - time : most;
    struct timespec pause = {.tv_nsec = (long)left * 1000};
    ppoll(&(struct pollfd){.fd = run.epoll, .events = POLLIN}, 1, &pause, NULL);
    return 0;
}

static void handle_all(int milliseconds) {
    struct epoll_event events[256];
    int count = epoll_wait(run.epoll, events, 256, milliseconds);
    if (count < 0 && errno != EINTR)
        fail("epoll");
    for (int i = 0; i < count; i++)
        handle(events[i].data.ptr, events[i].events);
}

static void tick(struct connection *all, uint64_t time) {
    for (struct connection *c = all; c < all + run.connections; c++) {
        if (c->phase == CLOSED && !over()) {
            dial(c);
        } else if (c->phase != IDLE && c->phase != CLOSED && time > c->since + run.timeout) {
            if (c->phase == CONNECTING) {
                stats.connect_errors++;
                hang_up(c);
            } else {
                stats.timeouts++;
                redial(c);
            }
        }
    }
}

static void print_result(uint64_t microseconds) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    uint64_t cpu = (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
                   (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    printf("{\"requests\":%" PRIu64 ",\"taken\":%zu,\"microseconds\":%" PRIu64 ",\"cpu_microseconds\":%" PRIu64
           ",\"statuses\":{", stats.latencies.count, run.taken, microseconds, cpu);
    const char *comma = "";
    for (int status = 0; status < 1000; status++)
        if (stats.statuses[status]) {
            printf("%s\"%d\":%" PRIu64, comma, status, stats.statuses[status]);
            comma = ",";
        }
    printf("},\"errors\":{\"connect\":%" PRIu64 ",\"read\":%" PRIu64 ",\"write\":%" PRIu64 ",\"timeout\":%" PRIu64
           ",\"status\":%" PRIu64 "},\"reconnects\":%" PRIu64
           ",\"late\":%" PRIu64 ",\"unsent\":%" PRIu64,
           stats.connect_errors, stats.read_errors, stats.write_errors, stats.timeouts, stats.refused, stats.reconnects,
           stats.late, unsent());
    printf(",\"p50\":%" PRIu64 ",\"p90\":%" PRIu64 ",\"p99\":%" PRIu64 ",\"p999\":%" PRIu64 ",\"max\":%" PRIu64 "}\n",
           histogram_quantile(&stats.latencies, 500), histogram_quantile(&stats.latencies, 900),
           histogram_quantile(&stats.latencies, 990), histogram_quantile(&stats.latencies, 999), stats.latencies.max);
}

static void arguments(int argc, char **argv) {
    for (int option; (option = getopt(argc, argv, "c:s:t:r:k:1")) != -1;) {
        if (option == 'c')
            run.connections = atoi(optarg);
        else if (option == 's')
            run.seconds = (uint64_t)(atof(optarg) * 1e6);
        else if (option == 't')
            run.timeout = (uint64_t)(atof(optarg) * 1e6);
        else if (option == 'r' && (run.rate = atof(optarg)) > 0)
            continue;
        else if (option == 'k' && (!strcmp(optarg, "ordered") || !strcmp(optarg, "random")))
            run.keys = optarg;
        else if (option == '1')
            run.once = true;
        else
            exit(2);
    }
    errno = 0;
    if (argc - optind != 3 || run.connections < 1)
        fail("load [-c connections] [-s seconds] [-t timeout] [-r rate] [-k ordered|random] [-1] HOST PORT FILE");
    run.host = argv[optind];
    run.port = argv[optind + 1];
    run.authorization = getenv("LOAD_AUTHORIZATION");
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    if (getaddrinfo(run.host, run.port, &hints, &run.address) != 0)
        fail("no such host or port");
    const char *wrong = requests_read(&run.requests, argv[optind + 2]);
    if (wrong)
        fail(wrong);
}

int main(int argc, char **argv) {
    arguments(argc, argv);
    struct connection *all = calloc((size_t)run.connections, sizeof *all);
    run.epoll = epoll_create1(EPOLL_CLOEXEC);
    prctl(PR_SET_TIMERSLACK, 1); // otherwise a sleep takes 50 microseconds longer
    ready = calloc((size_t)run.connections, sizeof *ready);
    if (!all || !ready || run.epoll < 0)
        fail("connections");
    began = now();
    uint64_t ticked = began;
    if (run.rate)
        began += TICK_MS * 1000; // the connections are open when the first request is due
    deadline = began + run.seconds;
    stats.last = began;
    for (int i = 0; i < run.connections; i++)
        dial(&all[i]);
    while (busy || !over()) {
        handle_all(wait_until_due());
        while (ready_count && due() <= now())
            send_next(take());
        uint64_t time = now();
        if (time - ticked >= TICK_MS * 1000) {
            ticked = time;
            tick(all, time);
        }
    }
    print_result(stats.last - began);
    return 0;
}
