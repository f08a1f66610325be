/* Keeps counters, conditions and samples of channels and sessions, and copies them into a snapshot. */
#include "admin_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpe/share.h>

#include "hash.h"

#define OTHERS "(others)"

struct channel_record {
    UT_hash_handle hh;
    unsigned index;
    char name[SNAPSHOT_NAME_BYTES];
    uint64_t received_bytes[SNAPSHOT_PROTOCOLS];
};

struct session_record {
    UT_hash_handle hh;
    char id[SNAPSHOT_ID_BYTES];
    uint64_t round; /* of the last snapshot it was in, or will be in */
    int32_t protocol;
    uint64_t received_bytes;
    int64_t first_media_us; /* of its first track, and when; 0: none was seen yet */
    int64_t first_seen_us;
    uint64_t key_frames[SNAPSHOT_TRACKS];
    int64_t key_media_us[SNAPSHOT_TRACKS]; /* where the last of them was seen */
    int64_t sampled_us;
    uint64_t sampled_bytes;
    struct snapshot_history history;
    unsigned condition_count;
    struct snapshot_condition conditions[SNAPSHOT_CONDITIONS];
};

struct ending_key {
    unsigned channel;
    int32_t event;
    int32_t code;
    int32_t reason;
};

struct ending_record {
    UT_hash_handle hh;
    struct ending_key key;
    uint64_t count;
};

/* ---------------------------------------------------------------- channels */

static struct channel_record *new_channel(struct admin_records *records, const char *name)
{
    struct channel_record *const record = calloc(1, sizeof(*record));
    if (record == NULL) {
        return NULL;
    }
    snprintf(record->name, sizeof(record->name), "%s", name);
    record->index = (unsigned)records->channel_count;
    bool added = true;
    HASH_ADD_STR(records->channels, name, record);
    if (!added) {
        free(record);
        return NULL;
    }
    records->channel_count++;
    return record;
}

/* NULL: no memory. */
static struct channel_record *find_channel(struct admin_records *records, const char *name)
{
    struct channel_record *found = NULL;
    char key[SNAPSHOT_NAME_BYTES];
    snprintf(key, sizeof(key), "%s", records->channel_count < ADMIN_MOST_CHANNELS ? name : OTHERS);
    HASH_FIND_STR(records->channels, key, found);
    if (found == NULL && records->channel_count >= ADMIN_MOST_CHANNELS) {
        HASH_FIND_STR(records->channels, name, found);
    }
    return found != NULL ? found : new_channel(records, key);
}

/* ---------------------------------------------------------------- sessions */

/* NULL: no memory. */
static struct session_record *find_session(struct admin_records *records, const char *id)
{
    struct session_record *found = NULL;
    HASH_FIND_STR(records->sessions, id, found);
    if (found != NULL) {
        return found;
    }
    found = calloc(1, sizeof(*found));
    if (found == NULL) {
        return NULL;
    }
    snprintf(found->id, sizeof(found->id), "%s", id);
    found->round = records->round;
    bool added = true;
    HASH_ADD_STR(records->sessions, id, found);
    if (!added) {
        free(found);
        return NULL;
    }
    records->session_count++;
    return found;
}

static void forget_session(struct admin_records *records, struct session_record *record)
{
    HASH_DEL(records->sessions, record);
    records->session_count--;
    free(record);
}

static void count_bytes(struct channel_record *channel, struct session_record *record, uint64_t bytes)
{
    const int32_t index = record->protocol >= 0 && record->protocol < SNAPSHOT_PROTOCOLS ? record->protocol : 0;
    channel->received_bytes[index] += bytes > record->received_bytes ? bytes - record->received_bytes : 0;
    record->received_bytes = bytes;
}

static uint32_t video_mfps(const struct snapshot_session *session)
{
    for (unsigned i = 0; i < session->track_count; i++) {
        if (session->tracks[i].seen.media == MPE_MEDIA_VIDEO) {
            return (uint32_t)session->tracks[i].seen.measured_mfps;
        }
    }
    return 0;
}

static void add_sample(struct snapshot_history *history, uint32_t kbps, uint32_t mfps)
{
    if (history->count == SNAPSHOT_SAMPLES) {
        memmove(history->kbps, history->kbps + 1, sizeof(history->kbps) - sizeof(history->kbps[0]));
        memmove(history->mfps, history->mfps + 1, sizeof(history->mfps) - sizeof(history->mfps[0]));
        history->count--;
    }
    history->kbps[history->count] = kbps;
    history->mfps[history->count++] = mfps;
}

