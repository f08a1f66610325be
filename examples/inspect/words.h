/* Numbers and names as people read them, for text and for the page. */
#ifndef INSPECT_WORDS_H
#define INSPECT_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include <mpe/mpe.h>

#define WORDS_BYTES 64

/* "2026-11-27 16:00:01.123 UTC" of microseconds since 1970. */
void words_time(int64_t unix_us, char text[WORDS_BYTES]);

/* "12.3 MB". */
void words_bytes(uint64_t bytes, char text[WORDS_BYTES]);

/* A value of a finding in the unit that people use for it: "60.000 fps". */
void words_quantity(int64_t value, const char *unit, char text[WORDS_BYTES]);

/* "Microsoft.Media.LiveEventConnectionRejected" without the part that all events share. */
const char *words_event(int32_t event);

/* The end of message that says what to do, where that is remedy; "" where it does not. */
const char *words_remedy(const char *message, const char *remedy);

/* "an encoding", ... */
const char *words_channel(int32_t kind);

/* "RTMP", ... */
const char *words_protocol(int32_t protocol);

const char *words_media(int32_t media);

/* Cells of the table of tracks; "-" is not known. */
void words_size(const mpe_track *track, char text[WORDS_BYTES]);
void words_rate(int64_t measured, int64_t declared, double scale, char text[WORDS_BYTES]);
void words_duration(const mpe_track *track, char text[WORDS_BYTES]);

/* Frames of all tracks. */
uint64_t words_frames(const mpe_session *session);

#endif
