/*
 * The page for a ticket: one HTML file that needs nothing else, with no script, for screens and paper. Everything that
 * comes from the stream is escaped.
 */
#ifndef INSPECT_PAGE_H
#define INSPECT_PAGE_H

#include <mpe/mpe.h>

#include "conditions.h"
#include "options.h"
#include "series.h"

/* Subjects that get plots and tracks; those with findings come first to it. The others are lines of the table alone. */
#define PAGE_MAX_SUBJECTS 200

struct page;

/* One session on the page; texts and pointers need to last for the call only. */
struct page_subject {
    const char *title;          /* NULL: that of the page */
    const char *head;           /* one line about it */
    const char *note;           /* what limits the verdict; "" or NULL: nothing */
    const char *verdict;        /* a code, or "accepted", ... */
    const mpe_session *session; /* NULL: nothing was judged */
    const mpe_error *findings;
    uint32_t count;
    const struct conditions *conditions; /* NULL: none is known of */
    int64_t began_us;                    /* what its times count from */
    const struct series *series;         /* NULL: no plots */
};

/* The functions that return int: 0, or EXIT_UNUSABLE after one sentence. */
int page_open(struct page **page, const struct options *options, const char *input_name);
int page_add(struct page *page, const struct page_subject *subject);
int page_write(struct page *page); /* to options->report_path */
void page_free(struct page *page);

#endif
