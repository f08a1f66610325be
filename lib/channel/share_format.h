/*
 * A share as bytes, big-endian:
 *
 *     magic 4, edge 8, number 8, open sessions 4, ids 2, sessions 2, measured and declared rate of the rest 8 each
 *     ids times       digest 16, came_us 8
 *     sessions times  flags 1, tracks 1, serial 8, came_us 8, quality_came_us 8, silent_us 4, apart_us 4,
 *                     name 16 (if it has one), what it shows (if it does): declared 8, key frames 8 each, gop_us 4,
 *                     mfps 4, sample rate 4, width 2, height 2, profile 2, channels 2, video codec 1, audio codec 1,
 *                     scan 1, declared for audio 8,
 *                     tracks times: media 1 (0: no quality), digest 16, rate of the quality 8, measured 8, declared 8
 *     the end         HMAC-SHA-256 of all before it under the channel's key, its first half 16
 *
 * Written by channel/share_out.c, read by channel/share_in.c.
 */
#ifndef MPE_CHANNEL_SHARE_FORMAT_H
#define MPE_CHANNEL_SHARE_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "channel/compare.h"
#include "channel/digest.h"
#include "channel/registry.h"
#include "share.h"

#define MPE_SHARE_MAGIC         0x4d504531 /* "MPE1" */
#define MPE_SHARE_HEAD_BYTES    44
#define MPE_SHARE_ID_BYTES      24
#define MPE_SHARE_SESSION_BYTES 34 /* without what it may lack, and without tracks */
#define MPE_SHARE_SHOWN_BYTES   55
#define MPE_SHARE_TRACK_BYTES   41

/* More tracks of a session are added up in the rest. */
#define MPE_SHARE_MAX_TRACKS 32

enum mpe_share_flag { MPE_SHARE_HAS_NAME = 1, MPE_SHARE_IS_SHOWN = 2 };
#define MPE_SHARE_FLAGS 3

/* No rate is higher: sums of all that a fleet can have stay within 63 bits. */
#define MPE_SHARE_MOST_BPS 1000000000000

struct mpe_share_head {
    uint64_t edge;
    int64_t number;        /* the fleet's time when it was written, or one more than the last one */
    int32_t sessions;      /* that are open */
    struct mpe_entry rest; /* rates of what did not fit, without a quality */
    uint16_t id_count;
    uint16_t session_count;
};

struct mpe_share_track {
    struct mpe_quality_key key; /* media 0: none */
    struct mpe_entry rates;
};

/* One that is in the sums. */
struct mpe_share_session {
    uint8_t flags; /* enum mpe_share_flag */
    uint8_t track_count;
    uint64_t serial;
    int64_t came_us;
    int64_t quality_came_us;
    int64_t silent_us; /* when the share was written */
    int64_t apart_us;
    struct mpe_digest name;
    struct mpe_shown shown;
    struct mpe_share_track tracks[MPE_SHARE_MAX_TRACKS];
};

/* The share as far as it is authentic: the head, and what follows it in *in. false: it is not. */
bool mpe_share_open(const struct mpe_digester *digester, struct mpe_span share, struct mpe_share_head *head,
                    struct mpe_cursor *in);

/* The next id or session; false: the bytes hold none, or one that cannot be. */
bool mpe_share_read_id(struct mpe_cursor *in, struct mpe_digest *digest, int64_t *came_us);
bool mpe_share_read_session(struct mpe_cursor *in, struct mpe_share_session *session);

/* A buffer; what is put beyond its size is counted, and not written. */
struct mpe_share_out {
    uint8_t *bytes;
    size_t size;
    size_t len;
};

void mpe_share_put_id(struct mpe_share_out *out, const uint8_t digest[MPE_DIGEST_BYTES], int64_t came_us);
void mpe_share_put_session(struct mpe_share_out *out, const struct mpe_share_session *session);
size_t mpe_share_session_bytes(const struct mpe_share_session *session);

/* Writes the head into its place at the beginning, and the end. */
void mpe_share_close(struct mpe_share_out *out, const struct mpe_digester *digester, const struct mpe_share_head *head);

#endif
