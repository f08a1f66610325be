/* Recognizes protocols by their first bytes: ours, and those that reach an ingest port by mistake. */
#include "demux/detect.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "mpe.h"
#include "wire/fmp4/box.h"
#include "wire/rtmp/version.h"

/* A beginning: '.' stands for any byte. */
struct row {
    const char *bytes;
    uint8_t len;
    uint8_t again_at; /* the first byte comes again at this index; 0: no matter */
    uint8_t protocol; /* enum mpe_protocol; AUTO: none of ours */
    const char *what; /* NULL: only where its protocol may be what comes */
};

#define BEGINNING(text) (text), sizeof(text) - 1, 0
#define OURS(text, name, what)                                                                                         \
    {                                                                                                                  \
        BEGINNING(text), MPE_PROTOCOL_##name, what                                                                     \
    }
#define FOREIGN(text, what)                                                                                            \
    {                                                                                                                  \
        BEGINNING(text), MPE_PROTOCOL_AUTO, what                                                                       \
    }
#define FOREIGN_EACH(text, n, w)                                                                                       \
    {                                                                                                                  \
        (text), sizeof(text) - 1, n, MPE_PROTOCOL_AUTO, w                                                              \
    }

#define HTTP                                                                                                           \
    "an HTTP request; use an rtmp:// URL in the encoder, and where HTTP is meant, give the session the body alone"
#define HTTP_ANSWER "an HTTP response; the server has connected to a web server, where the encoder was to connect to it"
#define RTMPT       "RTMPT (RTMP in HTTP requests); use an rtmp:// URL in the encoder, not rtmpt://"
#define RTSP        "an RTSP request; use an rtmp:// URL in the encoder, or pull the RTSP source and push it as RTMP"
#define PROXY       "a PROXY protocol header; let the server read it first, or turn it off in the proxy"
#define TLS         "the bytes are TLS (RTMPS, HTTPS); give the bytes after its termination"
#define MPEG_TS     "MPEG-TS; remux it to RTMP or fragmented MP4, or set the encoder to one of them"
#define MPEG_PS     "an MPEG program stream; remux it to RTMP or fragmented MP4"
#define SRT         "an SRT handshake; SRT takes a port of its own (UDP): use an rtmp:// URL in the encoder"
#define ANNEX_B     "a bare H.264 or HEVC byte stream; it has no times: wrap it in RTMP or fragmented MP4"
#define BARE_SOUND  "bare AAC or MP3 sound (Icecast); let the encoder wrap it in RTMP or fragmented MP4"
#define MATROSKA    "Matroska or WebM; set the encoder's output to RTMP or fragmented MP4"
#define OGG         "Ogg; set the encoder's output to RTMP or fragmented MP4"
#define RIFF        "AVI or WAV; set the encoder's output to RTMP or fragmented MP4"
#define TEXT        "a playlist or manifest; push the media itself, over RTMP or as fragmented MP4"
#define RTMP_BYTES  "the bytes of RTMP; use the URL of the server's RTMP port in the encoder"
#define FLV_BYTES   "FLV; send it over RTMP, or set the encoder's output to what this port takes"
#define FMP4_BYTES  "MP4 boxes; post fragmented MP4 to the server's HTTP port, or set the encoder's output to RTMP"

/* The first row that fits decides; one that may fit yet lets those after it wait. */
static const struct row rows[] = {
    OURS("\x03", RTMP, RTMP_BYTES),
    OURS("\x06", RTMP, NULL), /* RTMPE */
    OURS("\x08", RTMP, NULL),
    OURS("\x09", RTMP, NULL),
    OURS("\xF3", RTMP, NULL), /* behind a proxy */
    OURS("FLV", FLV, FLV_BYTES),
    FOREIGN("\x16", TLS),
    FOREIGN("POST /open/", RTMPT),
    FOREIGN("POST /idle/", RTMPT),
    FOREIGN("POST /send/", RTMPT),
    FOREIGN("POST /close/", RTMPT),
    FOREIGN("POST /fcs/", RTMPT),
    FOREIGN("OPTIONS rtsp:", RTSP),
    FOREIGN("OPTIONS * RTSP", RTSP),
    FOREIGN("DESCRIBE ", RTSP),
    FOREIGN("ANNOUNCE ", RTSP),
    FOREIGN("SETUP ", RTSP),
    FOREIGN("RECORD ", RTSP),
    FOREIGN("RTSP/", RTSP),
    FOREIGN("GET ", HTTP),
    FOREIGN("POST ", HTTP),
    FOREIGN("PUT ", HTTP),
    FOREIGN("HEAD ", HTTP),
    FOREIGN("OPTIONS ", HTTP),
    FOREIGN("DELETE ", HTTP),
    FOREIGN("PATCH ", HTTP),
    FOREIGN("TRACE ", HTTP),
    FOREIGN("CONNECT ", HTTP),
    FOREIGN("PROPFIND ", HTTP),
    FOREIGN("SOURCE ", HTTP), /* Icecast's */
    FOREIGN("PRI * HTTP/2", HTTP),
    FOREIGN("HTTP/", HTTP_ANSWER),
    FOREIGN("PROXY TCP", PROXY),
    FOREIGN("PROXY UNKNOWN", PROXY),
    FOREIGN("\r\n\r\n\0\r\nQUIT\n", PROXY),
    FOREIGN_EACH("\x47...", 188, MPEG_TS), /* ISO/IEC 13818-1 2.4.3: packets of 188 bytes */
    FOREIGN("\0\0\1\xBA\x44", MPEG_PS),
    FOREIGN("\0\0\1\xBA\x21", MPEG_PS),
    FOREIGN("\0\0\0\1\x09", ANNEX_B),
    FOREIGN("\0\0\0\1\x27", ANNEX_B),
    FOREIGN("\0\0\0\1\x67", ANNEX_B),
    FOREIGN("\0\0\0\1\x40\1", ANNEX_B),
    FOREIGN("\0\0\0\1\x46\1", ANNEX_B),
    FOREIGN("\x80\0\0\0\0\0\0\0", SRT),
    FOREIGN("\x1A\x45\xDF\xA3", MATROSKA),
    FOREIGN("OggS", OGG),
    FOREIGN("RIFF", RIFF),
    FOREIGN("ID3", BARE_SOUND),
    FOREIGN("\xFF\xF1", BARE_SOUND), /* ADTS */
    FOREIGN("\xFF\xF9", BARE_SOUND),
    FOREIGN("\xFF\xF3", BARE_SOUND), /* MP3 */
    FOREIGN("\xFF\xFB", BARE_SOUND),
    FOREIGN("#EXTM3U", TEXT),
    FOREIGN("<?xml", TEXT),
    FOREIGN("<MPD", TEXT),
};

