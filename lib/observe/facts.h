/* Everything that a rule may know: integers with their unit in the name. "Not seen" never looks like zero. */
#ifndef MPE_OBSERVE_FACTS_H
#define MPE_OBSERVE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "mpe.h"
#include "observe/totals.h"
#include "probe/streams.h"
#include "wire/unit.h"

#define MPE_TIME_NONE   INT64_MIN
#define MPE_OFFSET_NONE UINT64_MAX

/*
 * Groups of facts that a step changed; rules name the group they look at. What changes with every frame, the first
 * four, is named only where a limit is passed: a healthy frame changes nothing that a rule has to look at.
 */
enum mpe_fact_group {
    MPE_FACT_BUFFER = 1 << 0,       /* many bytes came without a key frame, or at one timestamp */
    MPE_FACT_LEAD = 1 << 1,         /* media time is far ahead of the clock */
    MPE_FACT_FRAME_RATE = 1 << 2,   /* a frame rate is high */
    MPE_FACT_TIMESTAMP = 1 << 3,    /* a timestamp is out of line */
    MPE_FACT_TOTALS = 1 << 4,       /* the channel's sums changed by this session */
    MPE_FACT_METADATA = 1 << 5,     /* metadata came, or is missing for longer than it may */
    MPE_FACT_ORDER = 1 << 6,        /* a coded frame came before its track's header */
    MPE_FACT_IDLE = 1 << 7,         /* no media came, or it led nowhere, for as long as is allowed */
    MPE_FACT_PEER = 1 << 8,         /* the session was opened */
    MPE_FACT_APP = 1 << 9,          /* connect came */
    MPE_FACT_STREAM_NAME = 1 << 10, /* publish came */
    MPE_FACT_CODEC = 1 << 11,       /* a track's codec became known or changed */
    MPE_FACT_HEADER = 1 << 12,      /* a track's header came and was probed */
    MPE_FACT_FAULT = 1 << 13,       /* the wire cannot be read on */
    MPE_FACT_FAILURE = 1 << 14,     /* something cannot be kept or understood, but what follows can be read */
    MPE_FACT_ORPHAN = 1 << 15,      /* a fragment came that no header describes */
    MPE_FACT_VOLUME = 1 << 16,      /* more bytes came than the time allows */
    MPE_FACT_END = 1 << 17          /* the session ends */
};

#define MPE_FACT_GROUPS 18

enum mpe_match { MPE_MATCH_NOT_CHECKED = 0, MPE_MATCH_YES, MPE_MATCH_NO, MPE_MATCH_MISSING };

/* What is known of a track. */
struct mpe_track_facts {
    const struct mpe_stream *stream; /* of the last header; all 0 where none came. Never NULL */
    int64_t declared_bps;            /* by metadata or a manifest, else by its sample entry */
    int64_t measured_bps; /* least average, as last known (mpe_track_rate_bps says what counts); 0: none yet */
    int64_t first_dts_us; /* MPE_TIME_NONE: no frame yet; unwrapped */
    uint32_t frames_before_header;
    uint32_t fourcc;

    /* From here on what each frame looks at. */
    uint8_t media;  /* enum mpe_media */
    uint8_t codec;  /* enum mpe_codec */
    uint16_t index; /* in the session */
    bool header_seen;
    bool rate_counts;    /* measured_bps is of now */
    bool entry_declares; /* declared_bps is that of the sample entry */
    uint32_t stream_id;
    uint32_t track_id;
    int32_t composition_offset_us; /* of the last frame */
    uint32_t key_frames;
    uint64_t frames;
    uint64_t bytes;
    uint64_t pending_bytes; /* video: without a key frame; audio: at one timestamp */
    int64_t last_dts_us;
    int64_t elapsed_us; /* media time since the first frame, without the steps out of line */
};

/* What is known of a session. */
struct mpe_facts {
    uint8_t kind;             /* enum mpe_channel_kind */
    uint8_t protocol;         /* enum mpe_protocol */
    bool admitted;            /* every track has its header, and the first frames passed */
    bool metadata_seen;       /* or the query of the stream name stood in for it */
    bool media_seen;          /* a coded frame came */
    bool is_published;        /* RTMP's publish came */
    bool several_qualities;   /* of video or of audio, in the channel when this session looked last */
    int64_t media_elapsed_us; /* since the first coded frame, largest over the tracks */
};

/*
 * One step: a unit, a moment, or the end, and what it brought. Nothing of it outlives the step. After the first four,
 * each member is there only where changed has the bit of its group.
 */
struct mpe_step {
    uint32_t changed;                    /* enum mpe_fact_group bits */
    const struct mpe_track_facts *track; /* that the step is about, or NULL */
    uint64_t offset_bytes;               /* of the deciding byte; MPE_OFFSET_NONE: no byte decides */
    int64_t now_us;

    int64_t still_us;              /* the caller's time since timestamps last moved, before this frame */
    int64_t high_mfps;             /* FRAME_RATE: over the shortest stretch that is above the limit */
    int64_t lead_us;               /* LEAD: elapsed media time minus elapsed caller's time */
    int64_t jump_us;               /* LEAD: the largest step of the media that made it */
    int64_t back_us;               /* TIMESTAMP: > 0 only where the frame stepped back */
    int64_t forward_us;            /* TIMESTAMP: how far it stepped beyond what the clock advanced; 0: not */
    int64_t composition_offset_us; /* TIMESTAMP */
    int64_t idle_us;               /* IDLE: since the last complete frame that moved time, or since opening */
    int64_t opening_us;            /* IDLE: since media began, where that has not led to admission; 0: it has */
    int64_t idle_timeout_us;       /* IDLE: the limit for this protocol, 0: none */
    int64_t volume_limit_bytes;    /* VOLUME: so many may be ahead of the time; one more came */
    struct mpe_totals totals;      /* TOTALS */
    uint8_t new_quality;           /* TOTALS: enum mpe_media of a quality that the channel did not have; 0: none */
    uint8_t peer;                  /* PEER: enum mpe_match: NO = not in the list, MISSING = list but no address */
    uint8_t app;                   /* APP: enum mpe_match */
    uint8_t stream_name;           /* STREAM_NAME: enum mpe_match; MISSING = empty */
    struct mpe_fault fault;        /* FAULT, FAILURE; of ORPHAN what alone: what came before its header */
};

/* A step about which nothing is known yet. */
static inline void mpe_step_begin(struct mpe_step *step, uint64_t offset_bytes, int64_t now_us)
{
    step->changed = 0;
    step->track = NULL;
    step->offset_bytes = offset_bytes;
    step->now_us = now_us;
    step->new_quality = 0;
}

/* RTMP, and nothing is published: until then no media is life. */
static inline bool mpe_facts_await_publish(const struct mpe_facts *facts)
{
    return facts->protocol == MPE_PROTOCOL_RTMP && !facts->is_published;
}

/* Fragmented MP4 has none. */
static inline bool mpe_facts_lack_metadata(const struct mpe_facts *facts)
{
    return !facts->metadata_seen && facts->protocol != MPE_PROTOCOL_FMP4;
}

_Static_assert(MPE_FACT_END == 1 << (MPE_FACT_GROUPS - 1), "every group has a bit of its own");
_Static_assert(MPE_FACT_GROUPS <= 32, "the groups fit into the bits of mpe_step.changed");

#endif
