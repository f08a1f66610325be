/* Commands that write single boxes, and boxes in boxes. */
#include "box.h"

#include <stdio.h>
#include <string.h>

size_t box_begin(struct buffer *out, const char *type)
{
    buffer_be(out, 0, 4);
    buffer_bytes(out, type, 4);
    return out->len - 8;
}

size_t full_box_begin(struct buffer *out, const char *type, unsigned version, uint32_t flags)
{
    size_t start = box_begin(out, type);

    buffer_byte(out, version);
    buffer_be(out, flags, 3);
    return start;
}

void store_be(uint8_t *at, uint64_t value, int count)
{
    for (int i = count - 1; i >= 0; i--, value >>= 8)
        at[i] = (uint8_t)value;
}

void box_end(struct buffer *out, size_t start)
{
    store_be(out->at + start, out->len - start, 4);
}

static struct box_shape read_box_shape(struct builder *builder)
{
    struct box_shape shape = {0};
    const char *size;

    shape.large = line_flag(&builder->line, "large");
    size = line_option(&builder->line, "size");
    if (!size)
        return shape;
    shape.size = size[0] == '+' || size[0] == '-' ? BOX_SIZE_OFF : BOX_SIZE_GIVEN;
    if (!text_to_number(size, &shape.value))
        line_error(&builder->line, "size=%s is not a number", size);
    return shape;
}

/* Large: 1, type(32), size(64). */
static void put_head(struct buffer *out, const char *type, const struct box_shape *shape)
{
    buffer_be(out, shape->large ? 1 : 0, 4);
    buffer_bytes(out, type, 4);
    if (shape->large)
        buffer_be(out, 0, 8);
}

static void set_size(uint8_t *box, size_t len, const struct box_shape *shape)
{
    uint64_t size = shape->size == BOX_SIZE_GIVEN ? (uint64_t)shape->value : len;

    if (shape->size == BOX_SIZE_OFF)
        size += (uint64_t)shape->value;
    store_be(shape->large ? box + 8 : box, size, shape->large ? 8 : 4);
}

void put_boxes(struct builder *builder, struct buffer *boxes)
{
    struct message where = message_new(0, 0);

    builder_begin_place(builder, &where);
    builder_add_span(builder, where.label, where.place, 0, builder_put(builder, boxes->at, boxes->len), boxes->len);
    buffer_free(boxes);
}

static const char *box_type(struct builder *builder)
{
    const char *type = line_need(&builder->line, "the type of a box");

    if (type && strlen(type) != 4)
        line_error(&builder->line, "%s has not four characters", type);
    return type && strlen(type) == 4 ? type : "free";
}

/* box TYPE [large=yes] [size=N] BYTES */
static void box(struct builder *builder)
{
    const char *type = box_type(builder);
    struct box_shape shape = read_box_shape(builder);
    struct buffer out = {0};

    put_head(&out, type, &shape);
    builder_raw(builder, &out);
    set_size(out.at, out.len, &shape);
    put_boxes(builder, &out);
}

struct block *begin_boxes(struct builder *builder, const char *type)
{
    struct block *block = builder_push_block(builder, BLOCK_BOXES);
    struct buffer head = {0};

    block->shape = read_box_shape(builder);
    block->where = message_new(0, 0);
    builder_begin_place(builder, &block->where);
    put_head(&head, type, &block->shape);
    block->start = builder_put(builder, head.at, head.len);
    buffer_free(&head);
    return block;
}

void end_boxes(struct builder *builder, struct block *block)
{
    struct buffer *bytes = &builder->test->inputs[builder->session].bytes;

    if (block->close)
        block->close(builder, block);
    set_size(bytes->at + block->start, bytes->len - block->start, &block->shape);
    builder_add_span(builder, block->where.label, block->where.place, 0, block->start, bytes->len - block->start);
}

/* boxes TYPE [large=yes] [size=N] ... end */
static void boxes(struct builder *builder)
{
    begin_boxes(builder, box_type(builder));
}

