/*
 * How a stream is while it runs: what is wrong with it but no reason to refuse it, and what happened.
 *
 * Two parameters of a channel turn it on, both off by default: conditions, and notices. A session without either does
 * nothing for it and holds no memory for it. Whoever sets one polls after each call that polls findings, too:
 *
 *     while (mpe_session_poll_notice(session, &notice) == MPE_EVENT)
 *         ...
 *
 * A condition is set, and cleared when it is over. Each changes at most once in 10 s, for each track or session that it
 * is about. What happened once (other parameters, a gap, a takeover) is cleared 10 s after the last time.
 */
#ifndef MPE_HEALTH_H
#define MPE_HEALTH_H

#include "conditions.h"
#include "mpe.h"

#ifdef __cplusplus
extern "C" {
#endif

enum mpe_severity {
    MPE_SEVERITY_SUGGESTION = 1, /* it would be better otherwise */
    MPE_SEVERITY_WARNING = 2,    /* some viewers, or what comes after the ingest, will suffer */
    MPE_SEVERITY_ERROR = 3       /* all viewers do */
};

/* What a notice says of its kind. */
enum mpe_notice_state {
    MPE_NOTICE_HAPPENED = 0, /* no condition: it happened */
    MPE_NOTICE_SET = 1,      /* the condition is set, or became more severe */
    MPE_NOTICE_CLEARED = 2   /* it is over */
};

/* What happened: the numbers of mpe_notice.kind beside enum mpe_condition. value and limit are in brackets. */
enum mpe_notice_kind {
    MPE_NOTICE_ENCODER_CONNECTED = 601,        /* publish was accepted, or the first bytes of a body were judged */
    MPE_NOTICE_INCOMING_STREAM_RECEIVED = 602, /* the first chunk of a track is complete */
    MPE_NOTICE_INGEST_HEARTBEAT = 603,         /* of each track, every heartbeat_us (measured, declared bit/s) */
    MPE_NOTICE_TRACK_DISCONTINUITY = 604,      /* a chunk begins long after the last one ended (gap in us, least) */
    MPE_NOTICE_CHUNK_DROPPED = 605,            /* a chunk begins before the last one ended (1), or before it began (2) */
    MPE_NOTICE_STREAMS_OUT_OF_SYNC = 606,      /* audio and video are far apart (us, allowed) */
    MPE_NOTICE_VIDEO_STREAMS_OUT_OF_SYNC = 607, /* key frames of two video tracks do not lie together (us) */
    MPE_NOTICE_ARCHIVE_HEARTBEAT = 608,        /* mpe_session_latency (ms, or not known; 0, or one of the next two) */
    MPE_NOTICE_ENCODER_DISCONNECTED = 609 /* a session that was rejected after ENCODER_CONNECTED is over (code); not before
                                             the rejection was polled */
};

/* mpe_notice.limit of ARCHIVE_HEARTBEAT: why the latency is what it is. */
enum mpe_latency_result {
    MPE_LATENCY_OK = 0,
    MPE_LATENCY_KEY_FRAME_INTERVAL_TOO_LARGE = 1,
    MPE_LATENCY_INGEST_DISCONTINUITY = 2
};

/* Bits of mpe_notice.flags: which fields hold something. */
enum mpe_notice_flag {
    MPE_NOTICE_HAS_VALUE = 1,
    MPE_NOTICE_HAS_LIMIT = 2,
    MPE_NOTICE_HAS_MEDIA_TIME = 4
};

/* One change of a condition, or one thing that happened. Flat, without pointers or padding. */
typedef struct mpe_notice {
    uint32_t struct_size; /* in: sizeof(mpe_notice); out: bytes filled */
    int32_t kind;         /* enum mpe_condition, or the number of what happened */
    int32_t state;        /* enum mpe_notice_state */
    int32_t severity;     /* enum mpe_severity; 0: none, as of what is no condition */
    int32_t track;        /* index for mpe_session_track, -1: none */
    int32_t media;        /* enum mpe_media of that track */
    uint32_t flags;       /* enum mpe_notice_flag */
    uint32_t lost;        /* so many before this one were never polled and gave way to later ones */
    int64_t value;        /* what was measured, in unit */
    int64_t limit;        /* what it was measured against, in unit */
    int64_t media_us;     /* decode time of the track's last frame */
    int64_t now_us;       /* the caller's time when it was decided */
    int64_t timestamp;    /* from here to drift_s only of what happened: in ticks of timescale, as on the wire */
    int64_t duration;     /* in the same ticks */
    int64_t other_timestamp;   /* DISCONTINUITY: of the last chunk; OUT_OF_SYNC: of the other track */
    int64_t other_duration;    /* in ticks of other_timescale; DISCONTINUITY: of the gap, in ticks of timescale */
    int64_t arrival_us;        /* INGEST_HEARTBEAT: caller's time of the last chunk; INT64_MIN: none came yet */
    uint32_t timescale;        /* ticks in a second; 0: no times */
    uint32_t other_timescale;  /* the same of the other track; VIDEO_STREAMS_OUT_OF_SYNC: that of the track */
    int32_t other_track;       /* index of the other track, -1: none, or of another session */
    int32_t drift_s;           /* INGEST_HEARTBEAT: so much later than a minute ago, in seconds; -1: not known */
    uint32_t overlaps;         /* INGEST_HEARTBEAT: chunks since the last one, that began before one ended, */
    uint32_t discontinuities;  /* that began long after it, */
    uint32_t non_increasing;   /* that began before it began; each at most 65,535 */
    uint32_t reserved;         /* 0 */
    char unit[16];        /* "us", "bps", ...; "" without value and limit */
    char message[328];    /* one sentence for people, with the remedy where a condition is set */
} mpe_notice;

/*
 * Takes the oldest notice that was not polled yet. At most 8 wait, and at least 2 where all their numbers are as
 * large as can be: then the oldest gives way, and the next one polled says how many were lost. May be called until
 * mpe_session_free.
 *
 * MPE_EVENT (notice was filled), MPE_OK (nothing waits, or nobody asked for any), MPE_BAD_SESSION, MPE_BAD_OUTPUT,
 * MPE_BAD_STRUCT_SIZE.
 */
MPE_API mpe_status mpe_session_poll_notice(mpe_session *session, mpe_notice *notice);

/*
 * What passes through the host knows how long that takes: latency_ms from the ingest to its manifest, below 0: not
 * known. It comes back as MPE_NOTICE_ARCHIVE_HEARTBEAT with what the library knows of the reason. now_us as for
 * mpe_session_feed. MPE_OK (also where nobody asked for notices), MPE_BAD_SESSION.
 */
MPE_API mpe_status mpe_session_latency(mpe_session *session, int64_t latency_ms, int64_t now_us);

/*
 * The host's clock: at its now_us, as for mpe_session_feed, it is unix_us, microseconds since 1970-01-01 UTC. Without
 * this call mpe_health_snapshot.encode_to_ingest_us is not measured. Again where the wall clock was set; each key frame
 * is measured by what was said last. A session that was opened on a lobby takes it after mpe_session_bind.
 * MPE_OK (also where nobody asked for conditions), MPE_BAD_SESSION.
 */
MPE_API mpe_status mpe_session_wall_clock(mpe_session *session, int64_t unix_us, int64_t now_us);

/*
 * Writes a notice as mpe_error_json writes a finding, in the schema of the live event that its kind is. A condition has
 * the type "org.libmpe.LiveEventCondition". Allocates nothing.
 *
 * session   the session that notice was polled from
 * unix_us   wall-clock time of notice->now_us, microseconds since 1970-01-01 UTC
 *
 * MPE_OK, MPE_BAD_SESSION, MPE_BAD_ERROR (no notice, or of no kind there is), MPE_BAD_SCHEMA, MPE_BAD_OUTPUT (buffer),
 * MPE_BUFFER_TOO_SMALL (nothing but an empty text was written).
 */
MPE_API mpe_status mpe_notice_json(const mpe_session *session, const mpe_notice *notice, int32_t schema,
                                   int64_t unix_us, char *buffer, size_t size, size_t *needed);

/* A number of mpe_health_snapshot that is not known, or not yet: none that was measured. */
#define MPE_NOT_MEASURED INT64_MIN

/* How a session is at its time, the largest that it was given. Flat, without pointers or padding. */
typedef struct mpe_health_snapshot {
    uint32_t struct_size;          /* in: sizeof(mpe_health_snapshot); out: bytes filled */
    int32_t reserved;              /* 0 */
    int64_t now_us;                /* that time */
    int64_t lead_us;               /* media time minus the caller's, since the first frame; below 0: it is late */
    int64_t silence_us;            /* since the last frame began */
    int64_t bytes_since_key_frame; /* of the first video track, without the key frame */
    int64_t lost_us;               /* against the clock within 30 s; the rest where conditions were asked for */
    int64_t gain_permille;         /* faster than the clock, the least over all starts of 30 to 60 s ago */
    int64_t key_frame_interval_us; /* the last one of the first video track */
    int64_t encode_to_ingest_us;   /* from when the encoder says, by its wall clock, that it sent the last key frame that
                                      says so, to that frame's last byte; needs mpe_session_wall_clock; below 0: the two
                                      clocks disagree */
} mpe_health_snapshot;

/*
 * Fills snapshot. Each number that is not known, or not yet, is MPE_NOT_MEASURED. At any time of the session's life.
 *
 * MPE_OK, MPE_BAD_SESSION, MPE_BAD_OUTPUT, MPE_BAD_STRUCT_SIZE.
 */
MPE_API mpe_status mpe_session_health(const mpe_session *session, mpe_health_snapshot *snapshot);

/* The table of conditions, in the order of its rows. A condition or index that does not exist gives 0 or "". */
MPE_API int32_t mpe_condition_count(void);
MPE_API int32_t mpe_condition_at(int32_t index);
MPE_API const char *mpe_condition_name(int32_t condition);   /* "KEY_FRAME_INTERVAL_LONG" */
MPE_API const char *mpe_condition_title(int32_t condition);  /* what it means, in a few words */
MPE_API const char *mpe_condition_remedy(int32_t condition); /* what to do about it */
MPE_API int32_t mpe_condition_severity(int32_t condition);   /* enum mpe_severity that it has at least */
MPE_API int32_t mpe_condition_by_name(const char *name);

#ifdef __cplusplus
}
#endif

#endif
