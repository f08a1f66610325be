/* Runs the input as calls of the public interface, and checks the promises of the headers after each. */
#include "session_script.h"

#include <jansson.h>
#include <string.h>

#include "boxes.h"
#include "health.h"
#include "init_segment.h"
#include "session_actors.h"

/* By hashes: an engine watches what strings are compared and would put the secret into its inputs. */
static bool says(const char *text, const char *secret)
{
    size_t len = strlen(secret), text_len = strlen(text);
    uint64_t wanted = hash_bytes(HASH_SEED, secret, len);

    for (size_t at = 0; at + len <= text_len; at++)
        if (hash_bytes(HASH_SEED, text + at, len) == wanted)
            return true;
    return false;
}

static void check_secrets(const struct script *script, const char *text)
{
    PROMISE(!says(text, PLANTED_SECRET), "%s", text);
    PROMISE(script->publish_stream_name || !says(text, PLANTED_NAME), "%s", text);
}

static void check_json(struct script *script, const mpe_session *session, const mpe_error *error, int32_t schema)
{
    int64_t unix_us = (script->hash & 1) ? 1700000000000000 : (int64_t)script->hash;
    size_t needed = 0, again = 0;
    json_error_t why;
    json_t *json;
    char *text;

    PROMISE(mpe_error_json(session, error, schema, unix_us, NULL, 0, &needed) == MPE_BUFFER_TOO_SMALL, "%zu", needed);
    text = malloc(needed);
    PROMISE(mpe_error_json(session, error, schema, unix_us, text, needed, &again) == MPE_OK, "%zu", needed);
    PROMISE(again == needed && strlen(text) + 1 == needed, "%zu bytes, then %zu", needed, again);
    json = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    PROMISE(json_is_object(json), "%s: %s", why.text, text);
    check_secrets(script, text);
    json_decref(json);
    free(text);
}

static void check_error(struct script *script, const struct actor *actor, const mpe_error *error)
{
    PROMISE(error->struct_size == sizeof(*error), "%u", error->struct_size);
    PROMISE(mpe_code_name(error->code)[0] != '\0', "%d", error->code);
    PROMISE(mpe_reason_name(error->reason)[0] != '\0', "%d", error->reason);
    PROMISE(mpe_event_name(error->event)[0] != '\0', "%d", error->event);
    PROMISE(memchr(error->message, 0, sizeof(error->message)) != NULL && error->message[0] != '\0', "no sentence");
    PROMISE(memchr(error->unit, 0, sizeof(error->unit)) != NULL, "no end of the unit");
    if (error->flags & MPE_ERROR_HAS_OFFSET)
        PROMISE(error->offset_bytes < actor->fed_bytes, "%llu of %llu", (unsigned long long)error->offset_bytes,
                (unsigned long long)actor->fed_bytes);
    PROMISE(error->reason != MPE_REASON_OUT_OF_MEMORY || script->memory->failed > 0, "%s", error->message);
    check_secrets(script, error->message);
    check_json(script, actor->session, error, MPE_SCHEMA_EVENT_GRID);
    check_json(script, actor->session, error, MPE_SCHEMA_CLOUD_EVENTS);
}

static void hash_error(struct script *script, const mpe_error *error)
{
    script->hash = hash_bytes(script->hash, error, sizeof(*error));
}

static void check_ending(struct script *script, const struct actor *actor)
{
    mpe_error ending = {.struct_size = sizeof(ending)};
    mpe_status status = mpe_session_ending(actor->session, &ending);
    int32_t state = mpe_session_state(actor->session);

    PROMISE(state >= MPE_STATE_OPENING && state <= MPE_STATE_FINISHED, "%d", state);
    PROMISE((status == MPE_EVENT) == (state >= MPE_STATE_REJECTED), "state %d, status %d", state, (int)status);
    PROMISE(!actor->finished || status == MPE_EVENT, "finished, and no ending");
    if (status == MPE_EVENT)
        check_error(script, actor, &ending);
    hash_value(script, state);
    hash_error(script, &ending);
}

