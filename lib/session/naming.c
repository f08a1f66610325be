/* Texts that name a session: compared with the channel's, and kept for notifications. */
#include "session/naming.h"

#include <string.h>

#include "channel/url.h"
#include "notify/notify.h"

#define MAX_URL_BYTES 512

/* What was kept before goes. */
static void keep_text(struct mpe_turn *turn, char **kept, const void *text, size_t len)
{
    const struct mpe_mem *const mem = turn->session->tools.mem;
    char *const copy = mpe_mem_new(mem, len + 1);
    if (copy == NULL) {
        mpe_turn_fail(turn, MPE_REASON_OUT_OF_MEMORY, "a text for notifications", (int64_t)len + 1, 0);
        return;
    }
    if (len > 0)
        memcpy(copy, text, len);
    mpe_mem_free(mem, *kept);
    *kept = copy;
}

static void keep_url(struct mpe_turn *turn, struct mpe_span url)
{
    char redacted[MAX_URL_BYTES];
    mpe_redact_url((const char *)url.bytes, url.len, redacted, sizeof(redacted));
    keep_text(turn, &turn->session->ingest_url, redacted, strlen(redacted));
}

void mpe_naming_peer(struct mpe_turn *turn)
{
    const struct mpe_peer peer = mpe_session_peer(turn->session);
    turn->step.peer = (uint8_t)mpe_channel_match_peer(turn->session->channel, &peer);
    turn->step.changed |= MPE_FACT_PEER;
}

static void note_app(struct mpe_step *step, enum mpe_match match)
{
    step->app = (uint8_t)match;
    step->changed |= MPE_FACT_APP;
}

static void note_stream_name(struct mpe_step *step, enum mpe_match match)
{
    step->stream_name = (uint8_t)match;
    step->changed |= MPE_FACT_STREAM_NAME;
}

static void take_connect(struct mpe_turn *turn)
{
    struct mpe_session *const session = turn->session;
    note_app(&turn->step, mpe_policy_match_text(mpe_session_policy(session), MPE_TEXT_APP, turn->unit->name));
    session->is_connected = true;
    keep_url(turn, turn->unit->url);
}

/* What RTMP names before it publishes or sends media, where the channel expects it: who names none may be anybody. */
void mpe_naming_miss(struct mpe_turn *turn)
{
    const struct mpe_session *const session = turn->session;
    if (!session->is_connected && mpe_policy_text(mpe_session_policy(session), MPE_TEXT_APP) != NULL)
        note_app(&turn->step, MPE_MATCH_NO);
    if (!session->is_published && mpe_policy_text(mpe_session_policy(session), MPE_TEXT_STREAM_NAME) != NULL)
        note_stream_name(&turn->step, MPE_MATCH_NO);
}

static void take_publish(struct mpe_turn *turn)
{
    struct mpe_session *const session = turn->session;
    const struct mpe_span name = turn->unit->name;
    const size_t len = mpe_span_find(name, '?');
    note_stream_name(&turn->step, len == 0
                                      ? MPE_MATCH_MISSING
                                      : mpe_policy_match_text(mpe_session_policy(session), MPE_TEXT_STREAM_NAME, name));
    session->is_published = true;
    mpe_naming_miss(turn);
    if (session->tools.limits->publish_stream_name)
        keep_text(turn, &session->stream_name, name.bytes, len);
}

void mpe_naming_take(struct mpe_turn *turn)
{
    if (turn->unit->kind == MPE_UNIT_CONNECT)
        take_connect(turn);
    else if (turn->unit->kind == MPE_UNIT_PUBLISH)
        take_publish(turn);
}

void mpe_naming_url(struct mpe_turn *turn, struct mpe_span url)
{
    const struct mpe_policy *const policy = mpe_session_policy(turn->session);
    const struct mpe_ingest_path path = mpe_ingest_path_parse(url);
    note_app(&turn->step, mpe_policy_match_http_app(policy, path.app));
    note_stream_name(&turn->step, mpe_policy_match_text(policy, MPE_TEXT_STREAM_NAME, path.stream_name));
    keep_url(turn, url);
}
