/* Builders of streams in RTMP, FLV and fragmented MP4 that cost as much as they can, a row each. */
#include "hostile.h"

#include <string.h>

#include "mpe.h"

#define HUGE_MESSAGE 0xFFFFFFu

/* -------------------------------------------------------------------- RTMP */

static struct rtmp_out connected(struct out *out)
{
    struct rtmp_out rtmp = rtmp_begin(out);
    rtmp_connect(&rtmp, "live", "rtmp://127.0.0.1/live");
    rtmp_publish(&rtmp, "stream");
    return rtmp;
}

/* A message of 16 MB, a byte a chunk. */
static void one_byte_chunks(struct out *out, size_t bytes)
{
    struct rtmp_out rtmp = connected(out);
    rtmp_set_chunk_size(&rtmp, 1);
    rtmp_head(&rtmp, 0, 6, 0, HUGE_MESSAGE, TAG_VIDEO, 1);
    out_be(out, 0x27, 1);
    while (out->len < bytes) {
        rtmp_basic_header(out, 3, 6);
        out_be(out, 1, 1);
    }
}

/* As many of them as there may be chunk streams, a byte of each in turn; their ids take three bytes. */
static void interleaved_bytes(struct out *out, size_t bytes)
{
    enum { STREAMS = 60 };
    struct rtmp_out rtmp = connected(out);
    rtmp_set_chunk_size(&rtmp, 1);
    for (uint32_t id = 0; id < STREAMS; id++) {
        rtmp_head(&rtmp, 0, 1000 + id, 0, HUGE_MESSAGE, TAG_VIDEO, 1);
        out_be(out, 0x27, 1);
    }
    for (uint32_t id = 0; out->len < bytes; id = (id + 1) % STREAMS) {
        rtmp_basic_header(out, 3, 1000 + id);
        out_be(out, 1, 1);
    }
}

static void every_chunk_stream(struct out *out, size_t bytes)
{
    struct rtmp_out rtmp = connected(out);
    for (uint32_t id = 2; id < 65600 && out->len < bytes; id++)
        rtmp_message(&rtmp, 0, id, 0, TAG_AUDIO, 1, "\xAF", 1);
}

/* Bodies that are gathered, each one byte short of its end, a piece of each in turn. */
static void gathered_at_once(struct out *out, size_t bytes, uint8_t type, uint32_t body_bytes)
{
    enum { STREAMS = 60, PIECE = 1000 };
    struct rtmp_out rtmp = connected(out);
    rtmp_set_chunk_size(&rtmp, PIECE);
    for (uint32_t id = 0; id < STREAMS; id++) {
        rtmp_head(&rtmp, 0, 100 + id, 0, body_bytes, type, 1);
        out_fill(out, 2, PIECE);
    }
    for (uint32_t at = PIECE; at + PIECE < body_bytes && out->len < bytes; at += PIECE) {
        for (uint32_t id = 0; id < STREAMS; id++) {
            rtmp_basic_header(out, 3, 100 + id);
            out_fill(out, 2, PIECE);
        }
    }
}

static void commands_at_once(struct out *out, size_t bytes)
{
    gathered_at_once(out, bytes, 20, 65536);
}

static void data_at_once(struct out *out, size_t bytes)
{
    gathered_at_once(out, bytes, TAG_DATA, HUGE_MESSAGE);
}

/* Aggregate messages that never end, on every chunk stream, a tag of one byte at a time. */
static void aggregates(struct out *out, size_t bytes)
{
    enum { STREAMS = 60 };
    struct rtmp_out rtmp = connected(out);
    rtmp_set_chunk_size(&rtmp, 16);
    for (uint32_t id = 0; id < STREAMS; id++) {
        rtmp_head(&rtmp, 0, 100 + id, 0, HUGE_MESSAGE, 22, 1);
        flv_tag(out, TAG_AUDIO, 0, "\x2F", 1);
    }
    for (uint32_t id = 0; out->len < bytes; id = (id + 1) % STREAMS) {
        rtmp_basic_header(out, 3, 100 + id);
        flv_tag(out, TAG_AUDIO, 0, "\x2F", 1);
    }
}

