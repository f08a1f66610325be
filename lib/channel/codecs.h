/* The texts of a policy that name codecs. */
#ifndef MPE_CHANNEL_CODECS_H
#define MPE_CHANNEL_CODECS_H

#include <stdbool.h>
#include <stdint.h>

#include "limits/limits.h"

/*
 * Puts the codecs that text names, "avc1 fmp4:hvc1", in the place of all video codecs of limits, or of all audio
 * codecs. false: it names something else; limits is untouched.
 */
bool mpe_codecs_parse(struct mpe_limits *limits, bool is_audio, const char *text);

/* The text that stands for none: what a kind of channel takes. */
const char *mpe_codecs_of_kind(int32_t kind, bool is_audio);

#endif
