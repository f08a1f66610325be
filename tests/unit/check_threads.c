/* One channel shared by 8 threads and 200 sessions; ThreadSanitizer (make tsan) sees what they share. */
#include <check.h>
#include <pthread.h>
#include <string.h>

#include "mpe.h"

Suite *mpe_suite(void);

enum { THREADS = 8, SESSIONS_PER_THREAD = 25, FRAMES = 45, FRAMES_BEFORE_MEETING = 20, FRAMES_OF_CHANGES = 36 };

/* AVCDecoderConfigurationRecord of 1280x720 in a tag, as x264 makes it. */
static const uint8_t video_header[] = {0x17, 0,    0,    0,    0,    0x01, 0x42, 0xc0, 0x1f, 0xff, 0xe1,
                                       0x00, 0x17, 0x67, 0x42, 0xc0, 0x1f, 0xda, 0x01, 0x40, 0x16, 0xec,
                                       0x04, 0x40, 0x00, 0x00, 0x03, 0x00, 0x40, 0x00, 0x00, 0x0f, 0x03,
                                       0xc6, 0x0c, 0xa8, 0x01, 0x00, 0x04, 0x68, 0xce, 0x0f, 0xc8};
static const uint8_t file_header[] = {'F', 'L', 'V', 1, 5, 0, 0, 0, 9, 0, 0, 0, 0};
static const uint8_t metadata[] = {2, 0, 10, 'o', 'n', 'M', 'e', 't', 'a', 'D', 'a', 't', 'a', 8, 0, 0, 0, 0, 0, 0, 9};

static mpe_channel *channel;
static pthread_barrier_t meeting;

struct worker {
    pthread_t thread;
    int number;
    int admitted;
    int endings;
    int denied;   /* second sessions of an id in use */
    int mistakes; /* calls that gave another status than they must */
    mpe_session *sessions[SESSIONS_PER_THREAD];
};

static void must(struct worker *worker, mpe_status status, mpe_status wanted)
{
    worker->mistakes += status != wanted;
}

static void feed_tag(struct worker *worker, mpe_session *session, uint8_t type, uint32_t timestamp_ms,
                     const uint8_t *body, uint8_t len)
{
    uint8_t tag[100] = {
        type, 0, 0, len, (uint8_t)(timestamp_ms >> 16), (uint8_t)(timestamp_ms >> 8), (uint8_t)timestamp_ms};

    memcpy(tag + 11, body, len);
    tag[11 + len + 3] = (uint8_t)(len + 11);
    must(worker, mpe_session_feed(session, tag, 11u + len + 4u, (int64_t)timestamp_ms * 1000), MPE_OK);
}

static void feed_frames(struct worker *worker, int first, int end)
{
    for (int frame = first; frame < end; frame++)
        for (int i = 0; i < SESSIONS_PER_THREAD; i++) {
            uint8_t body[60] = {frame % 15 == 0 ? 0x17 : 0x27, 1};
            feed_tag(worker, worker->sessions[i], 9, (uint32_t)frame * 1000 / 30, body, sizeof(body));
        }
}

static void open_sessions(struct worker *worker)
{
    for (int i = 0; i < SESSIONS_PER_THREAD; i++) {
        mpe_session **session = &worker->sessions[i];
        char id[] = "thread-0-session-00";

        id[7] = (char)('0' + worker->number);
        id[17] = (char)('0' + i / 10);
        id[18] = (char)('0' + i % 10);
        must(worker, mpe_session_new(session, channel, MPE_PROTOCOL_AUTO, "203.0.113.7:1935", id, 0), MPE_OK);
        must(worker, mpe_session_feed(*session, file_header, sizeof(file_header), 0), MPE_OK);
        feed_tag(worker, *session, 18, 0, metadata, sizeof(metadata));
        feed_tag(worker, *session, 9, 0, video_header, sizeof(video_header));
    }
}

/* While the others feed. */
static void change_channel(struct worker *worker, int turn)
{
    mpe_channel_sums sums = {.struct_size = sizeof(sums)};
    char own[] = "203.0.113.0"; /* nobody else takes it from the list */

    own[10] = (char)('0' + worker->number);
    must(worker, mpe_channel_set(channel, MPE_PARAM_MAX_BITRATE_BPS, 1000000000 + turn), MPE_OK);
    must(worker, mpe_channel_set(channel, MPE_PARAM_MAX_WIDTH_PX, 1280 + turn), MPE_OK);
    must(worker, mpe_channel_set(channel, MPE_PARAM_SUM_REDUNDANT, turn % 2), MPE_OK);
    must(worker, mpe_channel_set_text(channel, MPE_TEXT_VIDEO_CODECS, turn % 2 ? "avc1 av01" : NULL), MPE_OK);
    must(worker, mpe_channel_allow(channel, own), MPE_OK);
    must(worker, mpe_channel_disallow(channel, own), MPE_OK);
    must(worker, mpe_channel_totals(channel, &sums), MPE_OK);
    worker->mistakes += sums.video_qualities != 1 || sums.active_sessions != THREADS * SESSIONS_PER_THREAD;
}