static void metadata_of(struct rtmp_out *rtmp, const struct out *body)
{
    rtmp_message(rtmp, 1, 5, 0, TAG_DATA, 1, body->bytes, body->len);
}

/* Objects in objects, as deep as a message is long. */
static void nested_amf(struct out *out, size_t bytes)
{
    struct rtmp_out rtmp = connected(out);
    struct out body = {0};
    rtmp_set_chunk_size(&rtmp, 65536);
    amf_string(&body, "onMetaData");
    amf_object(&body);
    while (body.len < 65000) {
        amf_key(&body, "a");
        amf_object(&body);
    }
    rtmp_message(&rtmp, 0, 5, 0, TAG_DATA, 1, body.bytes, body.len);
    while (out->len < bytes)
        metadata_of(&rtmp, &body);
    out_free(&body);
}

/* Many small properties, for ever. */
static void endless_metadata(struct out *out, size_t bytes)
{
    struct rtmp_out rtmp = connected(out);
    struct out body = {0};
    rtmp_set_chunk_size(&rtmp, 65536);
    amf_string(&body, "onMetaData");
    amf_object(&body);
    while (body.len < 65000) {
        amf_key(&body, "");
        amf_null(&body);
    }
    rtmp_message(&rtmp, 0, 5, 0, TAG_DATA, 1, body.bytes, body.len);
    while (out->len < bytes)
        metadata_of(&rtmp, &body);
    out_free(&body);
}

/* Media on a message stream that is not published is out of step. */
static void published_audio(struct rtmp_out *rtmp, uint32_t stream)
{
    rtmp_command(rtmp, stream, "publish", "a", 0);
    rtmp_message(rtmp, 0, 6, 0, TAG_AUDIO, stream, "\x2F\0", 2);
}

/* Metadata of 30 bytes for a session with every track that it may have. */
static void metadata_for_many_tracks(struct out *out, size_t bytes)
{
    struct rtmp_out rtmp = connected(out);
    struct out body = {0};
    for (uint32_t stream = 1; stream < 32; stream++)
        published_audio(&rtmp, stream);
    amf_string(&body, "onMetaData");
    amf_object(&body);
    amf_end(&body);
    rtmp_message(&rtmp, 0, 5, 0, TAG_DATA, 1, body.bytes, body.len);
    while (out->len < bytes)
        metadata_of(&rtmp, &body);
    out_free(&body);
}

static void every_message_stream(struct out *out, size_t bytes)
{
    struct rtmp_out rtmp = connected(out);
    for (uint32_t stream = 1; out->len < bytes; stream++)
        published_audio(&rtmp, stream);
}

/* The longest name, and URL, that a command holds. */
static void long_names(struct out *out, size_t bytes)
{
    static char name[60001];
    memset(name, 'x', sizeof(name) - 1);
    struct rtmp_out rtmp = rtmp_begin(out);
    rtmp_set_chunk_size(&rtmp, 65536);
    while (out->len < bytes) {
        rtmp_connect(&rtmp, "live", name);
        rtmp_command(&rtmp, 1, "publish", name, 0);
    }
}

static void published_and_closed(struct out *out, size_t bytes)
{
    struct rtmp_out rtmp = connected(out);
    for (uint32_t stream = 1; out->len < bytes; stream = stream % 30 + 1) {
        rtmp_command(&rtmp, stream, "publish", "a", 0);
        rtmp_command(&rtmp, 1, "FCUnpublish", "b", 0);
    }
}

static void control_messages(struct out *out, size_t bytes)
{
    struct rtmp_out rtmp = connected(out);
    while (out->len < bytes) {
        rtmp_set_chunk_size(&rtmp, 128);
        rtmp_message(&rtmp, 1, 2, 0, 2, 0, "\0\0\0\6", 4); /* abort */
    }
}

/* ------------------------------------------------------------ tags, bodies */

static void empty_tags(struct out *out, size_t bytes)
{
    flv_begin(out);
    while (out->len < bytes)
        flv_tag(out, TAG_AUDIO, 0, "", 0);
}

static void tags_of_one_byte(struct out *out, size_t bytes)
{
    flv_begin(out);
    while (out->len < bytes)
        flv_tag(out, TAG_AUDIO, 0, "\x2F", 1);
}

