/* Keeps what a session of a lobby names. */
#include "session/late.h"

#include <string.h>

bool mpe_late_begin(struct mpe_session *session)
{
    session->late = mpe_mem_new(session->tools.mem, sizeof(*session->late));
    if (session->late == NULL)
        return false;
    mpe_channel_retain(session->channel);
    session->late->lobby = session->channel;
    return true;
}

static void free_text(const struct mpe_mem *mem, struct mpe_span *text)
{
    mpe_mem_free(mem, (void *)text->bytes); /* what is kept is ours */
    *text = (struct mpe_span){NULL, 0};
}

mpe_channel *mpe_late_free(struct mpe_session *session)
{
    const struct mpe_mem *const mem = session->tools.mem;
    struct mpe_late_binding *const late = session->late;
    if (late == NULL)
        return NULL;
    mpe_channel *const lobby = late->lobby;
    free_text(mem, &late->connect.name);
    free_text(mem, &late->connect.url);
    free_text(mem, &late->publish.name);
    free_text(mem, &late->url);
    mpe_mem_free(mem, late);
    return lobby;
}

/* In the place of what was kept, which is empty where there is no memory: false then. */
static bool keep_text(const struct mpe_mem *mem, struct mpe_span *kept, struct mpe_span text)
{
    free_text(mem, kept);
    uint8_t *const bytes = mpe_mem_new(mem, text.len + 1);
    if (bytes == NULL)
        return false;
    if (text.len > 0)
        memcpy(bytes, text.bytes, text.len);
    *kept = (struct mpe_span){bytes, text.len};
    return true;
}

/* The unit with texts of its own. */
static void keep_unit(struct mpe_turn *turn, struct mpe_unit *kept)
{
    const struct mpe_mem *const mem = turn->session->tools.mem;
    struct mpe_span name = kept->name;
    struct mpe_span url = kept->url;
    const bool has_name = keep_text(mem, &name, turn->unit->name);
    const bool has_url = turn->unit->url.len == 0 || keep_text(mem, &url, turn->unit->url);
    *kept = *turn->unit;
    kept->name = name;
    kept->url = url;
    if (!has_name || !has_url)
        mpe_turn_fail(turn, MPE_REASON_OUT_OF_MEMORY, "what a session names",
                      (int64_t)(turn->unit->name.len + turn->unit->url.len), 0);
}

bool mpe_late_keep(struct mpe_turn *turn)
{
    struct mpe_late_binding *const late = turn->session->late;
    if (turn->unit->kind == MPE_UNIT_CONNECT) {
        keep_unit(turn, &late->connect);
        return !late->is_bound;
    }
    if (turn->unit->kind != MPE_UNIT_PUBLISH)
        return false;
    keep_unit(turn, &late->publish);
    turn->session->is_named = true;
    return true;
}

bool mpe_late_keep_url(struct mpe_session *session, struct mpe_span url)
{
    return keep_text(session->tools.mem, &session->late->url, url);
}