static void check_tracks(struct script *script, const struct actor *actor)
{
    mpe_track track = {.struct_size = sizeof(track)};
    int32_t index = 0;

    while (mpe_session_track(actor->session, index, &track) == MPE_OK) {
        PROMISE(track.media == MPE_MEDIA_VIDEO || track.media == MPE_MEDIA_AUDIO, "%d", track.media);
        PROMISE(memchr(track.codec, 0, sizeof(track.codec)) != NULL, "no end of the codec");
        PROMISE(track.key_frames <= track.frames, "%llu key frames", (unsigned long long)track.key_frames);
        PROMISE(track.bytes <= actor->fed_bytes * 65536 + UINT32_MAX, "%llu bytes", (unsigned long long)track.bytes);
        script->hash = hash_bytes(script->hash, &track, sizeof(track));
        PROMISE(++index <= MAX_TRACKS, "too many tracks");
    }
}

/* What is not polled is lost, and takes no memory: all of it is read, and is the same however the bytes are cut. */
static void poll_notices(struct script *script, struct actor *actor)
{
    mpe_notice notice = {.struct_size = sizeof(notice)};
    int polls = 0;

    for (; mpe_session_poll_notice(actor->session, &notice) == MPE_EVENT; notice.struct_size = sizeof(notice)) {
        PROMISE(++polls < MAX_POLLS, "polling notices does not end");
        PROMISE(!says(notice.message, PLANTED_SECRET), "%s", notice.message);
        check_notice(&actor->seen, actor->session, &notice, script->media_clock ? INT64_MAX : actor->now_us);
        script->hash = hash_bytes(script->hash, &notice, sizeof(notice));
    }
}

static void poll(struct script *script, struct actor *actor)
{
    mpe_error error = {.struct_size = sizeof(error)};
    int polls = 0;
    mpe_status status;

    while ((status = mpe_session_poll_error(actor->session, &error)) == MPE_EVENT) {
        PROMISE(++polls < MAX_POLLS, "polling does not end");
        check_error(script, actor, &error);
        hash_error(script, &error);
        actor->findings++;
    }
    PROMISE(status == MPE_OK, "%d", (int)status);
    poll_notices(script, actor);
    PROMISE(script->report_all || actor->findings <= 1, "%llu findings", (unsigned long long)actor->findings);
}

/* A host that ticks when it is told to must come to rest. */
static void check_deadline(const struct script *script, const struct actor *actor)
{
    int64_t due_us = mpe_session_deadline(actor->session);

    PROMISE(due_us > actor->now_us || due_us == INT64_MAX, "due at %lld, it is %lld", (long long)due_us,
            (long long)actor->now_us);
    PROMISE(!script->media_clock || due_us == INT64_MAX, "due at %lld", (long long)due_us);
    PROMISE(!actor->finished || due_us == INT64_MAX, "due at %lld after the end", (long long)due_us);
}

/* Memory that ran out inside a call never goes unreported. */
static void check_memory(const struct script *script, const struct actor *actor, bool was_going_on)
{
    if (was_going_on && memory_failed(script))
        PROMISE(mpe_session_state(actor->session) >= MPE_STATE_REJECTED, "memory ran out and nobody says so");
}

/* After a call that told the session the time. */
static void after_call(const struct script *script, struct actor *actor, bool was_going_on)
{
    check_memory(script, actor, was_going_on);
    if (script->now_us > actor->now_us)
        actor->now_us = script->now_us;
    check_deadline(script, actor);
}

/* ---- the channel ---- */

static int64_t choose_value(int32_t param, int32_t kind, unsigned choice)
{
    int64_t min, max, standard;

    PROMISE(mpe_param_bounds(param, kind, &min, &max, &standard) == MPE_OK, "%d", param);
    PROMISE(min <= standard && standard <= max, "%s", mpe_param_name(param));
    switch (choice & 3) {
    case 0:
        return min;
    case 1:
        return max;
    case 2:
        return standard;
    default: /* somewhere between, more often near the least */
        return min + (int64_t)((uint64_t)(max - min) >> (choice >> 2));
    }
}

