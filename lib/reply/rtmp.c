/* The reply to an RTMP encoder, and what it answers. */
#include "reply/rtmp.h"

#include "reply/answer.h"

struct info {
    const char *level;
    const char *code;
    const char *tc_url; /* NULL: none */
    const char *description;
};

/* Name, transaction id, no command object, info. */
static void put_command(struct mpe_rtmp_message *message, const char *name, uint32_t transaction,
                        const struct info *info)
{
    struct mpe_amf0_out *const out = &message->payload;
    out->len = 0;
    mpe_amf0_out_string(out, name);
    mpe_amf0_out_number(out, transaction);
    mpe_amf0_out_null(out);
    mpe_amf0_out_begin_object(out);
    mpe_amf0_out_field(out, "level", info->level);
    mpe_amf0_out_field(out, "code", info->code);
    if (info->tc_url != NULL)
        mpe_amf0_out_field(out, "tcUrl", info->tc_url);
    mpe_amf0_out_field(out, "description", info->description);
    mpe_amf0_out_end_object(out);
}

static bool is_connect_pending(const struct mpe_requests *requests, int32_t answered)
{
    if (answered == MPE_ANSWERED_UNKNOWN)
        return requests->latest == MPE_ASKED_CONNECT;
    return answered == MPE_ANSWERED_NOTHING && requests->latest != MPE_ASKED_NOTHING;
}

static bool is_create_pending(const struct mpe_requests *requests, int32_t answered)
{
    return requests->latest == MPE_ASKED_STREAM && answered != MPE_ANSWERED_STREAM;
}

/*
 * The onStatus comes first: OBS logs what it says, and is mute about an _error; who takes no onStatus here waits for
 * the _error. Before publish there is no message stream but 0.
 */
bool mpe_rtmp_refusal(const struct mpe_requests *requests, const mpe_error *error, int32_t answered, int32_t index,
                      struct mpe_rtmp_message *message)
{
    const bool connect_pending = is_connect_pending(requests, answered);
    const bool any_pending = connect_pending || is_create_pending(requests, answered);
    const struct mpe_rtmp_answer answer = mpe_answer_rtmp(error);
    char sentence[MPE_SENTENCE_BYTES];
    struct info info = {answer.level, connect_pending ? answer.connect_code : answer.stream_code, NULL, sentence};
    if (index < 0 || index > (any_pending ? 1 : 0))
        return false;
    mpe_answer_sentence(error, sentence);
    message->stream_id = index == 0 && !connect_pending ? requests->stream_id : 0;
    if (index == 0) {
        put_command(message, "onStatus", 0, &info);
        return true;
    }
    info.code = connect_pending ? "NetConnection.Connect.Rejected" : answer.stream_code;
    put_command(message, "_error", connect_pending ? requests->connect_transaction : requests->create_transaction,
                &info);
    return true;
}

void mpe_rtmp_reconnect(const char *tc_url, const char *description, struct mpe_rtmp_message *message)
{
    const struct info info = {"status", "NetConnection.Connect.ReconnectRequest", tc_url,
                              description != NULL ? description : "The server is about to stop; please reconnect."};
    message->stream_id = 0;
    put_command(message, "onStatus", 0, &info);
}
