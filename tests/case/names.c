/* Tables of the words for protocols, states, codecs and fields. */
#include "names.h"

#include <string.h>

#include "case.h"

const struct name events[] = {
    {"rejected", MPE_EVENT_CONNECTION_REJECTED}, {"disconnected", MPE_EVENT_ENCODER_DISCONNECTED}, {NULL, 0}};
const struct name medias[] = {
    {"none", MPE_MEDIA_NONE}, {"video", MPE_MEDIA_VIDEO}, {"audio", MPE_MEDIA_AUDIO}, {NULL, 0}};
const struct name states[] = {{"opening", MPE_STATE_OPENING},   {"admitted", MPE_STATE_ADMITTED},
                              {"rejected", MPE_STATE_REJECTED}, {"disconnected", MPE_STATE_DISCONNECTED},
                              {"finished", MPE_STATE_FINISHED}, {NULL, 0}};
const struct name protocols[] = {{"auto", MPE_PROTOCOL_AUTO},
                                 {"rtmp", MPE_PROTOCOL_RTMP},
                                 {"flv", MPE_PROTOCOL_FLV},
                                 {"fmp4", MPE_PROTOCOL_FMP4},
                                 {NULL, 0}};
const struct name occasions[] = {
    {"open", ACTION_OPEN}, {"feed", ACTION_FEED},     {"tick", ACTION_TICK}, {"finish", ACTION_FINISH},
    {"url", ACTION_URL},   {"refuse", ACTION_REFUSE}, {"body", ACTION_BODY}, {NULL, 0}};

const char *name_of(const struct name *names, int64_t value)
{
    while (names->text && names->value != value)
        names++;
    return names->text ? names->text : "?";
}

/* clang-format off */
#define TRACK_FIELDS(F) \
    F(media) F(track_id) F(stream_id) F(fourcc) F(header_seen) F(profile) F(bit_depth) F(width_px) F(height_px) \
    F(sample_rate_hz) F(channels) F(aac_object_type) F(measured_mfps) F(declared_mfps) \
    F(composition_offset_us) F(measured_bps) \
    F(declared_bps) F(frames) F(key_frames) F(bytes) F(first_dts_us) F(last_dts_us) F(media_us)
/* clang-format on */

const char *track_field_name(size_t index)
{
    static const char *const fields[] = {
#define NAME(field) #field,
        TRACK_FIELDS(NAME)
#undef NAME
    };

    return index < sizeof(fields) / sizeof(fields[0]) ? fields[index] : NULL;
}

int64_t track_field(const mpe_track *track, const char *name)
{
#define READ(field)                                                                                                    \
    if (strcmp(name, #field) == 0)                                                                                     \
        return (int64_t)track->field;
    TRACK_FIELDS(READ)
#undef READ
    return 0;
}
