/* Sessions of one lobby are bound to two channels by 8 threads; ThreadSanitizer (make tsan) sees what they share. */
#include <check.h>
#include <pthread.h>

#include "mpe.h"
#include "stream_out.h"

Suite *mpe_suite(void);

enum { THREADS = 8, TURNS = 25 };

static mpe_channel *lobby, *channels[2];
static struct out stream; /* publishes twice */

struct worker {
    pthread_t thread;
    int number;
    int mistakes; /* calls that gave another status than they must, and findings */
};

static void put_stream(void)
{
    struct rtmp_out rtmp = rtmp_begin(&stream);
    rtmp_connect(&rtmp, "live", "rtmp://example.com/live");
    rtmp_publish(&rtmp, "one");
    rtmp_video(&rtmp, 0, 5);
    rtmp_publish(&rtmp, "two");
    rtmp_video(&rtmp, 200, 5);
}

static mpe_channel *make_channel(void)
{
    mpe_channel *channel;
    ck_assert_int_eq(mpe_channel_new(&channel, MPE_PASS_THROUGH_STANDARD, NULL), MPE_OK);
    return channel;
}

static void must(struct worker *worker, mpe_status status, mpe_status wanted)
{
    worker->mistakes += status != wanted;
}

/* First to one of the channels, then to the other. */
static void play(struct worker *worker, mpe_session *session)
{
    size_t at = 0;
    for (int named = 0; named < 2; named++) {
        must(worker, mpe_session_feed(session, stream.bytes + at, stream.len - at, 0), MPE_NAMED);
        at += mpe_session_taken(session);
        must(worker, mpe_session_bind(session, channels[(worker->number + named) % 2], 0), MPE_OK);
    }
    must(worker, mpe_session_feed(session, stream.bytes + at, stream.len - at, 0), MPE_OK);
}

/* While the others are bound. */
static void change_channels(struct worker *worker, int turn)
{
    mpe_channel_sums sums = {.struct_size = sizeof(sums)};
    mpe_channel *const channel = channels[turn % 2];
    must(worker, mpe_channel_set(channel, MPE_PARAM_MAX_WIDTH_PX, 1280 + turn), MPE_OK);
    must(worker, mpe_channel_set(lobby, MPE_PARAM_MAX_CHUNK_STREAMS, 64 + turn), MPE_OK);
    must(worker, mpe_channel_totals(channel, &sums), MPE_OK);
    worker->mistakes += sums.sessions > THREADS || sums.video_qualities > 1;
}

static void *work(void *user)
{
    struct worker *const worker = user;
    for (int turn = 0; turn < TURNS; turn++) {
        mpe_error error = {.struct_size = sizeof(error)};
        const char id[] = {'a' + (char)worker->number, '\0'};
        mpe_session *session;
        must(worker, mpe_session_new(&session, lobby, MPE_PROTOCOL_AUTO, "192.0.2.1", id, 0), MPE_OK);
        play(worker, session);
        must(worker, mpe_session_poll_error(session, &error), MPE_OK);
        worker->mistakes += mpe_session_state(session) != MPE_STATE_ADMITTED;
        if (turn % 2 != 0)
            must(worker, mpe_session_refuse(session, MPI_REST_API_CHANNEL_STOP, 0), MPE_OK);
        mpe_session_free(session);
        change_channels(worker, turn);
    }
    return NULL;
}

START_TEST(sessions_of_8_threads_are_bound_to_two_channels)
{
    static struct worker workers[THREADS];
    put_stream();
    lobby = make_channel();
    ck_assert_int_eq(mpe_channel_set(lobby, MPE_PARAM_BIND_LATE, 1), MPE_OK);
    channels[0] = make_channel();
    channels[1] = make_channel();
    for (int i = 0; i < THREADS; i++) {
        workers[i].number = i;
        ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(workers[i].mistakes, 0);
    for (int i = 0; i < 2; i++) {
        mpe_channel_sums sums = {.struct_size = sizeof(sums)};
        ck_assert_int_eq(mpe_channel_totals(channels[i], &sums), MPE_OK);
        ck_assert_int_eq(sums.sessions, 0);
        ck_assert_int_eq(sums.video_qualities, 0);
        mpe_channel_free(channels[i]);
    }
    mpe_channel_free(lobby);
    out_free(&stream);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *const suite = suite_create("bind_threads");
    TCase *const tests = tcase_create("bind_threads");
    tcase_add_test(tests, sessions_of_8_threads_are_bound_to_two_channels);
    suite_add_tcase(suite, tests);
    return suite;
}
