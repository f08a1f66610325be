/* Three live events on one port: which one an RTMP encoder is for stands in its bytes. usage: three_channels PORT */
#include <mpe/mpe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/rtmp_encoder.h"

static const char *const apps[3] = {"live/news", "live/sports", "live/radio"};
static const int32_t kinds[3] = {MPE_ENCODING, MPE_PASS_THROUGH_STANDARD, MPE_OPEN};
static mpe_channel *channels[3], *lobby;
static int listener;

/* The session has named the channel that it is for. */
static void bind_or_refuse(mpe_session *session)
{
    char app[256] = "";
    mpe_session_name(session, MPE_NAME_APP, app, sizeof(app), NULL);
    for (int i = 0; i < 3; i++) {
        if (strcmp(app, apps[i]) == 0 && mpe_session_bind(session, channels[i], now_us()) == MPE_OK)
            return;
    }
    mpe_session_refuse(session, MPE_RTMP_APPID_AUTH_FAILURE, now_us());
}

static void feed(mpe_session *session, const unsigned char *bytes, size_t len)
{
    while (mpe_session_feed(session, bytes, len, now_us()) == MPE_NAMED) {
        bytes += mpe_session_taken(session);
        len -= mpe_session_taken(session);
        bind_or_refuse(session);
    }
}

static void serve(int fd, mpe_session *session, unsigned char *bytes, size_t size)
{
    mpe_error error = {.struct_size = sizeof(error)};
    int32_t answered = MPE_ASKED_NOTHING;
    size_t len = RTMP_HELLO_BYTES;
    do {
        feed(session, bytes, len);
        rtmp_answer(fd, mpe_session_asked(session), &answered);
        if (mpe_session_poll_error(session, &error) == MPE_EVENT) {
            mpe_reply_rtmp(session, &error, MPE_ANSWERED_UNKNOWN, 0, bytes, size, &len);
            rtmp_goodbye(fd, bytes, len);
            break;
        }
    } while (rtmp_receive(fd, bytes, size, &len));
    mpe_session_finish(session, 0, now_us());
    mpe_session_ending(session, &error);
    printf("%s: %s\n", mpe_code_name(error.code), error.message);
}

/* Each thread serves one encoder after the other; they share the channels. */
static void *work(void *nothing)
{
    unsigned char bytes[65536];
    for (int fd; (fd = rtmp_accept(listener, bytes)) >= 0; close(fd)) {
        mpe_session *session;
        if (mpe_session_new(&session, lobby, MPE_PROTOCOL_RTMP, NULL, NULL, now_us()) == MPE_OK)
            serve(fd, session, bytes, sizeof(bytes));
        mpe_session_free(session);
    }
    return nothing;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    mpe_status status = mpe_channel_new(&lobby, MPE_OPEN, NULL);
    if (status == MPE_OK)
        status = mpe_channel_set(lobby, MPE_PARAM_BIND_LATE, 1);
    for (int i = 0; i < 3 && status == MPE_OK; i++)
        status = mpe_channel_new(&channels[i], kinds[i], NULL);
    listener = rtmp_listen((uint16_t)(argc > 1 ? atoi(argv[1]) : 1935));
    if (status != MPE_OK || listener < 0 || setvbuf(stdout, NULL, _IOLBF, 0) != 0)
        return 2;
    for (int i = 1; i < 16 && pthread_create(&thread, NULL, work, NULL) == 0; i++)
        ;
    work(NULL);
    return 1;
}