/* Two headers in turn: each is news, and is shown to FFmpeg. */
static void new_headers(struct out *out, size_t bytes)
{
    flv_begin(out);
    while (out->len < bytes) {
        flv_tag(out, TAG_VIDEO, 0, avc_720p.bytes, avc_720p.len);
        flv_tag(out, TAG_VIDEO, 0, avc_1440p.bytes, avc_1440p.len);
    }
}

/* A sequence header of 64 KiB, and one that is another. */
static void long_headers(struct out *out, size_t bytes)
{
    struct out body = {0};
    out_put(&body, avc_720p.bytes, avc_720p.len);
    out_fill(&body, 0, 65000);
    flv_begin(out);
    while (out->len < bytes) {
        body.bytes[body.len - 1]++;
        flv_tag(out, TAG_VIDEO, 0, body.bytes, body.len);
    }
    out_free(&body);
}

/* Every track id that a multitrack message has room for. */
static void every_multitrack_id(struct out *out, size_t bytes)
{
    struct out body = {0};
    out_hex(&body, "96 13 61766331"); /* avc1, many tracks */
    for (unsigned id = 0; id < 256; id++) {
        out_be(&body, id, 1);
        out_be(&body, 0, 3);
    }
    flv_begin(out);
    while (out->len < bytes)
        flv_tag(out, TAG_VIDEO, 0, body.bytes, body.len);
    out_free(&body);
}

/* As many as there may be, with no data each. */
static void multitrack(struct out *out, size_t bytes)
{
    struct out body = {0};
    out_hex(&body, "96 23");
    for (unsigned id = 0; id < 32; id++) {
        out_hex(&body, id % 2 == 0 ? "61766331" : "68766331");
        out_be(&body, id, 1);
        out_be(&body, 0, 3);
    }
    flv_begin(out);
    while (out->len < bytes)
        flv_tag(out, TAG_VIDEO, 0, body.bytes, body.len);
    out_free(&body);
}

/* ModEx packets in a row, of one byte of data each. */
static void mod_ex(struct out *out, size_t bytes)
{
    struct out body = {0};
    out_hex(&body, "97");
    while (body.len < 60000)
        out_hex(&body, "00 00 17");
    out_hex(&body, "00 00 13 61766331 00");
    flv_begin(out);
    while (out->len < bytes)
        flv_tag(out, TAG_VIDEO, 0, body.bytes, body.len);
    out_free(&body);
}

/* --------------------------------------------------------- fragmented MP4 */

/* Begins a box; box_end fills its size in. */
static size_t box(struct out *out, const char *type)
{
    out_be(out, 0, 4);
    out_put(out, type, 4);
    return out->len - 8;
}

static void box_end(struct out *out, size_t start)
{
    for (int i = 0; i < 4; i++)
        out->bytes[start + (size_t)i] = (uint8_t)((out->len - start) >> (24 - 8 * i));
}

static void full_box(struct out *out, const char *type, const char *hex)
{
    const size_t start = box(out, type);
    out_be(out, 0, 4);
    out_hex(out, hex);
    box_end(out, start);
}

static void sample_entry(struct out *out)
{
    const size_t stsd = box(out, "stsd");
    out_be(out, 1, 8);
    const size_t entry = box(out, "avc1");
    out_fill(out, 0, 6);
    out_be(out, 1, 2);
    out_fill(out, 0, 16);
    out_hex(out, "0500 02D0");
    out_fill(out, 0, 50);
    const size_t avcc = box(out, "avcC");
    out_put(out, avc_720p.bytes + 5, avc_720p.len - 5);
    box_end(out, avcc);
    box_end(out, entry);
    box_end(out, stsd);
}

static void trak(struct out *out, uint32_t id)
{
    const size_t trak_at = box(out, "trak");
    const size_t tkhd = box(out, "tkhd");
    out_hex(out, "00000007 00000000 00000000");
    out_be(out, id, 4);
    out_fill(out, 0, 8);
    box_end(out, tkhd);
    const size_t mdia = box(out, "mdia");
    full_box(out, "mdhd", "00000000 00000000 000003E8 00000000 55C40000");
    full_box(out, "hdlr", "00000000 76696465 00000000 00000000 00000000 00");
    const size_t minf = box(out, "minf");
    const size_t stbl = box(out, "stbl");
    sample_entry(out);
    box_end(out, stbl);
    box_end(out, minf);
    box_end(out, mdia);
    box_end(out, trak_at);
}

