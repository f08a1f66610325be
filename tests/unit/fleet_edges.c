/* One channel on three edges. */
#include "fleet_edges.h"

#include <check.h>
#include <string.h>

const uint8_t fleet_key[MPE_FLEET_KEY_BYTES] = "0123456789abcdef0123456789abcde";
mpe_channel *channels[EDGES];
struct mpe_part parts[EDGES][EDGE_PARTS];
struct mpe_totals totals;
uint8_t bytes[MPE_SHARE_MAX_BYTES];
size_t len;

void begin_fleet(int32_t kind)
{
    memset(parts, 0, sizeof(parts));
    for (uint64_t i = 0; i < EDGES; i++) {
        ck_assert_int_eq(mpe_channel_new(&channels[i], kind, NULL), MPE_OK);
        ck_assert_int_eq(mpe_channel_fleet(channels[i], fleet_key, sizeof(fleet_key), "studio", i + 1), MPE_OK);
    }
}

void end_fleet(void)
{
    for (int i = 0; i < EDGES; i++) {
        for (int k = 0; k < EDGE_PARTS; k++)
            mpe_channel_part_leave(channels[i], &parts[i][k]);
        mpe_channel_free(channels[i]);
    }
}

void share_at(int edge, int64_t now_us)
{
    ck_assert_int_eq(mpe_channel_share(channels[edge], now_us, FLEET_US + now_us, bytes, sizeof(bytes), &len), MPE_OK);
}

mpe_status take_at(int edge, int64_t now_us)
{
    return mpe_channel_remote(channels[edge], bytes, len, FLEET_US + now_us, LEASE_US, now_us);
}

void tell(int from, int to, int64_t now_us)
{
    share_at(from, now_us);
    ck_assert_int_eq(take_at(to, now_us), MPE_OK);
}

bool hold(int edge, int part, int32_t width_px, int64_t now_us)
{
    struct mpe_quality_key quality;
    bool is_new;
    memset(&quality, 0, sizeof(quality));
    quality.media = MPE_MEDIA_VIDEO;
    quality.width_px = width_px;
    ck_assert(mpe_channel_hold(channels[edge], &parts[edge][part], 0, &quality, now_us, &is_new, &totals));
    return is_new;
}

void rate(int edge, int part, int64_t bps, int64_t now_us)
{
    const struct mpe_entry rates = {.measured_bps = bps, .declared_bps = bps / 2};
    ck_assert(mpe_channel_rates(channels[edge], &parts[edge][part], 0, &rates, now_us, &totals));
}

void name(int edge, int part, const char *text)
{
    ck_assert(
        mpe_channel_name(channels[edge], &parts[edge][part], (struct mpe_span){(const uint8_t *)text, strlen(text)}));
}

unsigned signals(int edge, int part)
{
    return mpe_part_signals(&parts[edge][part]);
}

mpe_channel_sums sums(int edge)
{
    mpe_channel_sums sums = {.struct_size = sizeof(sums)};
    ck_assert_int_eq(mpe_channel_totals(channels[edge], &sums), MPE_OK);
    return sums;
}