/* ftyp [BRAND]..., styp [BRAND]...: the first is the major one. */
static void brands(struct builder *builder, const char *type, const char *standard)
{
    struct word *word = line_next(&builder->line);
    struct buffer out = {0};
    size_t start = box_begin(&out, type);
    const char *brand = word ? word->value : standard;

    buffer_bytes(&out, brand, 4);
    buffer_be(&out, 0x200, 4);
    for (; brand; brand = (word = line_next(&builder->line)) ? word->value : NULL)
        buffer_bytes(&out, brand, 4);
    box_end(&out, start);
    put_boxes(builder, &out);
}

static void ftyp(struct builder *builder)
{
    brands(builder, "ftyp", "isml");
}

static void styp(struct builder *builder)
{
    brands(builder, "styp", "msdh");
}

/* manifest [as=utf-8|utf-16be|utf-16le] [mark=yes] TEXT...: what the texts hold is ASCII */
static void manifest(struct builder *builder)
{
    static const uint8_t user_type[] = {0xa5, 0xd4, 0x0b, 0x30, 0xe8, 0x14, 0x11, 0xdd,
                                        0xba, 0x2f, 0x08, 0x00, 0x20, 0x0c, 0x9a, 0x66};
    const char *as = line_option(&builder->line, "as");
    bool mark = line_flag(&builder->line, "mark");
    bool wide = as && strncmp(as, "utf-16", 6) == 0;
    bool little = as && strcmp(as, "utf-16le") == 0;
    struct buffer out = {0};
    size_t start = box_begin(&out, "uuid");
    struct word *word;

    buffer_bytes(&out, user_type, sizeof(user_type));
    buffer_be(&out, 0, 4);
    if (mark)
        buffer_be(&out, little ? 0xfffe : wide ? 0xfeff : 0xefbbbf, wide ? 2 : 3);
    while ((word = line_next(&builder->line))) {
        for (const char *at = word->value; *at; at++)
            buffer_be(&out, little ? (uint64_t)*at << 8 : (uint64_t)*at, wide ? 2 : 1);
    }
    box_end(&out, start);
    put_boxes(builder, &out);
}

void read_list(struct builder *builder, const char *key, struct number_list *list)
{
    const char *at = line_option(&builder->line, key);

    list->count = 0;
    while (at && *at && list->count < sizeof(list->values) / sizeof(list->values[0])) {
        char text[32] = "";
        int64_t number;

        snprintf(text, sizeof(text), "%.*s", (int)strcspn(at, ","), at);
        if (!text_to_number(text, &number))
            line_error(&builder->line, "%s=%s: not a number", key, text);
        list->values[list->count++] = (uint32_t)number;
        at += strcspn(at, ",");
        at += *at == ',';
    }
}

uint32_t list_at(const struct number_list *list, size_t index)
{
    return list->values[index % list->count];
}

void write_tfhd(struct buffer *out, uint32_t track_id, int64_t duration, int64_t size, int64_t flags)
{
    uint32_t there = 0x020000 | (duration >= 0 ? 0x08 : 0) | (size >= 0 ? 0x10 : 0) | (flags >= 0 ? 0x20 : 0);
    size_t start = full_box_begin(out, "tfhd", 0, there);

    buffer_be(out, track_id, 4);
    if (duration >= 0)
        buffer_be(out, (uint64_t)duration, 4);
    if (size >= 0)
        buffer_be(out, (uint64_t)size, 4);
    if (flags >= 0)
        buffer_be(out, (uint64_t)flags, 4);
    box_end(out, start);
}

/* tfhd TRACK [duration=] [size=] [flags=] */
static void tfhd(struct builder *builder)
{
    struct line *line = &builder->line;
    const char *text = line_need(line, "a track id");
    int64_t track_id = 0;
    struct buffer out = {0};

    if (text && !text_to_number(text, &track_id))
        line_error(line, "%s is not a track id", text);
    write_tfhd(&out, (uint32_t)track_id, line_number(line, "duration", -1), line_number(line, "size", -1),
               line_number(line, "flags", -1));
    put_boxes(builder, &out);
}

