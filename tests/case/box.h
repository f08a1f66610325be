/* Boxes of ISO/IEC 14496-12, written into a buffer. */
#ifndef CASE_BOX_H
#define CASE_BOX_H

#include "builder.h"

/* Writes the head of a box with room for its size. Returns where it begins, for box_end. */
size_t box_begin(struct buffer *out, const char *type);
size_t full_box_begin(struct buffer *out, const char *type, unsigned version, uint32_t flags);
void box_end(struct buffer *out, size_t start);

/* The low count bytes of value, most significant first. */
void store_be(uint8_t *at, uint64_t value, int count);

/* Sends boxes to the session, now; the label of the line names them. */
void put_boxes(struct builder *builder, struct buffer *boxes);

/* Opens a block: a box whose body is what the lines up to "end" write. */
struct block *begin_boxes(struct builder *builder, const char *type);

/* "2,1,3": by turns. */
struct number_list {
    uint32_t values[64];
    size_t count; /* 0: no such option */
};

void read_list(struct builder *builder, const char *key, struct number_list *list);
uint32_t list_at(const struct number_list *list, size_t index);

/* trun, ISO/IEC 14496-12 section 8.8.8: a field is there for each sample where its list is not empty. */
struct trun_shape {
    uint32_t samples;
    int64_t count; /* in the box, -1: samples */
    struct number_list duration;
    struct number_list size;
    struct number_list flags;
    struct number_list composition;
    int64_t first_flags; /* -1: none */
};

/* entries: receives where the entries begin; returns how long each is. */
size_t write_trun(struct buffer *out, const struct trun_shape *shape, size_t *entries);

void write_tfhd(struct buffer *out, uint32_t track_id, int64_t duration, int64_t size, int64_t flags);

/* How a fragment says its time. */
enum fragment_clock { CLOCK_TFDT, CLOCK_TFDT_32, CLOCK_TFXD, CLOCK_TFXD_32, CLOCK_NONE };

void write_fragment_time(struct buffer *out, enum fragment_clock clock, int64_t ticks, int64_t duration);

/* moov.c: "moov" and "track"; fragments.c: "fragments". */
void begin_moov(struct builder *builder);
void put_track(struct builder *builder);
void put_fragments(struct builder *builder);

#endif
