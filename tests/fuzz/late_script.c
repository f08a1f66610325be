/* Scripts of sessions whose channel is said later, that a host refuses, or that have many requests. */
#include <stdlib.h>
#include <string.h>

#include "session_actors.h"

void late_open(struct script *script)
{
    mpe_allocator allocator = memory_allocator(script->memory);

    CALL(script, mpe_channel_new(&script->other, MPE_PASS_THROUGH_BASIC, &allocator), MPE_OK);
    if (script->other == NULL)
        return;
    /* What the script promises of its sessions holds for both. */
    CALL(script, mpe_channel_set(script->other, MPE_PARAM_MEDIA_CLOCK, script->media_clock), MPE_OK);
    CALL(script, mpe_channel_set(script->other, MPE_PARAM_PUBLISH_STREAM_NAME, script->publish_stream_name), MPE_OK);
    CALL(script, mpe_channel_set(script->other, MPE_PARAM_REPORT_ALL, script->report_all), MPE_OK);
}

bool late_waits(const struct actor *actor)
{
    return actor->is_named && mpe_session_state(actor->session) < MPE_STATE_REJECTED;
}

/* Whether it was opened on a lobby; the channel may have become one since, or ceased to be. */
static bool is_late(const struct actor *actor)
{
    return mpe_session_name(actor->session, MPE_NAME_APP, NULL, 0, NULL) != MPE_BAD_STATE;
}

static void check_names(const struct actor *actor)
{
    for (int32_t part = MPE_NAME_APP; part <= MPE_NAME_TC_URL; part++) {
        char text[16] = "x";
        size_t needed = 0;
        const mpe_status status = mpe_session_name(actor->session, part, text, sizeof(text), &needed);

        PROMISE((status == MPE_OK) == (needed <= sizeof(text)), "part %d: %d, %zu", (int)part, (int)status, needed);
        PROMISE(strlen(text) + 1 == (status == MPE_OK ? needed : 1), "part %d: %zu", (int)part, needed);
    }
}

void late_answer(struct script *script, struct actor *actor, mpe_status status, mpe_status wanted)
{
    if (status != MPE_NAMED || wanted != MPE_OK || !is_late(actor)) {
        PROMISE(is_as_wanted(script, status, wanted), "%d, not %d", (int)status, (int)wanted);
        return;
    }
    actor->is_named = true;
    hash_value(script, (int64_t)actor->fed_bytes);
    check_names(actor);
    if (!memory_failed(script))
        late_bind(script, actor, input_byte(&script->input));
}

size_t late_feed(struct script *script, struct actor *actor, const uint8_t *bytes, size_t len)
{
    const bool is_taken = !actor->finished && !late_waits(actor);
    uint8_t *const copy = memcpy(malloc(len), bytes, len);

    script->failed_before = script->memory->failed;
    const mpe_status status = mpe_session_feed(actor->session, copy, len, script->now_us);
    free(copy);
    if (!is_taken) {
        PROMISE(status == MPE_BAD_STATE, "%d", (int)status);
        return 0;
    }
    const size_t taken = mpe_session_taken(actor->session);
    PROMISE(taken == len || (status == MPE_NAMED && taken > 0 && taken < len), "%zu of %zu", taken, len);
    actor->fed_bytes += taken;
    script->fed_bytes += taken;
    late_answer(script, actor, status, MPE_OK);
    return taken;
}

static const int32_t refusals[4] = {MPE_RTMP_APPID_AUTH_FAILURE, MPE_INGEST_ENCODER_CONNECTION_DENIED,
                                    MPI_REST_API_CHANNEL_STOP, MPI_SYSTEM_MAINTENANCE};

static bool bind(struct script *script, struct actor *actor, mpe_channel *channel)
{
    const bool has_ended = mpe_session_state(actor->session) >= MPE_STATE_REJECTED;
    const bool may_be = is_late(actor) && !actor->finished && (has_ended || actor->is_named || actor->fed_bytes == 0);
    const uint64_t failed_before = script->memory->failed;
    const mpe_status status = mpe_session_bind(actor->session, channel, script->now_us);
    const mpe_status wanted = may_be ? MPE_OK : MPE_BAD_STATE;

    script->failed_before = failed_before;
    PROMISE(is_as_wanted(script, status, wanted), "bind gives %d, not %d", (int)status, (int)wanted);
    if (status == MPE_OK)
        actor->is_named = false;
    return status == MPE_OK;
}

bool late_bind(struct script *script, struct actor *actor, unsigned choice)
{
    mpe_channel *const channels[2] = {script->channel, script->other};

    if ((choice & 3) == 3) /* perhaps later */
        return false;
    if ((choice & 3) == 2) {
        CALL(script, mpe_session_refuse(actor->session, refusals[choice >> 2 & 3], script->now_us),
             actor->finished ? MPE_BAD_STATE : MPE_OK);
        PROMISE(actor->finished || mpe_session_state(actor->session) >= MPE_STATE_REJECTED, "refused, and goes on");
        return !actor->finished;
    }
    return channels[choice & 1] != NULL && bind(script, actor, channels[choice & 1]);
}

bool late_next_body(struct script *script, struct actor *actor, unsigned choice)
{
    static const char *const urls[4] = {NULL, "/live/" PLANTED_SECRET "-app/in.isml/Streams(" PLANTED_NAME ")",
                                        "/a/1.m4s", NULL};
    const int32_t protocol = mpe_session_protocol(actor->session);
    const bool is_bytes = protocol == MPE_PROTOCOL_RTMP || protocol == MPE_PROTOCOL_FLV;
    const mpe_status wanted = is_bytes                               ? MPE_BAD_PROTOCOL
                              : actor->finished || late_waits(actor) ? MPE_BAD_STATE
                                                                     : MPE_OK;
    script->failed_before = script->memory->failed;
    const mpe_status status = mpe_session_next_body(actor->session, urls[choice & 3],
                                                    choice & 4 ? MPE_BODY_CUT : MPE_BODY_COMPLETE, script->now_us);

    late_answer(script, actor, status, wanted);
    return status == MPE_OK || status == MPE_NAMED;
}
