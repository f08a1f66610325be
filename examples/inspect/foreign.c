/* Knows files that are no live ingest by their first bytes or name, and how to convert them. */
#define _GNU_SOURCE /* memmem */

#include "foreign.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define TCPDUMP "tcpdump -i any -s 0 -w capture.pcap"
#define AS_FLV  "ffmpeg -i FILE -c copy -f flv - | mpe-inspect -"

struct foreign {
    size_t offset; /* of the mark */
    const char *mark;
    size_t mark_bytes;
    size_t again; /* 0, or the distance at which the mark comes again */
    const char *words;
};

#define MARK(text) text, sizeof(text) - 1

/* XML may begin with a declaration, comments and blanks. */
#define ANYWHERE SIZE_MAX

/* The first row that fits counts. */
static const struct foreign by_bytes[] = {
    {0, MARK("\x47"), 188, "is MPEG-TS, which is no ingest that is judged here; to judge its media: " AS_FLV},
    {4, MARK("\x47"), 192, "is MPEG-TS of a disc (packets of 192 bytes); to judge its media: " AS_FLV},
    {0, MARK("\x1A\x45\xDF\xA3"), 0, "is Matroska or WebM; to judge its media: " AS_FLV},
    {8, MARK("WAVE"), 0,
     "is WAV, which is not encoded; to judge it as it would be pushed: ffmpeg -i FILE -c:a aac -f flv - | mpe-inspect "
     "-"},
    {8, MARK("AVI "), 0, "is AVI; to judge its media: " AS_FLV},
    {0, MARK("OggS"), 0, "is Ogg; to judge its media: " AS_FLV},
    {0, MARK("ID3"), 0, "is MP3; to judge it as it would be pushed: ffmpeg -i FILE -c:a aac -f flv - | mpe-inspect -"},
    {0, MARK("#EXTM3U"), 0, "is a playlist (HLS); to judge what it names: " AS_FLV},
    {0, MARK("\xEF\xBB\xBF#EXTM3U"), 0, "is a playlist (HLS); to judge what it names: " AS_FLV},
    {0, MARK("POST "), 0,
     "is an HTTP request with its headers; to judge its body: sed '1,/^\\r$/d' FILE | mpe-inspect -"},
    {0, MARK("PUT "), 0,
     "is an HTTP request with its headers; to judge its body: sed '1,/^\\r$/d' FILE | mpe-inspect -"},
    {0, MARK("HTTP/1."), 0,
     "is an HTTP answer with its headers; to judge its body: sed '1,/^\\r$/d' FILE | mpe-inspect -"},
    {0, MARK("\x1F\x8B"), 0, "is compressed; to judge what is in it: gunzip -c FILE | mpe-inspect -"},
    {0, MARK("\x28\xB5\x2F\xFD"), 0, "is compressed; to judge what is in it: zstd -dc FILE | mpe-inspect -"},
    {0,
     MARK("\xFD"
          "7zXZ"),
     0, "is compressed; to judge what is in it: xz -dc FILE | mpe-inspect -"},
    {0, MARK("\0\0\0\1"), 0, "is a bare H.264 or H.265 stream; to judge it as it would be pushed: " AS_FLV},
    {0, MARK("\0\0\1\xBA"), 0, "is MPEG-PS; to judge its media: " AS_FLV},
    {ANYWHERE, MARK("<MPD"), 0, "is a playlist (DASH); to judge what it names: " AS_FLV},
    {ANYWHERE, MARK("<SmoothStreamingMedia"), 0,
     "is a playlist (Smooth Streaming); capture what the encoder pushes: " TCPDUMP},
};

static const struct foreign by_name[] = {
    {0, MARK("rtmp://"), 0,
     "is a URL, not a file; to judge what it plays: ffmpeg -i URL -c copy -f flv - | mpe-inspect -; to judge what an "
     "encoder pushes: mpe-guard --listen 0.0.0.0:1935 --sink"},
    {0, MARK("rtmps://"), 0,
     "is a URL, not a file; to judge what it plays: ffmpeg -i URL -c copy -f flv - | mpe-inspect -"},
    {0, MARK("http://"), 0,
     "is a URL, not a file; to judge what it holds: curl -s URL | mpe-inspect - (of a playlist: ffmpeg -i URL -c copy "
     "-f flv - | mpe-inspect -)"},
    {0, MARK("https://"), 0,
     "is a URL, not a file; to judge what it holds: curl -s URL | mpe-inspect - (of a playlist: ffmpeg -i URL -c copy "
     "-f flv - | mpe-inspect -)"},
    {0, MARK("srt://"), 0,
     "is a URL, not a file; to judge what it plays: ffmpeg -i URL -c copy -f flv - | mpe-inspect -"},
    {0, MARK("rtsp://"), 0,
     "is a URL, not a file; to judge what it plays: ffmpeg -i URL -c copy -f flv - | mpe-inspect -"},
    {0, MARK("udp://"), 0,
     "is a URL, not a file; to judge what it plays: ffmpeg -i URL -c copy -f flv - | mpe-inspect -"},
    {0, MARK("file://"), 0, "is a URL, not a file; give the path that follows file://"},
};

static bool fits(const struct foreign *row, const unsigned char *bytes, size_t len)
{
    const size_t end = row->offset + row->mark_bytes;
    if (row->offset == ANYWHERE)
        return memmem(bytes, len, row->mark, row->mark_bytes) != NULL;
    if (len < end || memcmp(bytes + row->offset, row->mark, row->mark_bytes) != 0)
        return false;
    return row->again == 0 || (len >= end + 2 * row->again && bytes[row->offset + row->again] == bytes[row->offset] &&
                               bytes[row->offset + 2 * row->again] == bytes[row->offset]);
}

const char *foreign_by_bytes(const unsigned char *bytes, size_t len)
{
    const size_t looked_at = len < FOREIGN_BYTES ? len : FOREIGN_BYTES;
    for (size_t i = 0; i < sizeof(by_bytes) / sizeof(by_bytes[0]); i++) {
        if (fits(&by_bytes[i], bytes, looked_at))
            return by_bytes[i].words;
    }
    return NULL;
}

const char *foreign_by_name(const char *name)
{
    if (*name == '\0')
        return "is no name of a file; a script's variable may be empty: give a file, or - for standard input";
    for (size_t i = 0; i < sizeof(by_name) / sizeof(by_name[0]); i++) {
        if (strncasecmp(name, by_name[i].mark, by_name[i].mark_bytes) == 0)
            return by_name[i].words;
    }
    return NULL;
}

const char *foreign_folder(void)
{
    return "is a folder; to judge each file in it: for f in FOLDER/*; do echo \"$f\"; mpe-inspect \"$f\"; done";
}
