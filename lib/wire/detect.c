#include "wire/detect.h"

#include <stdbool.h>

#include "base/bytes.h"
#include "mpe.h"
#include "wire/fmp4/box.h"
#include "wire/rtmp/version.h"

static bool is_rtmp_version(uint8_t byte)
{
    switch (byte) {
    case MPE_RTMP_VERSION_PLAIN:
    case MPE_RTMP_VERSION_RTMPE:
    case MPE_RTMP_VERSION_RTMPE_XTEA:
    case MPE_RTMP_VERSION_RTMPE_BLOWFISH:
    case MPE_RTMP_VERSION_TLS:
    case MPE_RTMP_VERSION_PREAMBLE:
        return true;
    default:
        return false;
    }
}

static enum mpe_detected detect_flv(const uint8_t *bytes, uint32_t len)
{
    static const uint8_t signature[] = {'F', 'L', 'V'};
    for (uint32_t i = 0; i < sizeof signature; i++) {
        if (i == len)
            return MPE_DETECTED_MORE;
        if (bytes[i] != signature[i])
            return MPE_DETECTED_NONE;
    }
    return MPE_DETECTED_FLV;
}

static enum mpe_detected detect_fmp4(const uint8_t *bytes, uint32_t len)
{
    if (len < MPE_DETECT_BYTES)
        return MPE_DETECTED_MORE;
    return mpe_box_may_begin(mpe_load_be32(bytes + 4)) ? MPE_DETECTED_FMP4 : MPE_DETECTED_NONE;
}

enum mpe_detected mpe_detect(const uint8_t *bytes, uint32_t len)
{
    if (len == 0)
        return MPE_DETECTED_MORE;
    if (is_rtmp_version(bytes[0]))
        return MPE_DETECTED_RTMP;
    if (bytes[0] == 'F')
        return detect_flv(bytes, len);
    if (bytes[0] == 0) /* no first box is as large as 16 MiB */
        return detect_fmp4(bytes, len);
    return MPE_DETECTED_NONE;
}

int32_t mpe_protocol_detect(const void *data, size_t len)
{
    switch (data == NULL ? MPE_DETECTED_MORE
                         : mpe_detect(data, len < MPE_DETECT_BYTES ? (uint32_t)len : MPE_DETECT_BYTES)) {
    case MPE_DETECTED_RTMP:
        return MPE_PROTOCOL_RTMP;
    case MPE_DETECTED_FLV:
        return MPE_PROTOCOL_FLV;
    case MPE_DETECTED_FMP4:
        return MPE_PROTOCOL_FMP4;
    case MPE_DETECTED_MORE:
    case MPE_DETECTED_NONE:
        break;
    }
    return MPE_PROTOCOL_AUTO;
}
