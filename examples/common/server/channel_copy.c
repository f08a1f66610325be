/* Copies the parameters and actions that differ: limits of sums count at once, all others for who comes later. */
#include "channel_copy.h"

#include "config.h"

static bool is_same_kind(const mpe_channel *one, const mpe_channel *other)
{
    mpe_channel_sums of_one = {.struct_size = sizeof(of_one)};
    mpe_channel_sums of_other = {.struct_size = sizeof(of_other)};
    return mpe_channel_totals(one, &of_one) == MPE_OK && mpe_channel_totals(other, &of_other) == MPE_OK &&
           of_one.kind == of_other.kind;
}

static bool copy_param(mpe_channel *channel, const mpe_channel *from, int32_t param)
{
    int64_t has = 0;
    int64_t wanted = 0;
    mpe_channel_get(channel, param, &has);
    mpe_channel_get(from, param, &wanted);
    return has == wanted || mpe_channel_set(channel, param, wanted) == MPE_OK;
}

static bool copy_action(mpe_channel *channel, const mpe_channel *from, int32_t code)
{
    int32_t has = 0;
    int32_t wanted = 0;
    if (mpe_channel_get_action(from, code, &wanted) != MPE_OK ||
        mpe_channel_get_action(channel, code, &has) != MPE_OK) {
        return true; /* an ending has none */
    }
    return has == wanted || mpe_channel_set_action(channel, code, wanted) == MPE_OK;
}

bool channel_copy(mpe_channel *channel, const mpe_channel *from)
{
    bool is_done = is_same_kind(channel, from);
    for (int32_t i = 0; is_done && i < mpe_param_count(); i++) {
        is_done = copy_param(channel, from, mpe_param_at(i));
    }
    for (int32_t i = 0; is_done && config_code_at(i) != 0; i++) {
        is_done = copy_action(channel, from, config_code_at(i));
    }
    return is_done;
}
