/* The first byte of an RTMP connection. */
#ifndef MPE_WIRE_RTMP_VERSION_H
#define MPE_WIRE_RTMP_VERSION_H

enum {
    MPE_RTMP_VERSION_PLAIN = 0x03,
    MPE_RTMP_VERSION_RTMPE = 0x06,
    MPE_RTMP_VERSION_RTMPE_XTEA = 0x08,
    MPE_RTMP_VERSION_RTMPE_BLOWFISH = 0x09,
    MPE_RTMP_VERSION_PREAMBLE = 0xF3 /* not RTMP's: a proxy sends the client's address first */
};

#endif