static void set_params(struct script *script, int32_t kind)
{
    const unsigned flags = input_byte(&script->input);
    int64_t bind_late;

    if (flags & 8)
        CALL(script, mpe_channel_set(script->channel, MPE_PARAM_BIND_LATE, 1), MPE_OK);
    if (flags & 16) {
        CALL(script, mpe_channel_set(script->channel, MPE_PARAM_CONDITIONS, 1), MPE_OK);
        CALL(script, mpe_channel_set(script->channel, MPE_PARAM_NOTICES, 1), MPE_OK);
    }
    for (unsigned count = flags & 7; count > 0; count--) {
        int32_t param = mpe_param_at(input_byte(&script->input) % mpe_param_count());
        CALL(script, mpe_channel_set(script->channel, param, choose_value(param, kind, input_byte(&script->input))),
             MPE_OK);
    }
    mpe_channel_get(script->channel, MPE_PARAM_REPORT_ALL, &script->report_all);
    mpe_channel_get(script->channel, MPE_PARAM_MEDIA_CLOCK, &script->media_clock);
    mpe_channel_get(script->channel, MPE_PARAM_PUBLISH_STREAM_NAME, &script->publish_stream_name);
    if (mpe_channel_get(script->channel, MPE_PARAM_BIND_LATE, &bind_late) == MPE_OK && bind_late != 0)
        late_open(script);
}

static bool make_channel(struct script *script)
{
    static const int64_t epochs_us[4] = {0, 1700000000000000, -5000000, INT64_MIN};
    unsigned flags = input_byte(&script->input);
    int32_t kind = 1 + (int32_t)(flags & 3);
    mpe_allocator allocator = memory_allocator(script->memory);

    script->kind = kind;
    script->now_us = epochs_us[flags >> 6];
    CALL(script, mpe_channel_new(&script->channel, kind, &allocator), MPE_OK);
    if (script->channel == NULL)
        return false;
    set_params(script, kind);
    if (flags & 4)
        CALL(script, mpe_channel_set_text(script->channel, MPE_TEXT_APP, "live/" PLANTED_SECRET "-app"), MPE_OK);
    if (flags & 8)
        CALL(script, mpe_channel_set_text(script->channel, MPE_TEXT_STREAM_NAME, PLANTED_NAME), MPE_OK);
    if (flags & 16)
        CALL(script, mpe_channel_allow(script->channel, "203.0.113.0/24"), MPE_OK);
    if (flags & 32)
        CALL(script, mpe_channel_set_text(script->channel, MPE_TEXT_SUBJECT, "caf\xc3\xa9 \"\\"), MPE_OK);
    return true;
}

/* ---- steps ---- */

static void free_actor(struct actor *actor)
{
    mpe_session_free(actor->session);
    framing_free(&actor->framing);
    *actor = (struct actor){0};
}

static void open_actor(struct script *script, struct actor *actor, unsigned more)
{
    static const char *const peers[4] = {"203.0.113.7:52859", NULL, "[2001:db8::1]:1935", "198.51.100.1"};
    static const char *const ids[4] = {"one", "two", NULL, "\xff not UTF-8 \n"};
    unsigned choice = input_byte(&script->input);

    if (actor->session != NULL || script->channel == NULL)
        return;
    *actor = (struct actor){.framing = {.chunk_bytes = 128}, .protocol = (int32_t)more, .now_us = script->now_us};
    CALL(script,
         mpe_session_new(&actor->session, script->channel, (int32_t)more, peers[choice & 3], ids[choice >> 2 & 3],
                         script->now_us),
         MPE_OK);
    if (actor->session == NULL)
        return;
    if (more == MPE_PROTOCOL_AUTO)
        actor->protocol = 1 + choice % 3;
    check_deadline(script, actor);
}

static size_t next_piece(struct script *script, size_t left)
{
    size_t len = script->cut_random == 0 ? left : 1 + random_next(&script->cut_random) % (1 + script->cut_random % 90);

    return len < left ? len : left;
}

static void feed(struct script *script, struct actor *actor, const uint8_t *bytes, size_t len)
{
    if (script->fed_bytes > MAX_FED_BYTES)
        return;
    for (size_t at = 0, taken; at < len; at += taken) {
        const bool was_going_on = mpe_session_state(actor->session) < MPE_STATE_REJECTED;

        taken = late_feed(script, actor, bytes + at, next_piece(script, len - at));
        if (taken == 0) /* refused: the session was not told the time, either */
            return;
        after_call(script, actor, was_going_on);
    }
}

