// Latencies in microseconds, counted in slots: exact up to 2,047, above it to one in 1,024; bounded memory.
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

// The least value that so many of a thousand do not exceed.
uint64_t histogram_quantile(const struct histogram *histogram, uint64_t of_1000);