/* ftyp, and a moov of tracks 1 to count that is about bytes long; salt makes it news. */
static void moov(struct out *out, uint32_t count, size_t bytes, uint32_t salt)
{
    const size_t ftyp = box(out, "ftyp");
    out_put(out, "isml\0\0\2\0piff", 12);
    box_end(out, ftyp);
    const size_t start = box(out, "moov");
    for (uint32_t id = 1; id <= count; id++)
        trak(out, id);
    const size_t mvex = box(out, "mvex");
    for (uint32_t id = 1; id <= count; id++) {
        const size_t trex = box(out, "trex");
        out_be(out, 0, 4);
        out_be(out, id, 4);
        out_hex(out, "00000001 00000028 00000000 01010000");
        box_end(out, trex);
    }
    box_end(out, mvex);
    const size_t rest = box(out, "free");
    out_be(out, salt, 4);
    if (out->len - start < bytes)
        out_fill(out, 0, bytes - (out->len - start));
    box_end(out, rest);
    box_end(out, start);
}

/* A moof of one traf, up to its tfdt; traf_end closes it. */
struct traf {
    size_t moof;
    size_t traf;
};

static struct traf traf(struct out *out, uint32_t id)
{
    struct traf at;
    at.moof = box(out, "moof");
    at.traf = box(out, "traf");
    const size_t tfhd = box(out, "tfhd");
    out_be(out, 0x020000, 4);
    out_be(out, id, 4);
    box_end(out, tfhd);
    full_box(out, "tfdt", "00000000");
    return at;
}

static void traf_end(struct out *out, struct traf at)
{
    box_end(out, at.traf);
    box_end(out, at.moof);
}

static void repeated_moov(struct out *out, size_t bytes)
{
    for (uint32_t salt = 0; out->len < bytes; salt++)
        moov(out, 32, 60000, salt);
}

static void too_many_traks(struct out *out, size_t bytes)
{
    const size_t start = box(out, "moov");
    while (out->len < 60000 && out->len < bytes)
        box_end(out, box(out, "trak"));
    box_end(out, start);
}

static void small_boxes(struct out *out, size_t bytes)
{
    moov(out, 1, 0, 0);
    while (out->len < bytes)
        box_end(out, box(out, "free"));
}

static void empty_trafs(struct out *out, size_t bytes)
{
    moov(out, 32, 0, 0);
    while (out->len < bytes)
        traf_end(out, traf(out, 32));
}

/* Samples of four bytes each in trun, and of none in mdat: more than mdat holds would be malformed. */
static void many_samples(struct out *out, size_t bytes)
{
    moov(out, 32, 0, 0);
    while (out->len < bytes) {
        const struct traf at = traf(out, 32);
        const size_t trun = box(out, "trun");
        out_be(out, 0x200, 4);
        out_be(out, 5000, 4);
        for (int i = 0; i < 5000; i++)
            out_be(out, 0, 4);
        box_end(out, trun);
        traf_end(out, at);
    }
}

/* Samples without a byte in trun: one for every two bytes that came before, again and again. */
static void implied_samples(struct out *out, size_t bytes)
{
    uint32_t told = 0;
    moov(out, 1, 0, 0);
    while (out->len < bytes) {
        const struct traf at = traf(out, 1);
        const size_t trun = box(out, "trun");
        const uint32_t count = 100000 + (uint32_t)out->len / 2 - told;
        out_be(out, 0, 4);
        out_be(out, count, 4);
        told += count;
        box_end(out, trun);
        traf_end(out, at);
    }
}

static void all_samples(struct out *out, size_t bytes)
{
    moov(out, 1, 0, 0);
    const struct traf at = traf(out, 1);
    const size_t trun = box(out, "trun");
    out_be(out, 0, 4);
    out_be(out, 0xFFFFFFFF, 4);
    box_end(out, trun);
    traf_end(out, at);
    if (out->len < bytes)
        out_fill(out, 0, bytes - out->len);
}

