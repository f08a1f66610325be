/* The limits of one channel of libmpe for another, while sessions are on it. */
#ifndef SERVER_CHANNEL_COPY_H
#define SERVER_CHANNEL_COPY_H

#include <stdbool.h>

#include <mpe/mpe.h>

/* Parameters and actions; no texts and no allow list. false: they are of two kinds, or there is no memory. */
bool channel_copy(mpe_channel *channel, const mpe_channel *from);

#endif
