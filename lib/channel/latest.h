/* Which qualities are too many over a fleet: those that came last. */
#ifndef MPE_CHANNEL_LATEST_H
#define MPE_CHANNEL_LATEST_H

#include "channel/registry.h"

/* Finds who brought each quality: the first of its holders. What mpe_latest_media says is of that moment. */
void mpe_latest_find(struct mpe_registry *registry);

/* The medium of a quality of this part that is one too many, as it came last; MPE_MEDIA_NONE: none is. */
uint8_t mpe_latest_media(const struct mpe_registry *registry, const struct mpe_part *part);

#endif