enum fit { FIT_NONE, FIT_MAYBE, FIT_WHOLE };

static enum fit fit_of(const struct row *row, const struct mpe_beginning *beginning)
{
    for (uint32_t i = 0; i < row->len; i++) {
        if (i == beginning->count)
            return FIT_MAYBE;
        if (row->bytes[i] != '.' && (uint8_t)row->bytes[i] != beginning->bytes[i])
            return FIT_NONE;
    }
    if (beginning->count <= row->again_at)
        return row->again_at != 0 ? FIT_MAYBE : FIT_WHOLE;
    return row->again_at == 0 || beginning->last == (uint8_t)row->bytes[0] ? FIT_WHOLE : FIT_NONE;
}

static bool may_be(int32_t protocol, int32_t expected)
{
    return protocol != MPE_PROTOCOL_AUTO && (expected == MPE_PROTOCOL_AUTO || expected == protocol);
}

static struct mpe_detection found(int32_t protocol, int32_t expected, const char *what)
{
    if (may_be(protocol, expected))
        return (struct mpe_detection){MPE_DETECTED_OURS, protocol, NULL};
    return (struct mpe_detection){MPE_DETECTED_FOREIGN, MPE_PROTOCOL_AUTO, what};
}

/* No first box is as large as 16 MiB. Where boxes are expected, their reader judges them. */
static struct mpe_detection detect_box(int32_t expected, const struct mpe_beginning *beginning)
{
    const struct mpe_detection none = {MPE_DETECTED_NONE, MPE_PROTOCOL_AUTO, NULL};
    if (expected == MPE_PROTOCOL_FMP4 || beginning->bytes[0] != 0)
        return none;
    if (beginning->count < MPE_BOX_HEAD_BYTES)
        return (struct mpe_detection){MPE_DETECTED_MORE, MPE_PROTOCOL_AUTO, NULL};
    return mpe_box_may_begin(mpe_load_be32(beginning->bytes + 4)) ? found(MPE_PROTOCOL_FMP4, expected, FMP4_BYTES)
                                                                  : none;
}

struct mpe_detection mpe_detect(int32_t expected, const struct mpe_beginning *beginning)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *const row = &rows[i];
        const enum fit fit = row->what != NULL || may_be(row->protocol, expected) ? fit_of(row, beginning) : FIT_NONE;
        if (fit == FIT_MAYBE)
            return (struct mpe_detection){MPE_DETECTED_MORE, MPE_PROTOCOL_AUTO, NULL};
        if (fit == FIT_WHOLE)
            return found(row->protocol, expected, row->what);
    }
    return detect_box(expected, beginning);
}

int32_t mpe_protocol_detect(const void *data, size_t len)
{
    const uint8_t *const bytes = data;
    for (uint32_t count = 1; bytes != NULL && count <= len && count <= MPE_DETECT_BYTES; count++) {
        const struct mpe_beginning beginning = {bytes, count, bytes[count - 1]};
        const struct mpe_detection detection = mpe_detect(MPE_PROTOCOL_AUTO, &beginning);
        if (detection.result == MPE_DETECTED_OURS)
            return detection.protocol;
        if (detection.result != MPE_DETECTED_MORE)
            break;
    }
    return MPE_PROTOCOL_AUTO;
}
