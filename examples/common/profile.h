/*
 * Profiles: files of settings for a channel, one "name = value" a line, # for comments. Names are the parameters of
 * mpe_params(7), and
 *
 *     kind = encoding, pass-through-basic, pass-through-standard or open
 *     video_codecs, audio_codecs = the codecs that are taken, as of MPE_TEXT_VIDEO_CODECS
 *     min_video_bitrates = the lowest bitrates by the size of the picture, as of MPE_TEXT_MIN_VIDEO_BITRATES
 *     refuse, report, ignore = codes or conditions, separated by blanks, and what is done about them
 *
 * A name without a slash is a file of ../share/libmpe/profiles as seen from the folder of the program, or of the folder
 * that the environment variable MPE_PROFILE_DIR names; one with a slash is the file itself. Functions that fail write
 * one sentence to why, with file and line.
 */
#ifndef PROFILE_H
#define PROFILE_H

#include <stddef.h>
#include <stdint.h>

#include <mpe/mpe.h>

/* The kind that a profile asks for; it names none: *kind stays as it is. 0, or -1 and why. */
int profile_kind(const char *name, int32_t *kind, char *why, size_t why_size);

/* Sets all that a profile says, but for the kind. 0, or -1 and why. */
int profile_apply(const char *name, mpe_channel *channel, char *why, size_t why_size);

#endif
