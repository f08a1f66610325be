/* A channel of libmpe, made of what a configuration says of it and of all. */
#ifndef SERVER_CHANNEL_MAKE_H
#define SERVER_CHANNEL_MAKE_H

#include <mpe/mpe.h>

#include "config.h"

#define CHANNEL_MOST_NAME_BYTES 64

/* Where settings stand: a channel of a part; part NULL, the defaults. */
struct channel_place {
    const struct config *config;
    const struct config_part *part;
    unsigned index;
    char *why; /* CONFIG_WHY_BYTES: file, line and what is expected */
};

/* NULL: it has why. Of the defaults: one with nobody's allow list. The allocator is copied. */
mpe_channel *channel_make(const struct channel_place *place, const mpe_allocator *allocator);

/* Allow list, topic and subject as they stand there now. 0, or -1 and why. */
int channel_change_texts(mpe_channel *channel, const struct channel_place *place);

/* Returns -1, and writes why; a sentence of channel_options.h speaks of an option of the command line. */
int channel_wrong(const struct channel_place *place, const char *setting, const char *sentence);

#endif