static void sample(struct session_record *record, const struct snapshot_session *session, int64_t opened_us,
                   int64_t now_us)
{
    const int64_t since_us = record->sampled_us != 0 ? record->sampled_us : opened_us;
    const int64_t passed_us = now_us - since_us;
    if (passed_us < (record->sampled_us != 0 ? SNAPSHOT_SAMPLE_US : 1000000)) {
        return;
    }
    const uint64_t bytes = session->received_bytes - record->sampled_bytes;
    add_sample(&record->history, (uint32_t)((double)bytes * 8000 / (double)passed_us), video_mfps(session));
    record->sampled_us = now_us;
    record->sampled_bytes = session->received_bytes;
}

/* The mean over what was seen; a look a second finds the last key frame within a second. */
static int64_t mean_interval_us(struct session_record *record, unsigned index, const mpe_track *seen)
{
    if (seen->media != MPE_MEDIA_VIDEO) {
        return 0;
    }
    if (seen->key_frames != record->key_frames[index]) {
        record->key_frames[index] = seen->key_frames;
        record->key_media_us[index] = seen->media_us;
    }
    return seen->key_frames >= 2 ? record->key_media_us[index] / (int64_t)(seen->key_frames - 1) : 0;
}

static void copy_tracks(struct session_record *record, struct snapshot_session *session, const mpe_session *from)
{
    for (unsigned i = 0; i < SNAPSHOT_TRACKS; i++) {
        struct snapshot_track *const track = &session->tracks[i];
        track->seen.struct_size = sizeof(track->seen);
        if (mpe_session_track(from, (int32_t)i, &track->seen) != MPE_OK) {
            return;
        }
        track->key_frame_interval_us = mean_interval_us(record, i, &track->seen);
        session->track_count++;
    }
}

static int64_t lead_us(struct session_record *record, const struct snapshot_session *session, int64_t now_us)
{
    if (session->track_count == 0 || session->tracks[0].seen.frames == 0) {
        return 0;
    }
    const int64_t media_us = session->tracks[0].seen.media_us;
    if (record->first_seen_us == 0) {
        record->first_seen_us = now_us;
        record->first_media_us = media_us;
    }
    return (media_us - record->first_media_us) - (now_us - record->first_seen_us);
}

/* ---------------------------------------------------------------- snapshot */

struct snapshot *admin_records_begin(struct admin_records *records, int64_t at_ms)
{
    struct snapshot *const snapshot =
        snapshot_new(ADMIN_MOST_CHANNELS + 1, records->ending_count, records->session_count);
    records->round++;
    if (snapshot != NULL) {
        snapshot->at_ms = at_ms;
        snapshot->serial = records->round;
    }
    return snapshot;
}

static void read_limits(struct snapshot_channel *channel, const mpe_channel *from)
{
    int64_t has_conditions = 0;
    struct snapshot_limits *const limits = &channel->limits;
    mpe_channel_get(from, MPE_PARAM_MAX_WIDTH_PX, &limits->width_px);
    mpe_channel_get(from, MPE_PARAM_MAX_HEIGHT_PX, &limits->height_px);
    mpe_channel_get(from, MPE_PARAM_MAX_FRAME_RATE_MFPS, &limits->frame_rate_mfps);
    mpe_channel_get(from, MPE_PARAM_MAX_BIT_DEPTH, &limits->bit_depth);
    mpe_channel_get(from, MPE_PARAM_MAX_KEY_FRAME_INTERVAL_US, &limits->key_frame_interval_us);
    mpe_channel_get(from, MPE_PARAM_MAX_LEAD_US, &limits->lead_us);
    mpe_channel_get(from, MPE_PARAM_CONDITIONS, &has_conditions);
    channel->has_conditions = has_conditions != 0;
    channel->sums.struct_size = sizeof(channel->sums);
    channel->is_on = mpe_channel_totals(from, &channel->sums) == MPE_OK;
}

static void add_edge(struct snapshot *snapshot, struct snapshot_channel *channel, const mpe_edge_sums *sums,
                     int64_t now_us)
{
    struct snapshot_edge *const edge = channel->edges < SNAPSHOT_EDGES ? snapshot_add_edge(snapshot) : NULL;
    channel->edges++;
    if (edge != NULL) {
        channel->edges_shown++;
        *edge = (struct snapshot_edge){.number = sums->edge,
                                       .sessions = sums->sessions,
                                       .measured_bps = sums->measured_bps,
                                       .declared_bps = sums->declared_bps,
                                       .age_us = now_us - sums->written_us};
    }
}

