/* What a channel says to its fleet, and hears of it. */
#include "fleet_member.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#define REFRESH_US          2500000
#define TOGETHER_US         250000
#define LEASE_US            (FLEET_LEASE_MS * INT64_C(1000))
#define DIGEST_BYTES        32
#define DIGEST_TEXT_BYTES   (2 * DIGEST_BYTES + 1)
#define KEY_DIGITS          32 /* of the digest */
#define MOST_IDENTITY_BYTES 2048

int64_t fleet_now_us(void)
{
    return (int64_t)(uv_hrtime() / 1000);
}

void fleet_holds(const struct fleet_common *common)
{
    if (common->memory != NULL) {
        common->memory->holder = NULL;
    }
}

/* ---------------------------------------------------------------- what is heard */

static void take_share(struct fleet_member *member, const char *share, size_t bytes)
{
    struct fleet_common *const common = member->common;
    const int64_t at_us = fleet_now_us();
    fleet_holds(common);
    const mpe_status status =
        mpe_channel_remote(member->channel, share, bytes, fleet_clock_us(&common->clock, at_us), LEASE_US, at_us);
    if (status == MPE_OK) {
        common->shares++;
        common->has_heard = true;
    } else if (status != MPE_STALE) {
        loss_count(&common->refused, mpe_status_text(status));
    }
}

static void take_shares(struct fleet_member *member, const struct fleet_answer *answer)
{
    for (size_t i = 0; i < answer->share_count; i++) {
        size_t bytes = 0;
        const char *const share = fleet_script_share(answer, i, &bytes);
        if (share != NULL) {
            take_share(member, share, bytes);
        }
    }
    snprintf(member->since, sizeof(member->since), "%s", answer->since);
}

/* What another has published: its number, and its share, or nothing where it has left. */
static void take_news(struct fleet_member *member, const char *bytes, size_t length)
{
    struct fleet_common *const common = member->common;
    char edge[FLEET_EDGE_DIGITS + 1] = "";
    if (length < FLEET_EDGE_DIGITS || memcmp(bytes, common->edge_text, FLEET_EDGE_DIGITS) == 0) {
        return;
    }
    if (length > FLEET_EDGE_DIGITS) {
        take_share(member, bytes + FLEET_EDGE_DIGITS, length - FLEET_EDGE_DIGITS);
        return;
    }
    memcpy(edge, bytes, FLEET_EDGE_DIGITS);
    fleet_holds(common);
    mpe_channel_remote_gone(member->channel, strtoull(edge, NULL, 16), fleet_now_us());
}

void fleet_member_hear(struct fleet_member *member, const char *bytes, size_t length)
{
    if (member->is_on && bytes == NULL) {
        member->refresh_us = 0; /* what came between its first report and now was not published to it */
    } else if (member->is_on) {
        take_news(member, bytes, length);
    }
}

/* --------------------------------------------------------------- what is said */

static void free_if_done(struct fleet_member *member)
{
    if (member->channel == NULL && member->answers_due == 0) {
        free(member);
    }
}

static void count_answer(struct fleet_common *common, const struct fleet_member *member,
                         const struct fleet_answer *answer)
{
    fleet_link_answered(common->link);
    common->script_is_known = true;
    common->answered_us = fleet_now_us();
    common->reports++;
    if (member->answers_due == 0) {
        fleet_clock_learn(&common->clock, answer->there_us, member->asked_us, common->answered_us);
    }
}

static void take_answer(struct fleet_member *member, const redisReply *reply)
{
    struct fleet_common *const common = member->common;
    struct fleet_answer answer;
    if (fleet_script_is_unknown(reply)) {
        fleet_link_answered(common->link);
        common->script_is_known = false;
        member->is_news = true;
    } else if (!fleet_script_read(reply, &answer)) {
        fleet_link_fail(common->link, reply->type == REDIS_REPLY_ERROR ? reply->str : "it answers what was not asked");
    } else {
        count_answer(common, member, &answer);
        if (member->channel != NULL && member->is_on) {
            take_shares(member, &answer);
        }
    }
}

static void on_answer(redisAsyncContext *context, void *answer, void *user)
{
    struct fleet_member *const member = user;
    (void)context;
    member->answers_due--;
    if (answer != NULL) {
        take_answer(member, answer);
    }
    free_if_done(member);
}

/* share NULL: it leaves. */
static void ask(struct fleet_member *member, const void *share, size_t bytes)
{
    struct fleet_common *const common = member->common;
    const struct fleet_question question = {.key = member->key,
                                            .edge = common->edge_text,
                                            .share = share,
                                            .share_bytes = bytes,
                                            .is_news = share == NULL || member->is_news,
                                            .since = member->since};
    member->asked_us = fleet_now_us();
    member->answers_due += fleet_script_ask(common->link, &question,
                                            common->script_is_known ? common->script_hash : NULL, on_answer, member)
                               ? 1
                               : 0;
}

