// A histogram of latencies in microseconds: exact up to 2,047, above that to one in 1,024, in bounded memory.
#pragma once

#include <stdint.h>

#define HISTOGRAM_SUB_BITS 10
#define HISTOGRAM_SUB (UINT64_C(1) << HISTOGRAM_SUB_BITS)
#define HISTOGRAM_MOST_BITS 40
#define HISTOGRAM_SLOTS ((HISTOGRAM_MOST_BITS - HISTOGRAM_SUB_BITS + 1) * HISTOGRAM_SUB)

struct histogram {
    uint64_t count, max;
    uint64_t slots[HISTOGRAM_SLOTS];
};

void histogram_record(struct histogram *histogram, uint64_t value);

// The smallest value that this many per mille do not exceed.
uint64_t histogram_quantile(const struct histogram *histogram, uint64_t of_1000);