/* The other processes of the fleet, as the channel knows them. */
static void read_edges(struct snapshot *snapshot, struct snapshot_channel *channel, const struct admin_view *view)
{
    mpe_edge_sums sums = {.struct_size = sizeof(sums)};
    channel->first_edge = snapshot->edge_count;
    while (mpe_channel_edge(view->channel, (int32_t)channel->edges, &sums) == MPE_OK) {
        add_edge(snapshot, channel, &sums, view->now_us);
    }
}

/* What the encoder says of time is measured by the wall clock of the last look: it may have been set since. */
static int64_t encode_to_ingest_us(const struct admin_view *view)
{
    mpe_health_snapshot health = {.struct_size = sizeof(health), .encode_to_ingest_us = MPE_NOT_MEASURED};
    mpe_session_wall_clock(view->session, view->at_ms * 1000, view->now_us);
    mpe_session_health(view->session, &health);
    return health.encode_to_ingest_us;
}

static void fill(struct session_record *record, struct snapshot_session *session, const struct admin_view *view)
{
    memcpy(session->id, record->id, sizeof(session->id));
    peer_masked(view->channel, view->peer, session->peer, sizeof(session->peer));
    session->protocol = mpe_session_protocol(view->session);
    session->state = mpe_session_state(view->session);
    session->since_ms = view->at_ms - (view->now_us - view->opened_us) / 1000;
    session->received_bytes = view->received_bytes;
    copy_tracks(record, session, view->session);
    session->lead_us = lead_us(record, session, view->now_us);
    session->encode_to_ingest_us = encode_to_ingest_us(view);
    sample(record, session, view->opened_us, view->now_us);
    session->history = record->history;
    session->condition_count = record->condition_count;
    memcpy(session->conditions, record->conditions, sizeof(session->conditions));
}

void admin_records_add(struct admin_records *records, struct snapshot *snapshot, const struct admin_view *view)
{
    struct channel_record *const of = find_channel(records, view->channel_name);
    struct session_record *const record = find_session(records, view->id);
    if (of == NULL || record == NULL) {
        return;
    }
    record->round = records->round;
    record->protocol = mpe_session_protocol(view->session);
    count_bytes(of, record, view->received_bytes);
    struct snapshot_session *const session = snapshot_add_session(snapshot);
    if (session == NULL) {
        return;
    }
    fill(record, session, view);
    session->channel = of->index;
    struct snapshot_channel *const channel = &snapshot->channels[of->index];
    if (!channel->is_on) {
        read_limits(channel, view->channel);
        read_edges(snapshot, channel, view);
    }
    snapshot_count_session(snapshot, session);
}

void admin_records_end(struct admin_records *records, struct snapshot *snapshot)
{
    struct session_record *one = NULL;
    struct session_record *next = NULL;
    HASH_ITER(hh, records->sessions, one, next) {
        if (one->round != records->round) {
            forget_session(records, one);
        }
    }
    for (struct channel_record *channel = records->channels; channel != NULL; channel = channel->hh.next) {
        struct snapshot_channel *const copy = &snapshot->channels[channel->index];
        memcpy(copy->name, channel->name, sizeof(copy->name));
        memcpy(copy->received_bytes, channel->received_bytes, sizeof(copy->received_bytes));
    }
    snapshot->channel_count = records->channel_count;
    for (struct ending_record *ending = records->endings; ending != NULL; ending = ending->hh.next) {
        snapshot->endings[snapshot->ending_count++] = (struct snapshot_ending){
            ending->key.channel, ending->key.event, ending->key.code, ending->key.reason, ending->count};
    }
    snapshot->refusal_count = records->refusal_count;
    memcpy(snapshot->refusals, records->refusals, sizeof(snapshot->refusals));
}

/* ------------------------------------------------------------ what happens */

static void count_ending(struct admin_records *records, const struct ending_key *key)
{
    struct ending_record *found = NULL;
    HASH_FIND(hh, records->endings, key, sizeof(*key), found);
    if (found == NULL && records->ending_count < ADMIN_MOST_ENDINGS && (found = calloc(1, sizeof(*found))) != NULL) {
        bool added = true;
        found->key = *key;
        HASH_ADD(hh, records->endings, key, sizeof(found->key), found);
        if (!added) {
            free(found);
            return;
        }
        records->ending_count++;
    }
    if (found != NULL) {
        found->count++;
    }
}

