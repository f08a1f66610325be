/* A channel in a fleet: what it says, and when; what it hears. */
#ifndef SERVER_FLEET_MEMBER_H
#define SERVER_FLEET_MEMBER_H

#include <mpe/mpe.h>
#include <mpe/share.h>

#include "fleet_clock.h"
#include "fleet_script.h"
#include "hash.h"
#include "log_out.h"
#include "memory_bound.h"

/* What all channels of a fleet have in common. */
struct fleet_common {
    const unsigned char *key; /* FLEET_KEY_BYTES */
    uint64_t edge;            /* this process */
    char edge_text[FLEET_EDGE_DIGITS + 1];
    struct memory_bound *memory; /* or NULL */
    struct fleet_link *link;
    struct fleet_clock clock;
    bool knows_time;
    bool script_is_known;
    char script_hash[FLEET_HASH_BYTES];
    bool has_heard;      /* set where another has said something */
    unsigned on;         /* channels that sessions are on */
    uint64_t reports;    /* that were answered */
    uint64_t shares;     /* of others, that were news */
    struct loss refused; /* of others */
    int64_t answered_us; /* when the last answer came */
    unsigned char buffer[MPE_SHARE_MAX_BYTES];
};

struct fleet_member {
    UT_hash_handle hh;
    struct fleet_common *common;
    mpe_channel *channel; /* NULL: it has left, and waits for an answer */
    char key[FLEET_KEY_TEXT_BYTES];
    char since[FLEET_SINCE_TEXT_BYTES]; /* up to when it has heard */
    uint64_t revision;                  /* that was seen last */
    bool is_on;                         /* sessions are on it */
    bool is_news;                       /* its revision was not reported yet */
    unsigned answers_due;
    int64_t refresh_us; /* when it reports at the latest */
    int64_t asked_us;
};

/* What libmpe takes and gives back from now on is no session's. Before its calls. */
void fleet_holds(const struct fleet_common *common);

/* Microseconds on the clock of sessions. */
int64_t fleet_now_us(void);

/* Of a channel without sessions. NULL: it cannot be in a fleet, or there is no memory. */
struct fleet_member *fleet_member_new(struct fleet_common *common, mpe_channel *channel, const char *name,
                                      const char *stream_name);

/* Reports where that is due. From time to time, and after feeds. */
void fleet_member_look(struct fleet_member *member, int64_t now_us);

/* There is a new connection: nothing is subscribed, and what was heard may not be all. */
void fleet_member_begin(struct fleet_member *member);

/* What was published; bytes NULL: what is published comes from now on. */
void fleet_member_hear(struct fleet_member *member, const char *bytes, size_t length);

/* Says that it leaves, where it was there, and frees it when that is answered. */
void fleet_member_leave(struct fleet_member *member);

#endif
