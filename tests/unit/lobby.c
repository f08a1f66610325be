/* A lobby, two channels, one session, and the blocks that they have. */
#include "lobby.h"

#include <check.h>
#include <stdlib.h>

mpe_channel *lobby, *north, *south;
mpe_session *session;
struct out out;
long allocations_left;
static long blocks;

static void *allocate(void *user, size_t size_bytes)
{
    (void)user;
    if (allocations_left == 0)
        return NULL;
    allocations_left -= allocations_left > 0;
    blocks++;
    return malloc(size_bytes);
}

static void release(void *user, void *block)
{
    (void)user;
    blocks -= block != NULL;
    free(block);
}

const mpe_allocator lobby_allocator = {
    .struct_size = sizeof(lobby_allocator), .allocate = allocate, .release = release};

static mpe_channel *make_channel(const char *app)
{
    mpe_channel *channel;
    ck_assert_int_eq(mpe_channel_new(&channel, MPE_ENCODING, &lobby_allocator), MPE_OK);
    ck_assert_int_eq(mpe_channel_set_text(channel, MPE_TEXT_APP, app), MPE_OK);
    return channel;
}

void lobby_setup(void)
{
    allocations_left = -1;
    blocks = 0;
    lobby = make_channel("nobody/expects/this/of/a/lobby");
    ck_assert_int_eq(mpe_channel_set(lobby, MPE_PARAM_BIND_LATE, 1), MPE_OK);
    north = make_channel("live/north");
    south = make_channel("live/south");
    session = NULL;
    out.len = 0;
}

void lobby_teardown(void)
{
    mpe_session_free(session);
    mpe_channel_free(lobby);
    mpe_channel_free(north);
    mpe_channel_free(south);
    out_free(&out);
    ck_assert_int_eq(blocks, 0);
}

mpe_error poll_error(void)
{
    mpe_error error = {.struct_size = sizeof(error)};
    if (mpe_session_poll_error(session, &error) != MPE_EVENT)
        error.code = 0;
    return error;
}

mpe_channel_sums sums_of(const mpe_channel *channel)
{
    mpe_channel_sums sums = {.struct_size = sizeof(sums)};
    ck_assert_int_eq(mpe_channel_totals(channel, &sums), MPE_OK);
    return sums;
}