static void feed_buffer(struct script *script, struct actor *actor, struct buffer *bytes)
{
    feed(script, actor, bytes->at, bytes->len);
    buffer_free(bytes);
}

static void feed_raw(struct script *script, struct actor *actor)
{
    size_t len = input_byte(&script->input);
    const uint8_t *bytes = input_bytes(&script->input, &len);

    feed(script, actor, bytes, len);
}

static void feed_opening(struct script *script, struct actor *actor, unsigned more)
{
    struct buffer bytes = {0};

    switch (actor->protocol) {
    case MPE_PROTOCOL_RTMP:
        rtmp_handshake(&bytes);
        if (more & 1)
            rtmp_open(&actor->framing, &bytes);
        break;
    case MPE_PROTOCOL_FLV:
        flv_file_header(&bytes);
        break;
    default:
        init_segment(&bytes, more & 1);
        break;
    }
    feed_buffer(script, actor, &bytes);
}

static void read_boxes(struct script *script, struct buffer *out)
{
    size_t len = input_byte(&script->input);
    const uint8_t *bytes = input_bytes(&script->input, &len);

    boxes_build(&(struct input){bytes, bytes + len}, out, 4096);
}

static void feed_record(struct script *script, struct actor *actor)
{
    struct buffer bytes = {0};

    if (actor->protocol == MPE_PROTOCOL_RTMP)
        rtmp_record(&actor->framing, &script->input, &bytes);
    else if (actor->protocol == MPE_PROTOCOL_FLV)
        flv_record(&actor->framing, &script->input, &bytes);
    else
        read_boxes(script, &bytes);
    feed_buffer(script, actor, &bytes);
}

/* The frames of a stretch: how many, how far apart on the wire and on the clock. */
static void feed_run(struct script *script, struct actor *actor, unsigned more)
{
    static const uint32_t steps_ms[4] = {33, 1000, 0, 16};
    unsigned count = input_byte(&script->input) % 64, canned = input_byte(&script->input) % CANNED_COUNT;
    uint32_t step_ms = steps_ms[more];
    int64_t clock_us = (int64_t)input_byte(&script->input) * 1000;

    for (unsigned i = 0; i < count; i++) {
        struct buffer bytes = {0};

        if (script->now_us < INT64_MAX - clock_us)
            script->now_us += clock_us;
        if (actor->protocol == MPE_PROTOCOL_RTMP)
            rtmp_canned(&actor->framing, canned != 0 ? canned : CANNED_KEY_FRAME, step_ms, &bytes);
        else if (actor->protocol == MPE_PROTOCOL_FLV)
            flv_canned(&actor->framing, canned != 0 ? canned : CANNED_KEY_FRAME, step_ms, &bytes);
        else
            media_fragment(&bytes, actor->media_us, step_ms, canned);
        actor->media_us += step_ms;
        feed_buffer(script, actor, &bytes);
    }
}

static void pass_time(struct script *script, unsigned more)
{
    static const int64_t units_us[4] = {1000, 100000, 10000000, 3600000000};
    int64_t step_us = (int64_t)input_byte(&script->input) * units_us[more];

    if (more == 3 && step_us == 255 * units_us[3])
        script->now_us = INT64_MAX;
    else if (script->now_us < INT64_MAX - step_us)
        script->now_us += step_us;
}

static void tick(struct script *script, struct actor *actor, bool exactly)
{
    bool was_going_on = mpe_session_state(actor->session) < MPE_STATE_REJECTED;
    int64_t due_us = mpe_session_deadline(actor->session);

    if (exactly && due_us != INT64_MAX && due_us > script->now_us)
        script->now_us = due_us;
    CALL(script, mpe_session_tick(actor->session, script->now_us), actor->finished ? MPE_BAD_STATE : MPE_OK);
    after_call(script, actor, was_going_on);
}

