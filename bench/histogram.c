#include "histogram.h"

#define SUB HISTOGRAM_SUB

void histogram_record(struct histogram *histogram, uint64_t value) {
    histogram->count++;
    if (value > histogram->max)
        histogram->max = value;
    if (value >> HISTOGRAM_MOST_BITS)
        value = (UINT64_C(1) << HISTOGRAM_MOST_BITS) - 1;
    // `shift` leaves the leading 11 bits; each shift has its own 1,024 slots.
    unsigned shift = value < 2 * SUB ? 0 : 63 - (unsigned)__builtin_clzll(value) - HISTOGRAM_SUB_BITS;
    histogram->slots[shift * SUB + (value >> shift)]++;
}

uint64_t histogram_quantile(const struct histogram *histogram, uint64_t of_1000) {
    uint64_t rank = (histogram->count * of_1000 + 999) / 1000, seen = 0;
    for (uint64_t slot = 0; slot < HISTOGRAM_SLOTS; slot++) {
        seen += histogram->slots[slot];
        if (seen && seen >= rank) {
            uint64_t shift = slot < 2 * SUB ? 0 : slot / SUB - 1;
            uint64_t top = ((slot - shift * SUB + 1) << shift) - 1; // the greatest value of the slot
            return top < histogram->max ? top : histogram->max;
        }
    }
    return 0;
}
