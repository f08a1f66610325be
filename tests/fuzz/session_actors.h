/* What the files of session_script.h share: the sessions of a script, and how its calls are checked. */
#ifndef TESTS_FUZZ_SESSION_ACTORS_H
#define TESTS_FUZZ_SESSION_ACTORS_H

#include <stdbool.h>
#include <stdint.h>

#include "framing.h"
#include "fuzz.h"
#include "memory.h"
#include "mpe.h"
#include "notice_promises.h"

enum { ACTORS = 4, MAX_STEPS = 400, MAX_FED_BYTES = 1 << 18, MAX_POLLS = 1000, MAX_TRACKS = 256 };

struct actor {
    mpe_session *session; /* NULL: not open */
    struct framing framing;
    int32_t protocol;
    int64_t now_us;   /* largest that the session was told */
    int64_t media_us; /* of the next fragment */
    uint64_t fed_bytes;
    uint64_t findings;
    bool finished;
    bool is_named; /* and not bound since */
    struct notices_seen seen;
};

struct script {
    struct input input;
    struct memory *memory;
    uint64_t failed_before; /* memory->failed when the current call began */
    uint64_t cut_random;    /* 0: not cut */
    uint64_t hash;          /* of what was said */
    uint64_t fed_bytes;
    int64_t now_us;
    int32_t kind;
    int64_t report_all, media_clock, publish_stream_name;
    mpe_channel *channel; /* NULL: freed */
    mpe_channel *other;   /* NULL: channel is no lobby; else what its sessions may be bound to */
    struct actor actors[ACTORS];
};

static inline void hash_value(struct script *script, int64_t value)
{
    script->hash = hash_bytes(script->hash, &value, sizeof(value));
}

/* ---- promises ---- */

static inline bool memory_failed(const struct script *script)
{
    return script->memory->failed > script->failed_before;
}

static inline bool is_as_wanted(const struct script *script, mpe_status status, mpe_status wanted)
{
    return status == wanted || (status == MPE_NO_MEMORY && memory_failed(script));
}

#define CALL(script, call, wanted)                                                                                     \
    do {                                                                                                               \
        mpe_status status_;                                                                                            \
        (script)->failed_before = (script)->memory->failed;                                                            \
        status_ = (call);                                                                                              \
        PROMISE(is_as_wanted(script, status_, wanted), "%s gives %d, not %d", #call, (int)status_, (int)(wanted));     \
    } while (0)

/* ---- late_script.c: sessions of a lobby, the host's own no, and many requests ---- */

/* The channel is a lobby: there is another one to be bound to. */
void late_open(struct script *script);

/* Whether the session reads nothing before it is bound. */
bool late_waits(const struct actor *actor);

/* Gives the session a piece; the script says what follows where it is named. How many bytes were taken. */
size_t late_feed(struct script *script, struct actor *actor, const uint8_t *bytes, size_t len);

/* After a call that may have named the session. */
void late_answer(struct script *script, struct actor *actor, mpe_status status, mpe_status wanted);

/* Binds it or refuses it, whatever state it is in; the next body begins. false: that took memory that was not there. */
bool late_bind(struct script *script, struct actor *actor, unsigned choice);
bool late_next_body(struct script *script, struct actor *actor, unsigned choice);

#endif
