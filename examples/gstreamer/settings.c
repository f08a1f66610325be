/* The property "settings" of mpecheck: its text, read into a channel. */
#include "settings.h"

#include <string.h>

static gchar *say_names(const gchar *name)
{
    GString *why = g_string_new(NULL);
    g_string_append_printf(why, "settings: there is no parameter \"%s\"; there are:", name);
    for (gint32 i = 0; i < mpe_param_count(); i++)
        g_string_append_printf(why, " %s", mpe_param_name(mpe_param_at(i)));
    return g_string_free(why, FALSE);
}

static gchar *say_bounds(gint32 param, const gchar *text)
{
    int64_t min = 0, max = 0;
    mpe_param_bounds(param, MPE_ENCODING, &min, &max, NULL);
    return g_strdup_printf("settings: %s=%s: give a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                           " (%s)",
                           mpe_param_name(param), text, (gint64)min, (gint64)max, mpe_param_unit(param));
}

static gchar *apply_one(mpe_channel *channel, const gchar *setting, gboolean *sets_clock)
{
    gchar **pair = g_strsplit(setting, "=", 2);
    gchar *why = NULL;
    if (pair[0] == NULL || pair[1] == NULL) {
        why = g_strdup_printf("settings: \"%s\": write NAME=VALUE, as in max_width_px=1280", setting);
    } else {
        const gint32 param = mpe_param_by_name(g_strstrip(pair[0]));
        gint64 value = 0;
        if (param <= 0)
            why = say_names(pair[0]);
        else if (!g_ascii_string_to_signed(g_strstrip(pair[1]), 10, G_MININT64, G_MAXINT64, &value, NULL) ||
                 mpe_channel_set(channel, param, value) != MPE_OK)
            why = say_bounds(param, pair[1]);
        *sets_clock |= param == MPE_PARAM_MEDIA_CLOCK;
    }
    g_strfreev(pair);
    return why;
}

gchar *settings_apply(mpe_channel *channel, const gchar *settings, gboolean *sets_clock)
{
    gchar **each = g_strsplit(settings == NULL ? "" : settings, ",", -1);
    gchar *why = NULL;
    *sets_clock = FALSE;
    for (gsize i = 0; each[i] != NULL && why == NULL; i++)
        why = apply_one(channel, each[i], sets_clock);
    g_strfreev(each);
    return why;
}
