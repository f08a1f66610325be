/* Sessions as the bench opens and feeds them. */
#include <stdlib.h>

#include "bench.h"
#include "rtmp_mux.h"

mpe_channel *new_channel(const mpe_allocator *allocator)
{
    mpe_channel *channel = NULL;
    need(mpe_channel_new(&channel, MPE_ENCODING, allocator) == MPE_OK, "no channel");
    need(mpe_channel_set(channel, MPE_PARAM_MEDIA_CLOCK, 1) == MPE_OK, "no media clock");
    need(mpe_channel_set(channel, MPE_PARAM_MAX_BITRATE_BPS, 1000000000000) == MPE_OK, "no bitrate");
    return channel;
}

mpe_channel *new_channel_with_everything(const mpe_allocator *allocator)
{
    mpe_channel *const channel = new_channel(allocator);
    need(mpe_channel_set(channel, MPE_PARAM_NOTICES, 1) == MPE_OK, "no notices");
    need(mpe_channel_set(channel, MPE_PARAM_CONDITIONS, 1) == MPE_OK, "no conditions");
    return channel;
}

mpe_session *new_session(mpe_channel *channel)
{
    mpe_session *session = NULL;
    need(mpe_session_new(&session, channel, MPE_PROTOCOL_AUTO, NULL, NULL, 0) == MPE_OK, "no session");
    return session;
}

void feed_all(mpe_session *session, struct bytes input, size_t feed)
{
    for (size_t done = 0; done < input.len; done += feed) {
        const size_t rest = input.len - done;
        mpe_session_feed(session, input.data + done, rest < feed ? rest : feed, 0);
    }
}

size_t feed_until_admitted(mpe_session *session, struct bytes input)
{
    size_t done = 0;
    while (done < input.len && mpe_session_state(session) != MPE_STATE_ADMITTED) {
        const size_t rest = input.len - done;
        const size_t len = rest < 1024 ? rest : 1024;
        mpe_session_feed(session, input.data + done, len, 0);
        done += len;
    }
    need(mpe_session_state(session) == MPE_STATE_ADMITTED, "the session was not admitted");
    return done;
}

/* The whole life of a session: a finding would end it early and make it look fast. */
void run_mpe(struct bytes input, size_t feed)
{
    mpe_channel *channel = new_channel(NULL);
    mpe_session *session = new_session(channel);
    feed_all(session, input, feed);
    need(mpe_session_state(session) == MPE_STATE_ADMITTED, "the session found a fault in the bench's media");
    mpe_session_free(session);
    mpe_channel_free(channel);
}

struct bytes rtmp_of(struct bytes flv, uint32_t chunk_size)
{
    struct rtmp_mux mux = {0};
    struct flv_tag tag;
    size_t offset = 13;
    rtmp_open_publish(&mux, chunk_size, "key");
    while (flv_next_tag(flv.data, flv.len, &offset, &tag))
        rtmp_tag(&mux, &tag);
    return (struct bytes){mux.bytes, mux.len};
}

void free_bytes(struct bytes bytes)
{
    free((void *)bytes.data);
}
