/* Everything that a rule may know: integers with their unit in the name. "Not seen" never looks like zero. */
#ifndef MPE_OBSERVE_FACTS_H
#define MPE_OBSERVE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/streams.h"
#include "wire/unit.h"

#define MPE_TIME_NONE   INT64_MIN
#define MPE_OFFSET_NONE UINT64_MAX

/* Groups of facts that the last step changed; rules name the group they look at. Those of every frame come first. */
enum mpe_fact_group {
    MPE_FACT_BUFFER = 1 << 0,      /* video without key frame or audio at one time grew */
    MPE_FACT_CLOCK = 1 << 1,       /* lead or idleness may have changed */
    MPE_FACT_FRAME_RATE = 1 << 2,  /* a frame rate measurement is due */
    MPE_FACT_TIMESTAMP = 1 << 3,   /* a timestamp is out of line */
    MPE_FACT_TOTALS = 1 << 4,      /* the channel's sums changed by this session */
    MPE_FACT_METADATA = 1 << 5,    /* metadata came, or media time moved while it is missing */
    MPE_FACT_ORDER = 1 << 6,       /* a coded frame came before its track's header */
    MPE_FACT_PEER = 1 << 7,        /* the session was opened */
    MPE_FACT_APP = 1 << 8,         /* connect came */
    MPE_FACT_STREAM_NAME = 1 << 9, /* publish came */
    MPE_FACT_CODEC = 1 << 10,      /* a track's codec became known or changed */
    MPE_FACT_HEADER = 1 << 11,     /* a track's header came and was probed */
    MPE_FACT_FAULT = 1 << 12,      /* the wire cannot be read on */
    MPE_FACT_ORPHAN = 1 << 13,     /* a fragment came that no header describes */
    MPE_FACT_END = 1 << 14         /* the session ends */
};

enum mpe_match { MPE_MATCH_NOT_CHECKED = 0, MPE_MATCH_YES, MPE_MATCH_NO, MPE_MATCH_MISSING };

struct mpe_track_facts {
    uint8_t media;  /* enum mpe_media */
    uint8_t codec;  /* enum mpe_codec */
    uint16_t index; /* in the session */
    uint32_t fourcc;
    uint32_t stream_id;
    uint32_t track_id;

    struct mpe_stream stream; /* of the last header */
    bool header_seen;

    uint32_t key_frames;
    uint32_t frames_before_header;
    uint64_t frames;
    uint64_t bytes;

    int64_t first_dts_us; /* MPE_TIME_NONE: no frame yet; unwrapped */
    int64_t last_dts_us;
    int64_t step_back_us;          /* of the last frame, > 0 only where it stepped back */
    int64_t step_forward_us;       /* of the last frame, beyond what the clock advanced; 0: none */
    int64_t composition_offset_us; /* of the last frame */
    int64_t elapsed_us;            /* media time since the first frame, without the steps out of line */
    int64_t lead_us;               /* elapsed media time minus elapsed caller's time */

    int64_t frame_span_us;   /* the current window's media time; */
    int32_t frame_intervals; /* distinct decode times minus 1 in it */

    int32_t declared_mfps;
    int64_t declared_bps;
    int64_t measured_bps; /* of the last window, 0: none yet */

    uint64_t bytes_without_key_frame; /* video */
    uint64_t bytes_at_one_time;       /* audio */
};

struct mpe_facts {
    uint32_t changed; /* enum mpe_fact_group bits of this step */
    int32_t kind;     /* enum mpe_channel_kind */
    int32_t protocol; /* enum mpe_protocol */
    bool admitted;
    bool ended;

    uint8_t peer;        /* enum mpe_match: NO = not in the list, MISSING = list but no readable address */
    uint8_t app;         /* enum mpe_match */
    uint8_t stream_name; /* enum mpe_match; MISSING = empty */

    bool metadata_seen;       /* or the query of the stream name stood in for it */
    bool media_seen;          /* a coded frame came */
    int64_t media_elapsed_us; /* since the first coded frame, largest over the tracks */

    int64_t idle_us;         /* since the last complete media message, or since opening */
    int64_t idle_timeout_us; /* the limit for this protocol, 0: none */
    uint64_t still_bytes;    /* media bytes since timestamps last moved */
    int64_t still_us;        /* caller's time since then */

    struct mpe_fault fault; /* FAULT; reason 0: none */
    const char *orphan;     /* ORPHAN: what came before its header, a fixed text */

    const struct mpe_track_facts *track; /* the track of this step, or NULL */

    uint64_t offset_bytes; /* of the deciding byte of this step; MPE_OFFSET_NONE: before the first */
    int64_t now_us;
};

#endif