/* trun after trun before the time of their fragment, which never comes. */
static void held_samples(struct out *out, size_t bytes)
{
    moov(out, 1, 0, 0);
    const size_t moof = box(out, "moof");
    const size_t traf_at = box(out, "traf");
    const size_t tfhd = box(out, "tfhd");
    out_be(out, 0x020000, 4);
    out_be(out, 1, 4);
    box_end(out, tfhd);
    while (out->len < bytes) {
        const size_t trun = box(out, "trun");
        out_be(out, 0x200, 4);
        out_be(out, 1000, 4);
        out_fill(out, 1, 4000);
        box_end(out, trun);
    }
    box_end(out, traf_at);
    box_end(out, moof);
}

static void manifest(struct out *out, const char *before, const char *part, const char *after, size_t bytes)
{
    const size_t start = box(out, "uuid");
    out_hex(out, "A5D40B30E81411DDBA2F0800200C9A66 00000000");
    out_put(out, before, strlen(before));
    while (out->len - start < bytes)
        out_put(out, part, strlen(part));
    out_put(out, after, strlen(after));
    box_end(out, start);
}

/* Elements in elements. */
static void nested_manifest(struct out *out, size_t bytes)
{
    while (out->len < bytes)
        manifest(out, "<smil>", "<a>", "", 65000);
}

static void long_manifest(struct out *out, size_t bytes)
{
    while (out->len < bytes)
        manifest(out, "<smil><body><switch>", "<video/><param name='trackID' value='1'/>", "</switch></body></smil>",
                 65000);
}

static void entity_bomb(struct out *out, size_t bytes)
{
    manifest(out,
             "<!DOCTYPE smil [<!ENTITY a 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'>"
             "<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
             "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>"
             "<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>]><smil><body>",
             "&d;", "</body></smil>", bytes < 60000 ? bytes : 60000);
}

/* ---------------------------------------------------------------- the list */

#define RTMP MPE_PROTOCOL_RTMP
#define FLV  MPE_PROTOCOL_FLV
#define FMP4 MPE_PROTOCOL_FMP4

#define LIMIT     MPE_REASON_INTERNAL_LIMIT
#define MALFORMED MPE_REASON_MALFORMED_INPUT

const struct hostile hostile_streams[] = {
    {"chunks of one byte", RTMP, 0, one_byte_chunks},
    {"chunks of one byte, interleaved", RTMP, 0, interleaved_bytes},
    {"every chunk stream", RTMP, LIMIT, every_chunk_stream},
    {"60 commands at once", RTMP, 0, commands_at_once},
    {"60 data messages at once", RTMP, 0, data_at_once},
    {"60 aggregates at once", RTMP, 0, aggregates},
    {"nested AMF", RTMP, 0, nested_amf},
    {"endless metadata", RTMP, 0, endless_metadata},
    {"metadata for many tracks", RTMP, 0, metadata_for_many_tracks},
    {"every message stream", RTMP, LIMIT, every_message_stream},
    {"long names", RTMP, 0, long_names},
    {"published and closed", RTMP, 0, published_and_closed},
    {"control messages", RTMP, 0, control_messages},
    {"empty tags", FLV, 0, empty_tags},
    {"tags of one byte", FLV, 0, tags_of_one_byte},
    {"new headers", FLV, 0, new_headers},
    {"long headers", FLV, 0, long_headers},
    {"every multitrack id", FLV, LIMIT, every_multitrack_id},
    {"multitrack messages", FLV, 0, multitrack},
    {"ModEx after ModEx", FLV, 0, mod_ex},
    {"moov after moov", FMP4, 0, repeated_moov},
    {"a moov of empty tracks", FMP4, LIMIT, too_many_traks},
    {"small boxes", FMP4, 0, small_boxes},
    {"empty fragments", FMP4, 0, empty_trafs},
    {"many samples", FMP4, 0, many_samples},
    {"implied samples", FMP4, 0, implied_samples},
    {"2^32 samples", FMP4, LIMIT, all_samples},
    {"samples without a time", FMP4, LIMIT, held_samples},
    {"a nested manifest", FMP4, MALFORMED, nested_manifest},
    {"a long manifest", FMP4, 0, long_manifest},
    {"an entity bomb", FMP4, MALFORMED, entity_bomb},
};

const int hostile_count = sizeof(hostile_streams) / sizeof(hostile_streams[0]);
