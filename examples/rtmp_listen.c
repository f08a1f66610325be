/*
 * libavformat's own RTMP listener as the source of a session.
 *
 *     rtmp_listen rtmp://127.0.0.1:1935/live/key
 *
 * waits for one encoder, feeds what it sends (libavformat hands it out as an FLV stream) into a session with the real
 * clock, and ends the connection at the first finding.
 */
#include <libavformat/avio.h>
#include <libavutil/dict.h>
#include <libavutil/error.h>
#include <mpe/mpe.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define IDLE_TIMEOUT_US 20000000 /* an FLV file may pause as it likes; what a live encoder sends may not */

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* libavformat asks a few times a second, while it waits, whether to give up: the moment to judge silence. */
static int should_stop(void *opaque)
{
    mpe_session *const *session = opaque;
    if (*session == NULL)
        return 0;
    mpe_session_tick(*session, now_us());
    return mpe_session_state(*session) > MPE_STATE_ADMITTED;
}

static AVIOContext *listen_for_encoder(const char *url, mpe_session **session)
{
    const AVIOInterruptCB interrupt = {should_stop, session};
    AVIOContext *io = NULL;
    AVDictionary *options = NULL;
    av_dict_set(&options, "listen", "1", 0);
    const int result = avio_open2(&io, url, AVIO_FLAG_READ, &interrupt, &options);
    av_dict_free(&options);
    if (result < 0)
        fprintf(stderr, "rtmp_listen: no encoder could be taken at this URL: %s\n", av_err2str(result));
    return io;
}

static mpe_status open_session(mpe_channel **channel, mpe_session **session)
{
    mpe_status status = mpe_channel_new(channel, MPE_ENCODING, NULL);
    if (status == MPE_OK)
        status = mpe_channel_set(*channel, MPE_PARAM_FLV_IDLE_TIMEOUT_US, IDLE_TIMEOUT_US);
    if (status == MPE_OK)
        status = mpe_session_new(session, *channel, MPE_PROTOCOL_FLV, NULL, NULL, now_us());
    return status;
}

/* Feeds until the encoder leaves or a finding ends the session. */
static mpe_status feed_all(AVIOContext *io, mpe_session *session)
{
    unsigned char bytes[16384];
    mpe_status status = MPE_OK;
    int len = 0;
    while (status == MPE_OK && !should_stop(&session) && (len = avio_read_partial(io, bytes, sizeof(bytes))) > 0)
        status = mpe_session_feed(session, bytes, (size_t)len, now_us());
    return status == MPE_OK ? mpe_session_finish(session, 0, now_us()) : status;
}

/* Says how the session ended. The exit status: 0 nothing wrong, 1 a finding. */
static int report(const mpe_session *session)
{
    mpe_error error = {.struct_size = sizeof(error)};
    mpe_session_ending(session, &error);
    printf("%s: %s\n", mpe_code_name(error.code), error.message);
    return mpe_session_state(session) == MPE_STATE_FINISHED ? 0 : 1;
}

int main(int argc, char **argv)
{
    mpe_channel *channel = NULL;
    mpe_session *session = NULL;
    if (argc != 2 || strncmp(argv[1], "rtmp://", 7) != 0) {
        fputs("rtmp_listen: give the URL to listen at, as in rtmp_listen rtmp://127.0.0.1:1935/live/key\n", stderr);
        return 2;
    }
    AVIOContext *io = listen_for_encoder(argv[1], &session);
    if (io == NULL)
        return 2;
    int result = 2;
    mpe_status status = open_session(&channel, &session);
    if (status == MPE_OK)
        status = feed_all(io, session);
    if (status == MPE_OK)
        result = report(session);
    else
        fprintf(stderr, "rtmp_listen: %s\n", mpe_status_text(status));
    avio_closep(&io);
    mpe_session_free(session);
    mpe_channel_free(channel);
    return result;
}