/* What any thread may do with the channel at any time. */
static void use_channel(struct worker *worker)
{
    mpe_session *session;
    int64_t value = 0;

    must(worker, mpe_channel_disallow(channel, NULL), MPE_OK);
    must(worker, mpe_channel_allow(channel, "203.0.113.0/24"), MPE_OK);
    must(worker, mpe_channel_get(channel, MPE_PARAM_MAX_WIDTH_PX, &value), MPE_OK);
    must(worker, mpe_channel_set(channel, MPE_PARAM_MAX_WIDTH_PX, 100), MPE_OK);
    must(worker, mpe_channel_set_text(channel, MPE_TEXT_APP, "late"), MPE_OK);
    must(worker, mpe_session_new(&session, channel, MPE_PROTOCOL_FLV, "203.0.113.8", "thread-0-session-00", 0), MPE_OK);
    worker->denied += mpe_session_state(session) == MPE_STATE_DISCONNECTED;
    mpe_session_free(session);
}

static void end_session(struct worker *worker, mpe_session *session)
{
    mpe_error error = {.struct_size = sizeof(error)};
    mpe_track track = {.struct_size = sizeof(track)};
    char json[2048];

    worker->admitted += mpe_session_state(session) == MPE_STATE_ADMITTED;
    must(worker, mpe_session_track(session, 0, &track), MPE_OK);
    must(worker, mpe_session_poll_error(session, &error), MPE_OK);
    must(worker, mpe_session_finish(session, 0, 2000000), MPE_OK);
    must(worker, mpe_session_ending(session, &error), MPE_EVENT);
    worker->endings += error.code == MPI_STREAM_HIT_EOF;
    must(worker, mpe_error_json(session, &error, MPE_SCHEMA_EVENT_GRID, 0, json, sizeof(json), NULL), MPE_OK);
    mpe_session_free(session);
}

static void *work(void *user)
{
    struct worker *worker = user;

    open_sessions(worker);
    feed_frames(worker, 0, FRAMES_BEFORE_MEETING);
    pthread_barrier_wait(&meeting); /* all 200 are open */
    for (int frame = FRAMES_BEFORE_MEETING; frame < FRAMES_OF_CHANGES; frame++) {
        feed_frames(worker, frame, frame + 1);
        if (frame % THREADS == worker->number)
            change_channel(worker, frame);
    }
    pthread_barrier_wait(&meeting);
    use_channel(worker);
    pthread_barrier_wait(&meeting);
    if (worker->number == 0)
        mpe_channel_free(channel); /* the sessions keep what they need */
    feed_frames(worker, FRAMES_OF_CHANGES, FRAMES);
    for (int i = 0; i < SESSIONS_PER_THREAD; i++)
        end_session(worker, worker->sessions[i]);
    return NULL;
}

START_TEST(a_channel_is_shared_by_8_threads_and_200_sessions)
{
    static struct worker workers[THREADS];

    ck_assert_int_eq(mpe_channel_new(&channel, MPE_PASS_THROUGH_STANDARD, NULL), MPE_OK);
    ck_assert_int_eq(pthread_barrier_init(&meeting, NULL, THREADS), 0);
    for (int i = 0; i < THREADS; i++) {
        workers[i].number = i;
        ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(workers[i].mistakes, 0);
        ck_assert_int_eq(workers[i].admitted, SESSIONS_PER_THREAD);
        ck_assert_int_eq(workers[i].endings, SESSIONS_PER_THREAD);
        ck_assert_int_eq(workers[i].denied, 1);
    }
    pthread_barrier_destroy(&meeting);
}
END_TEST

Suite *mpe_suite(void)
{
    Suite *suite = suite_create("threads");
    TCase *tests = tcase_create("threads");

    tcase_add_test(tests, a_channel_is_shared_by_8_threads_and_200_sessions);
    suite_add_tcase(suite, tests);
    return suite;
}