static void finish(struct script *script, struct actor *actor, unsigned more)
{
    static const int32_t codes[4] = {0, MPI_REST_API_CHANNEL_RESET, MPI_SYSTEM_MAINTENANCE, 0};
    bool was_going_on = mpe_session_state(actor->session) < MPE_STATE_REJECTED;

    CALL(script, mpe_session_finish(actor->session, codes[more], script->now_us),
         actor->finished ? MPE_BAD_STATE : MPE_OK);
    actor->finished = true;
    after_call(script, actor, was_going_on);
}

static void name_url(struct script *script, struct actor *actor)
{
    static const char *const urls[4] = {"/live/" PLANTED_SECRET "-app/ingest.isml/Streams(" PLANTED_NAME ")",
                                        "https://u:" PLANTED_SECRET "@h/" PLANTED_SECRET "/x.isml?" PLANTED_SECRET, "/",
                                        NULL};
    size_t len = input_byte(&script->input);
    const char *known = urls[len & 3];
    bool was_going_on = mpe_session_state(actor->session) < MPE_STATE_REJECTED;
    char text[256] = "/";

    if (known == NULL) {
        const uint8_t *bytes = input_bytes(&script->input, &len);
        if (len > 0)
            memcpy(text + 1, bytes, len < 254 ? len : 254);
    }
    script->failed_before = script->memory->failed;
    const mpe_status status = mpe_session_url(actor->session, known != NULL ? known : text);
    late_answer(script, actor, status, actor->finished || actor->fed_bytes > 0 ? MPE_BAD_STATE : MPE_OK);
    if (status != MPE_NO_MEMORY)
        check_memory(script, actor, was_going_on);
}

/* The calls that stand beside feed. */
static void step_late(struct script *script, struct actor *actor)
{
    const bool was_going_on = actor->session != NULL && mpe_session_state(actor->session) < MPE_STATE_REJECTED;
    const unsigned choice = input_byte(&script->input);

    if (actor->session == NULL)
        return;
    if (choice & 128 ? late_next_body(script, actor, choice) : late_bind(script, actor, choice))
        after_call(script, actor, was_going_on);
    poll(script, actor);
}

static void step_session(struct script *script, struct actor *actor, unsigned what, unsigned more)
{
    if (actor->session == NULL)
        return;
    switch (what) {
    case 0:
        feed_raw(script, actor);
        break;
    case 1:
    case 2:
    case 3:
        feed_record(script, actor);
        break;
    case 4:
        feed_opening(script, actor, more);
        break;
    case 5:
    case 6:
        feed_run(script, actor, more);
        break;
    case 7:
    case 8:
        tick(script, actor, more & 1);
        break;
    case 9:
        finish(script, actor, more);
        break;
    case 10:
        name_url(script, actor);
        break;
    case 11:
        check_tracks(script, actor);
        check_ending(script, actor);
        break;
    case 12:
        free_actor(actor);
        return;
    default:
        break;
    }
    if (what != 8) /* findings may wait */
        poll(script, actor);
}

/* The channel changes while its sessions run. What tells how to poll, and whose time it is, stays as it began. */
static void change_channel(struct script *script)
{
    static const char *const video[4] = {"avc1 fmp4:hvc1 av01", "*", "", "hev1"};
    static const char *const audio[4] = {"mp4a Opus", "rtmp:mp4a", "", "*"};
    const unsigned choice = input_byte(&script->input), more = choice >> 3;
    const int32_t param = mpe_param_at(input_byte(&script->input) % mpe_param_count());
    mpe_channel_sums sums = {.struct_size = sizeof(sums)};
    mpe_status status;

    switch (choice & 7) {
    case 0:
        status = mpe_channel_disallow(script->channel, more & 1 ? "2001:db8::/32" : NULL);
        PROMISE(status == MPE_OK || status == MPE_BAD_INDEX || status == MPE_NO_MEMORY, "%d", (int)status);
        break;
    case 1:
        CALL(script, mpe_channel_set_text(script->channel, MPE_TEXT_VIDEO_CODECS, video[more & 3]), MPE_OK);
        break;
    case 2:
        CALL(script, mpe_channel_set_text(script->channel, MPE_TEXT_AUDIO_CODECS, audio[more & 3]), MPE_OK);
        break;
    case 3:
        CALL(script, mpe_channel_totals(script->channel, &sums), MPE_OK);
        PROMISE(sums.sessions >= 0 && sums.active_sessions <= sums.sessions && sums.sessions <= ACTORS, "%d of %d",
                sums.active_sessions, sums.sessions);
        PROMISE(sums.video_qualities >= 0 && sums.audio_qualities >= 0 && sums.measured_bps >= 0 &&
                    sums.declared_bps >= 0 && sums.excess_bits >= 0,
                "less than nothing");
        break;
    default:
        if (param != MPE_PARAM_REPORT_ALL && param != MPE_PARAM_MEDIA_CLOCK &&
            param != MPE_PARAM_PUBLISH_STREAM_NAME && param != MPE_PARAM_BIND_LATE)
            CALL(script, mpe_channel_set(script->channel, param, choose_value(param, script->kind, more)), MPE_OK);
        break;
    }
}

