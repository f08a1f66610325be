/* What is said of a capture: one report for each ingest, and what became of all of them at the end. */
#ifndef INSPECT_CAPTURE_OUT_H
#define INSPECT_CAPTURE_OUT_H

#include "connection.h"
#include "page.h"

/* Ingests that the table at the end names; the others are counted. */
#define CAPTURE_OUT_ROWS 65536

struct capture_row;

struct capture_out {
    const struct options *options;
    struct page *page; /* NULL: none is wanted */
    struct capture_row *rows;
    uint32_t count;
    uint32_t capacity;
    uint32_t left_out;
};

/* What was seen of the capture itself. */
struct capture_totals {
    const char *name;
    uint64_t packets;
    uint64_t other_packets; /* not TCP over IP */
    uint64_t fragments;
    uint64_t cut_packets; /* kept without their ends (snapshot length) */
    int64_t first_us;
    int64_t last_us;
    const char *why_cut; /* NULL: the file is whole */
};

/* 0, or EXIT_UNUSABLE after one sentence. */
int capture_out_ingest(struct capture_out *out, const struct ingest_report *report);
int capture_out_totals(struct capture_out *out, const struct connections *connections,
                       const struct capture_totals *totals);

void capture_out_free(struct capture_out *out);

#endif
