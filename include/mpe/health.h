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
    char unit[16];        /* "us", "bps", ...; "" without value and limit */
    char message[328];    /* one sentence for people, with the remedy where a condition is set */
} mpe_notice;

/*
 * Takes the oldest notice that was not polled yet. At most 12 wait: then the oldest gives way, and the next one polled
 * says how many were lost. May be called until mpe_session_free.
 *
 * MPE_EVENT (notice was filled), MPE_OK (nothing waits, or nobody asked for any), MPE_BAD_SESSION, MPE_BAD_OUTPUT,
 * MPE_BAD_STRUCT_SIZE.
 */
MPE_API mpe_status mpe_session_poll_notice(mpe_session *session, mpe_notice *notice);

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