static void step(struct script *script)
{
    unsigned byte = input_byte(&script->input), what = byte & 15, more = byte >> 6;
    struct actor *actor = &script->actors[byte >> 4 & 3];

    if (what == 13)
        pass_time(script, more);
    else if (what == 14)
        open_actor(script, actor, more);
    else if (what == 15 && more == 3) {
        mpe_channel_free(script->channel);
        script->channel = NULL;
    } else if (what == 15 && more == 2 && script->channel != NULL)
        change_channel(script);
    else if (what == 15 && more == 1)
        step_late(script, actor);
    else if (what == 15 && script->channel != NULL)
        CALL(script, mpe_channel_allow(script->channel, input_byte(&script->input) & 1 ? NULL : "2001:db8::/32"),
             MPE_OK);
    else
        step_session(script, actor, what, more);
}

static void end_actor(struct script *script, struct actor *actor)
{
    if (actor->session == NULL)
        return;
    poll(script, actor);
    check_tracks(script, actor);
    check_ending(script, actor);
    if (!actor->finished)
        finish(script, actor, 0);
    poll(script, actor);
    check_ending(script, actor);
    free_actor(actor);
}

/* With memory again, the same channel takes a session that is not told that memory ran out. */
static void check_recovery(struct script *script)
{
    struct buffer bytes = {0};
    struct actor actor = {.protocol = MPE_PROTOCOL_FLV};
    mpe_error error = {.struct_size = sizeof(error)};

    if (script->memory->fails_at == 0 || script->channel == NULL)
        return;
    script->memory->fails_at = 0;
    CALL(script, mpe_session_new(&actor.session, script->channel, MPE_PROTOCOL_FLV, NULL, "after", 0), MPE_OK);
    flv_file_header(&bytes);
    flv_canned(&actor.framing, CANNED_METADATA, 0, &bytes);
    flv_canned(&actor.framing, CANNED_AVC_HEADER, 0, &bytes);
    flv_canned(&actor.framing, CANNED_KEY_FRAME, 0, &bytes);
    CALL(script, mpe_session_feed(actor.session, bytes.at, bytes.len, 0), MPE_OK);
    buffer_free(&bytes);
    while (mpe_session_poll_error(actor.session, &error) == MPE_EVENT)
        PROMISE(error.reason != MPE_REASON_OUT_OF_MEMORY, "%s", error.message);
    mpe_session_free(actor.session);
}

uint64_t session_script(const uint8_t *data, size_t size, uint64_t cut_seed, struct memory *memory)
{
    struct script script = {.input = {data, data + size}, .memory = memory, .cut_random = cut_seed, .hash = HASH_SEED};

    framing_canned();
    if (make_channel(&script)) {
        for (int steps = 0; steps < MAX_STEPS && input_left(&script.input) > 0; steps++)
            step(&script);
        for (int i = 0; i < ACTORS; i++)
            end_actor(&script, &script.actors[i]);
        check_recovery(&script);
    }
    mpe_channel_free(script.channel);
    mpe_channel_free(script.other);
    PROMISE(memory->blocks == 0, "%zu blocks were not released", memory->blocks);
    return script.hash;
}