void write_fragment_time(struct buffer *out, enum fragment_clock clock, int64_t ticks, int64_t duration)
{
    static const uint8_t tfxd[] = {0x6d, 0x1d, 0x9b, 0x05, 0x42, 0xd5, 0x44, 0xe6,
                                   0x80, 0xe2, 0x14, 0x1d, 0xaf, 0xf7, 0x57, 0xb2};
    bool is_tfxd = clock == CLOCK_TFXD || clock == CLOCK_TFXD_32;
    int bytes = clock == CLOCK_TFDT_32 || clock == CLOCK_TFXD_32 ? 4 : 8;
    size_t start;

    if (clock == CLOCK_NONE)
        return;
    start = box_begin(out, is_tfxd ? "uuid" : "tfdt");
    if (is_tfxd)
        buffer_bytes(out, tfxd, sizeof(tfxd));
    buffer_be(out, bytes == 8 ? 0x01000000 : 0, 4);
    buffer_be(out, (uint64_t)ticks, bytes);
    if (is_tfxd)
        buffer_be(out, (uint64_t)duration, bytes);
    box_end(out, start);
}

static void fragment_time(struct builder *builder, enum fragment_clock wide, enum fragment_clock narrow)
{
    struct line *line = &builder->line;
    const char *text = line_need(line, "a time in ticks");
    int64_t ticks = 0;
    struct buffer out = {0};

    if (text && !text_to_number(text, &ticks))
        line_error(line, "%s is not a time", text);
    write_fragment_time(&out, line_number(line, "version", 1) == 0 ? narrow : wide, ticks,
                        line_number(line, "duration", 0));
    put_boxes(builder, &out);
}

/* tfdt TICKS [version=1] */
static void tfdt(struct builder *builder)
{
    fragment_time(builder, CLOCK_TFDT, CLOCK_TFDT_32);
}

/* tfxd TICKS [version=1] [duration=0] */
static void tfxd(struct builder *builder)
{
    fragment_time(builder, CLOCK_TFXD, CLOCK_TFXD_32);
}

static void put_field(struct buffer *out, const struct number_list *list, size_t index)
{
    if (list->count > 0)
        buffer_be(out, list_at(list, index), 4);
}

size_t write_trun(struct buffer *out, const struct trun_shape *shape, size_t *entries)
{
    uint32_t flags = (shape->first_flags >= 0 ? 0x004u : 0) | (shape->duration.count > 0 ? 0x100u : 0) |
                     (shape->size.count > 0 ? 0x200u : 0) | (shape->flags.count > 0 ? 0x400u : 0) |
                     (shape->composition.count > 0 ? 0x800u : 0);
    size_t start = full_box_begin(out, "trun", 1, flags);

    buffer_be(out, shape->count >= 0 ? (uint64_t)shape->count : shape->samples, 4);
    if (shape->first_flags >= 0)
        buffer_be(out, (uint64_t)shape->first_flags, 4);
    *entries = out->len;
    for (size_t i = 0; i < shape->samples; i++) {
        put_field(out, &shape->duration, i);
        put_field(out, &shape->size, i);
        put_field(out, &shape->flags, i);
        put_field(out, &shape->composition, i);
    }
    box_end(out, start);
    return shape->samples > 0 ? (out->len - *entries) / shape->samples : 0;
}

/* trun SAMPLES [count=] [duration=] [size=] [flags=] [cts=] [first-flags=] */
static void trun(struct builder *builder)
{
    struct line *line = &builder->line;
    const char *text = line_need(line, "how many samples");
    struct trun_shape shape = {0};
    struct buffer out = {0};
    int64_t samples = 0;
    size_t entries;

    if (text && !text_to_number(text, &samples))
        line_error(line, "%s is not a number", text);
    shape.samples = (uint32_t)samples;
    shape.count = line_number(line, "count", -1);
    shape.first_flags = line_number(line, "first-flags", -1);
    read_list(builder, "duration", &shape.duration);
    read_list(builder, "size", &shape.size);
    read_list(builder, "flags", &shape.flags);
    read_list(builder, "cts", &shape.composition);
    write_trun(&out, &shape, &entries);
    put_boxes(builder, &out);
}

command_function *find_box_command(const char *name)
{
    static const struct {
        const char *name;
        command_function *run;
    } commands[] = {
        {"box", box},           {"boxes", boxes},     {"ftyp", ftyp},       {"styp", styp},
        {"manifest", manifest}, {"tfhd", tfhd},       {"tfdt", tfdt},       {"tfxd", tfxd},
        {"trun", trun},         {"moov", begin_moov}, {"track", put_track}, {"fragments", put_fragments},
    };

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run;
    return NULL;
}
