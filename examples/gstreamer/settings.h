/* The property "settings" of mpecheck. */
#ifndef MPECHECK_SETTINGS_H
#define MPECHECK_SETTINGS_H

#include <glib.h>
#include <mpe/mpe.h>

/*
 * Sets the parameters of channel that settings names: "NAME=VALUE,NAME=VALUE"; NULL and "": none.
 * sets_clock   receives whether media_clock is among them
 * NULL, or one sentence that says what is wrong and how to put it right, to be freed with g_free.
 */
gchar *settings_apply(mpe_channel *channel, const gchar *settings, gboolean *sets_clock);

#endif
