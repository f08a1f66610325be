/* What the wire layer saw: one header, frame, command or fault at a time. The only type that leaves this layer. */
#ifndef MPE_WIRE_UNIT_H
#define MPE_WIRE_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "wire/clock.h"

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
    MPE_UNIT_KEY_FRAME,  /* after the last byte of a key frame, where key frames are read: its NAL units said this */
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

/* What a sample entry of fragmented MP4 says beside its decoder configuration. 0: not said, as in RTMP and FLV. */
struct mpe_sample_facts {
    int32_t width_px;
    int32_t height_px;
    int32_t sample_rate_hz;
    uint16_t channels;
    uint16_t aac_object_type; /* of MPEG-2 AAC, which the sample entry names */
};

/* What of a frame is known at its end only: bits of late. */
enum mpe_late { MPE_LATE_KEY_FRAME = 1, MPE_LATE_COMPOSITION_OFFSET = 2 };

/* Why the bytes cannot be read on. what is a fixed text. */
struct mpe_fault {
    /* MPE_REASON_OUT_OF_MEMORY, MALFORMED_INPUT, PROTOCOL_NOT_SUPPORTED, INTERNAL_LIMIT, DUPLICATE_ENTRY */
    int32_t reason;
    const char *what;
    int64_t value;
    int64_t limit;
};

/* Whether decoding can begin at a key frame without anything before it. */
enum mpe_refresh {
    MPE_REFRESH_UNKNOWN = 0, /* it has no coded picture */
    MPE_REFRESH_IDR,         /* nothing after it looks back past it */
    MPE_REFRESH_OPEN         /* a picture of another kind, as one with recovery point, CRA or BLA */
};

/*
 * What an encoder says of itself in a key frame, as it says it: no number of it is to be believed. Frames since its
 * last key frame, but for a stream's first one; 0: none, or not said.
 */
struct mpe_encoder_report {
    uint32_t lagged_frames;  /* the compositor was too late, */
    uint32_t dropped_frames; /* the network was congested, */
    uint32_t skipped_frames; /* the encoder of this rendition was too slow */
    bool is_there;           /* something was said at all */
    uint8_t sent_event;      /* what sent_unix_us is the time of, see encoder_report.c */
    int64_t sent_unix_us;    /* when it gave the frame to the network, by its wall clock; 0: not said */
};

/* What a unit says besides its head depends on its kind: reading another member than the kind's is a mistake. */
struct mpe_unit {
    uint8_t kind;   /* enum mpe_unit_kind */
    uint8_t media;  /* enum mpe_media of mpe.h */
    uint8_t codec;  /* enum mpe_codec: TRACK, HEADER, FRAME, FRAME_END, KEY_FRAME */
    bool key_frame; /* FRAME of video; FRAME_END where late says so */
    uint32_t fourcc;
    uint32_t stream_id; /* RTMP message stream, 0 for FLV */
    uint32_t track_id;  /* multitrack id, 0 otherwise */

    uint64_t offset_bytes; /* index, from 0 in the session, of the last byte this unit needed */

    union {
        struct {                        /* FRAME, FRAME_END */
            int64_t dts;                /* FRAME: in ticks of clock, as on the wire */
            uint32_t dts_nano;          /* FRAME: to be added to dts, in nanoseconds, less than a second */
            int32_t composition_offset; /* video, in ticks; 0 where the format has none */
            uint32_t duration;          /* in ticks; 0 where the format does not say */
            struct mpe_clock clock;
            uint32_t size_bytes;  /* of the coded data without tag header; counts at the end of the frame */
            uint32_t tail_bytes;  /* FRAME: so many bytes after offset_bytes were read already, */
            bool is_complete;     /* up to its last one: no FRAME_END follows */
            bool begins_fragment; /* FRAME: the first one of its fragment, where the format has fragments */
            uint8_t late;         /* enum mpe_late bits: FRAME does not know these, its FRAME_END does */
        };
        struct {                  /* HEADER */
            struct mpe_span data; /* AVCDecoderConfigurationRecord, AudioSpecificConfig, ...; until the next step */
            struct mpe_sample_facts entry;
            int64_t entry_bps; /* the rate that a sample entry declares; 0: it does not, as in RTMP and FLV */
        };
        struct { /* CONNECT; PUBLISH has no url; COMMAND has neither; until the next step */
            struct mpe_span name;
            struct mpe_span url;
            uint32_t transaction; /* CONNECT, COMMAND: to be named by an answer */
            uint32_t caps_ex;     /* CONNECT of Enhanced RTMP: capsEx */
            bool creates_stream;  /* COMMAND */
        };
        struct {                                     /* KEY_FRAME */
            const struct mpe_encoder_report *report; /* NULL: the encoder says nothing; until the next step */
            uint8_t refresh;                         /* enum mpe_refresh */
            bool has_rasl; /* HEVC: of its pictures some are to be skipped where decoding begins here */
        };
        struct mpe_declared declared; /* METADATA, DECLARED */
        struct mpe_fault fault;       /* FAULT; of ORPHAN what alone */
    };
};

#endif
