/* What the wire floor saw: one header, frame, command or fault at a time. The only type that leaves this floor. */
#ifndef MPE_WIRE_UNIT_H
#define MPE_WIRE_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

enum mpe_unit_kind {
    MPE_UNIT_NONE = 0,
    MPE_UNIT_CONNECT,    /* RTMP connect: name = app, url = tcUrl */
    MPE_UNIT_COMMAND,    /* RTMP createStream, or another command that no verdict depends on; for replies */
    MPE_UNIT_PUBLISH,    /* RTMP publish: name = stream name as sent, with its query (a secret) */
    MPE_UNIT_UNPUBLISH,  /* RTMP FCUnpublish, closeStream or deleteStream of a stream that was published */
    MPE_UNIT_METADATA,   /* onMetaData in any of its spellings: declared */
    MPE_UNIT_TRACK,      /* the bytes that name a track's codec, when it is new or differs from what it was */
    MPE_UNIT_HEADER,     /* a complete sequence header: data; without media: moov has no track that is judged */
    MPE_UNIT_FRAME,      /* a coded frame (or audio message) begins: its tag header is complete */
    MPE_UNIT_FRAME_END,  /* and ends: its last byte came; not where FRAME is complete */
    MPE_UNIT_TRACK_END,  /* end of sequence */
    MPE_UNIT_TRACK_GONE, /* fragmented MP4: a header that came later does not have this track any more */
    MPE_UNIT_NO_FRAME,   /* a complete audio or video message without any of these: silence, a command, a stub; mdat */
    MPE_UNIT_ORPHAN,     /* fragmented MP4: media whose header did not come in this session; fault.what names it */
    MPE_UNIT_DECLARED,   /* fragmented MP4: the manifest declares a track's rate: track_id, declared */
    MPE_UNIT_FAULT       /* the bytes break the format, or a bound of ours: fault; nothing follows */
};

/* What metadata declares. 0: not declared. */
struct mpe_declared {
    int64_t video_bps;
    int64_t audio_bps;
    int32_t frame_rate_mfps;
    bool has_video; /* videocodecid is there */
    bool has_audio; /* audiocodecid is there */
};

/* Time of a fragmented MP4 sample, in ticks of its track. timescale 0: not fragmented MP4, see timestamp_ms. */
struct mpe_sample_time {
    int64_t dts;
    uint32_t duration;
    int32_t composition_offset;
    uint32_t timescale;
    bool begins_fragment; /* the first of its traf */
};

/* What a sample entry of fragmented MP4 says beside its decoder configuration. 0: not said, as in RTMP and FLV. */
struct mpe_sample_facts {
    int32_t width_px;
    int32_t height_px;
    int32_t sample_rate_hz;
    uint16_t channels;
    uint16_t aac_object_type; /* of MPEG-2 AAC, which the sample entry names */
};

/* Why the bytes cannot be read on. what is a fixed text. */
struct mpe_fault {
    /* MPE_REASON_OUT_OF_MEMORY, MALFORMED_INPUT, PROTOCOL_NOT_SUPPORTED, INTERNAL_LIMIT, DUPLICATE_ENTRY */
    int32_t reason;
    const char *what;
    int64_t value;
    int64_t limit;
};

/* What a unit says besides its head depends on its kind: reading another member than the kind's is a mistake. */
struct mpe_unit {
    uint8_t kind;   /* enum mpe_unit_kind */
    uint8_t media;  /* enum mpe_media of mpe.h */
    uint8_t codec;  /* enum mpe_codec: TRACK, HEADER, FRAME, FRAME_END */
    bool key_frame; /* FRAME of video */
    uint32_t fourcc;
    uint32_t stream_id; /* RTMP message stream, 0 for FLV */
    uint32_t track_id;  /* multitrack id, 0 otherwise */

    uint64_t offset_bytes; /* index, from 0 in the session, of the last byte this unit needed */

    union {
        struct {                           /* FRAME, FRAME_END */
            uint32_t timestamp_ms;         /* as on the wire, wraps at 2^31 or 2^32 */
            uint32_t timestamp_nano;       /* ModEx: to be added to timestamp_ms, 0..999999 */
            int32_t composition_offset_ms; /* video; 0 where the format has none */
            uint32_t size_bytes;           /* of the coded data without tag header */
            struct mpe_sample_time sample; /* FRAME alone */
            uint32_t tail_bytes;           /* FRAME: so many bytes behind offset_bytes were read already, */
            bool is_complete;              /* up to its last one: no FRAME_END follows */
        };
        struct {                  /* HEADER */
            struct mpe_span data; /* AVCDecoderConfigurationRecord, AudioSpecificConfig, ...; until the next step */
            struct mpe_sample_facts entry;
        };
        struct { /* CONNECT; PUBLISH has no url; COMMAND has neither; until the next step */
            struct mpe_span name;
            struct mpe_span url;
            uint32_t transaction; /* CONNECT, COMMAND: to be named by an answer */
            uint32_t caps_ex;     /* CONNECT of Enhanced RTMP: capsEx */
            bool creates_stream;  /* COMMAND */
        };
        struct mpe_declared declared; /* METADATA, DECLARED */
        struct mpe_fault fault;       /* FAULT; of ORPHAN what alone */
    };
};

#endif