static void keep_refusal(struct admin_records *records, unsigned channel, const struct admin_ending *ending)
{
    const mpe_error *const error = ending->error;
    memmove(records->refusals + 1, records->refusals, (SNAPSHOT_REFUSALS - 1) * sizeof(records->refusals[0]));
    struct snapshot_refusal *const refusal = &records->refusals[0];
    *refusal = (struct snapshot_refusal){.at_ms = ending->at_ms,
                                         .channel = channel,
                                         .event = error->event,
                                         .code = error->code,
                                         .reason = error->reason};
    snprintf(refusal->id, sizeof(refusal->id), "%s", ending->history->id);
    snprintf(refusal->peer, sizeof(refusal->peer), "%s", ending->masked);
    snprintf(refusal->message, sizeof(refusal->message), "%s", error->message);
    records->refusal_count += records->refusal_count < SNAPSHOT_REFUSALS ? 1 : 0;
}

/* An ending that is no fault (the encoder stopped, a shutdown) is counted, and no refusal. */
void admin_records_ending(struct admin_records *records, const struct admin_ending *ending)
{
    const mpe_error *const error = ending->error;
    struct channel_record *const of = find_channel(records, ending->channel_name);
    struct session_record *const session = find_session(records, ending->history->id);
    if (of == NULL) {
        return;
    }
    const struct ending_key key = {of->index, error->event, error->code, error->reason};
    count_ending(records, &key);
    if (error->reason != MPE_REASON_ENDED) {
        keep_refusal(records, of->index, ending);
    }
    if (session != NULL) {
        session->protocol = ending->protocol;
        count_bytes(of, session, ending->history->received_bytes);
    }
}

static unsigned find_condition(const struct session_record *record, const mpe_notice *notice)
{
    unsigned i = 0;
    while (i < record->condition_count &&
           (record->conditions[i].kind != notice->kind || record->conditions[i].track != notice->track)) {
        i++;
    }
    return i;
}

static void set_condition(struct session_record *record, const mpe_notice *notice, int64_t at_ms)
{
    const unsigned i = find_condition(record, notice);
    if (i == SNAPSHOT_CONDITIONS) {
        return;
    }
    struct snapshot_condition *const condition = &record->conditions[i];
    const int64_t since_ms = i < record->condition_count ? condition->since_ms : at_ms;
    *condition = (struct snapshot_condition){.kind = notice->kind,
                                             .severity = notice->severity,
                                             .track = notice->track,
                                             .flags = notice->flags,
                                             .value = notice->value,
                                             .limit = notice->limit,
                                             .since_ms = since_ms};
    memcpy(condition->unit, notice->unit, sizeof(condition->unit));
    record->condition_count += i == record->condition_count ? 1 : 0;
}

static void clear_condition(struct session_record *record, const mpe_notice *notice)
{
    const unsigned i = find_condition(record, notice);
    if (i < record->condition_count) {
        record->conditions[i] = record->conditions[--record->condition_count];
    }
}

void admin_records_notice(struct admin_records *records, const char *id, const mpe_notice *notice, int64_t at_ms)
{
    if (notice->state == MPE_NOTICE_HAPPENED) {
        return;
    }
    struct session_record *const record = find_session(records, id);
    if (record != NULL && notice->state == MPE_NOTICE_SET) {
        set_condition(record, notice, at_ms);
    } else if (record != NULL) {
        clear_condition(record, notice);
    }
}

void admin_records_free(struct admin_records *records)
{
    struct session_record *session = NULL;
    struct session_record *next_session = NULL;
    struct channel_record *channel = NULL;
    struct channel_record *next_channel = NULL;
    struct ending_record *ending = NULL;
    struct ending_record *next_ending = NULL;
    HASH_ITER(hh, records->sessions, session, next_session) {
        forget_session(records, session);
    }
    HASH_ITER(hh, records->channels, channel, next_channel) {
        HASH_DEL(records->channels, channel);
        free(channel);
    }
    HASH_ITER(hh, records->endings, ending, next_ending) {
        HASH_DEL(records->endings, ending);
        free(ending);
    }
    memset(records, 0, sizeof(*records));
}