/* Some channels together, which is cheaper than each alone; but not all at one time, nor all edges. */
static int64_t next_refresh_us(const struct fleet_common *common, int64_t at_us)
{
    const int64_t phase_us = (int64_t)(common->edge % TOGETHER_US);
    const int64_t next_us = at_us + REFRESH_US;
    return next_us - (next_us + phase_us) % TOGETHER_US;
}

static void report(struct fleet_member *member, int64_t at_us)
{
    struct fleet_common *const common = member->common;
    size_t bytes = 0;
    if (mpe_channel_share(member->channel, at_us, fleet_clock_us(&common->clock, at_us), common->buffer,
                          sizeof(common->buffer), &bytes) == MPE_OK) {
        ask(member, common->buffer, bytes);
        member->is_news = member->answers_due == 0;
        member->refresh_us = next_refresh_us(common, at_us);
    }
}

/* ------------------------------------------------------------ whether it is there */

static void subscribe(const struct fleet_member *member, void (*how)(struct fleet_link *link, const char *channel))
{
    char name[FLEET_NEWS_BYTES];
    fleet_script_news_name(member->key, name);
    how(member->common->link, name);
}

static void enter(struct fleet_member *member)
{
    member->is_on = true;
    member->common->on++;
    member->refresh_us = 0;
    snprintf(member->since, sizeof(member->since), "0");
    subscribe(member, fleet_link_subscribe);
}

static void leave(struct fleet_member *member)
{
    member->is_on = false;
    member->common->on--;
    subscribe(member, fleet_link_unsubscribe);
    ask(member, NULL, 0);
}

static bool has_sessions(const mpe_channel *channel)
{
    mpe_channel_sums sums = {.struct_size = sizeof(sums)};
    return mpe_channel_totals(channel, &sums) == MPE_OK && sums.sessions > 0;
}

static void note_change(struct fleet_member *member)
{
    const bool is_used = has_sessions(member->channel);
    member->is_news = true;
    if (is_used && !member->is_on) {
        enter(member);
    } else if (!is_used && member->is_on) {
        leave(member);
    }
}

void fleet_member_look(struct fleet_member *member, int64_t now_us)
{
    const struct fleet_common *const common = member->common;
    const uint64_t revision = mpe_channel_share_revision(member->channel, now_us);
    if (revision != member->revision) {
        member->revision = revision;
        note_change(member);
    }
    const bool is_due = member->is_on && (member->is_news || now_us >= member->refresh_us);
    if (is_due && member->answers_due == 0 && common->knows_time && fleet_link_is_up(common->link)) {
        report(member, now_us);
    }
}

void fleet_member_begin(struct fleet_member *member)
{
    if (member->is_on) {
        member->common->on--;
        enter(member);
    }
}

void fleet_member_leave(struct fleet_member *member)
{
    if (member->is_on) {
        leave(member);
    }
    member->channel = NULL;
    free_if_done(member);
}

/* ------------------------------------------------------------------- its name */

/* The channel's name in the fleet: nobody without the key can find out whose it is. false: it is too long. */
static bool write_digest(const struct fleet_common *common, const mpe_channel *channel, const char *name,
                         const char *stream_name, char text[DIGEST_TEXT_BYTES])
{
    char identity[MOST_IDENTITY_BYTES];
    unsigned char digest[DIGEST_BYTES];
    mpe_channel_sums sums = {.struct_size = sizeof(sums)};
    mpe_channel_totals(channel, &sums);
    const int length = snprintf(identity, sizeof(identity), "channel\n%d\n%s\n%s", (int)sums.kind, name, stream_name);
    if (length >= (int)sizeof(identity)) {
        return false;
    }
    HMAC(EVP_sha256(), common->key, FLEET_KEY_BYTES, (const unsigned char *)identity, (size_t)length, digest, NULL);
    for (size_t i = 0; i < sizeof(digest); i++) {
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    }
    return true;
}

struct fleet_member *fleet_member_new(struct fleet_common *common, mpe_channel *channel, const char *name,
                                      const char *stream_name)
{
    char digest[DIGEST_TEXT_BYTES];
    struct fleet_member *const member = calloc(1, sizeof(*member));
    fleet_holds(common);
    if (member == NULL || !write_digest(common, channel, name, stream_name, digest) ||
        mpe_channel_fleet(channel, common->key, FLEET_KEY_BYTES, digest, common->edge) != MPE_OK) {
        free(member);
        return NULL;
    }
    member->common = common;
    member->channel = channel;
    snprintf(member->key, sizeof(member->key), "mpe:{%.*s}", KEY_DIGITS, digest);
    return member;
}
