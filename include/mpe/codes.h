/* The result codes and the reasons for them. Generated from lib/codes/codes.def and reasons.def: edit those. */
#ifndef MPE_CODES_H
#define MPE_CODES_H

#include "version.h"

/* What is wrong with a stream, or how it ended. Numbers are pinned and never used again. */
enum mpe_code {
    /* The encoder's address is not in the allow list */
    MPE_INGEST_ENCODER_CONNECTION_DENIED = 101,
    /* The ingest URL does not name this channel */
    MPE_RTMP_APPID_AUTH_FAILURE = 102,
    /* The encoder sent no stream metadata */
    MPE_INGEST_RTMP_SETDATAFRAME_NOT_RECEIVED = 103,
    /* The codec is not supported */
    MPE_INGEST_CODEC_NOT_SUPPORTED = 104,
    /* Media arrived before its description */
    MPE_INGEST_DESCRIPTION_INFO_NOT_RECEIVED = 105,
    /* The picture is too large */
    MPE_INGEST_VIDEO_RESOLUTION_NOT_SUPPORTED = 106,
    /* The frame rate is too high */
    MPE_INGEST_FRAMERATE_EXCEEDED = 107,
    /* Too many qualities */
    MPE_INGEST_MEDIA_QUALITIES_EXCEEDED = 108,
    /* The total bitrate is too high */
    MPE_INGEST_BITRATE_AGGREGATED_EXCEEDED = 109,
    /* A timestamp is invalid */
    MPE_RTMP_FLV_TAG_TIMESTAMP_INVALID = 110,
    /* The encoder went silent */
    MPE_RTMP_SESSION_IDLE_TIMEOUT = 201,
    /* The encoder sends too fast */
    MPE_CAPACITY_LIMIT_REACHED = 202,
    /* The session broke for a reason without a code of its own */
    MPE_UNKNOWN_ERROR = 301,
    /* Too much media that cannot be processed */
    MPE_INGEST_RTMP_TOO_LARGE_UNPROCESSED_FLV = 111,
    /* The ingest URL has no stream name */
    MPE_BAD_URL_SYNTAX = 112,
    /* A condition of the stream is one that the operator refuses */
    MPE_POLICY_CONDITION = 113,
    /* The session ended well ("S_OK") */
    MPE_S_OK = 401,
    /* The encoder ended the session (RTMP) */
    MPE_CLIENT_TERMINATED_SESSION = 402,
    /* The encoder ended the session (fragmented MP4) */
    MPE_CLIENT_DISCONNECTED = 403,
    /* The stream ended */
    MPI_STREAM_HIT_EOF = 404,
    /* The channel was reset */
    MPI_REST_API_CHANNEL_RESET = 405,
    /* The channel was stopped */
    MPI_REST_API_CHANNEL_STOP = 406,
    /* The server is under maintenance */
    MPI_SYSTEM_MAINTENANCE = 407
};

/* Which way to a code it was. N, W and H stand for numbers. */
enum mpe_reason {
    /* the encoder's address is not in the allow list */
    MPE_REASON_ADDRESS_NOT_ALLOWED = 1,
    /* an allow list is set, but the encoder's address is missing or unreadable */
    MPE_REASON_ADDRESS_UNKNOWN = 2,
    /* the app of the ingest URL is not the one this channel expects */
    MPE_REASON_APP_MISMATCH = 3,
    /* the stream name is not the one this channel expects */
    MPE_REASON_STREAM_NAME_MISMATCH = 4,
    /* no @setDataFrame or onMetaData within N s of media (grace N s) */
    MPE_REASON_NO_METADATA = 5,
    /* the session ended after N s of media without @setDataFrame or onMetaData */
    MPE_REASON_NO_METADATA_AT_END = 6,
    /* audio/video codec CODEC is not supported by this channel over this protocol */
    MPE_REASON_CODEC = 7,
    /* AAC object type N is not AAC-LC (2), HE-AAC v1 (5) or HE-AAC v2 (29) */
    MPE_REASON_AAC_OBJECT_TYPE = 8,
    /* CODEC video has N bits a sample, an encoding channel takes N */
    MPE_REASON_BIT_DEPTH = 9,
    /* N coded audio/video messages came before the sequence header (grace N) */
    MPE_REASON_FRAMES_BEFORE_HEADER = 10,
    /* the session ended after N coded audio/video messages without a sequence header */
    MPE_REASON_NO_HEADER_AT_END = 11,
    /* the picture is WxH, an edge of N px is above the limit of N px */
    MPE_REASON_RESOLUTION = 12,
    /* measured N frames a second, the limit is N */
    MPE_REASON_FRAME_RATE = 13,
    /* the channel would have N video qualities, the limit is N */
    MPE_REASON_VIDEO_QUALITIES = 14,
    /* the channel would have N audio qualities, the limit is N */
    MPE_REASON_AUDIO_QUALITIES = 15,
    /* the channel receives N Mbit/s, the limit is N Mbit/s */
    MPE_REASON_MEASURED_BITRATE = 16,
    /* the encoder declares N Mbit/s, the limit is N Mbit/s */
    MPE_REASON_DECLARED_BITRATE = 17,
    /* the encoder declares N Mbit/s, about 1000 times what it sends: it sends bit/s where kbit/s are meant (limit N Mbit/s) */
    MPE_REASON_DECLARED_UNIT_MISTAKE = 18,
    /* the audio/video timestamp steps back by N s (allowed N s) */
    MPE_REASON_STEP_BACK = 19,
    /* the audio/video timestamp jumps N s ahead of the clock (allowed N s) */
    MPE_REASON_STEP_FORWARD = 20,
    /* the composition time of a video frame lies N s from its decode time (allowed N s) */
    MPE_REASON_COMPOSITION_OFFSET = 21,
    /* no audio or video frame with a new timestamp came for N s (allowed N s) */
    MPE_REASON_IDLE = 22,
    /* the media is N s ahead of the clock (allowed N s) */
    MPE_REASON_LEAD = 23,
    /* N bytes of video came without a key frame (allowed N) */
    MPE_REASON_NO_KEY_FRAME = 25,
    /* N bytes of audio came at one timestamp (allowed N) */
    MPE_REASON_AUDIO_AT_ONE_TIME = 26,
    /* the encoder publishes without a stream name */
    MPE_REASON_NO_STREAM_NAME = 27,
    /* what came before its header in this session */
    MPE_REASON_MEDIA_BEFORE_HEADER = 28,
    /* the audio/video time jumped: in one step most of the N s that it is ahead of the clock (allowed N s) */
    MPE_REASON_TIME_JUMP = 29,
    /* the AAC sequence header is the header of an ADTS frame, not an AudioSpecificConfig */
    MPE_REASON_ADTS_HEADER = 40,
    /* N bytes of all kinds are ahead of what the channel takes in the time (allowed N) */
    MPE_REASON_BYTES_AHEAD = 45,
    /* nothing was published for N s since the connection was opened (allowed N s) */
    MPE_REASON_NOT_PUBLISHED = 46,
    /* media came for N s without the headers and frames that make a stream (allowed N s) */
    MPE_REASON_NOT_ADMITTED = 47,
    /* OUT_OF_MEMORY: cannot allocate N bytes for what */
    MPE_REASON_OUT_OF_MEMORY = 50,
    /* DUPLICATE_ENTRY: what */
    MPE_REASON_DUPLICATE_ENTRY = 51,
    /* MALFORMED_INPUT: what */
    MPE_REASON_MALFORMED_INPUT = 52,
    /* PROTOCOL_NOT_SUPPORTED: what */
    MPE_REASON_PROTOCOL_NOT_SUPPORTED = 53,
    /* INTERNAL_LIMIT: what: N, the limit is N */
    MPE_REASON_INTERNAL_LIMIT = 54,
    /* refused by the server: what */
    MPE_REASON_HOST_REFUSED = 60,
    /* what */
    MPE_REASON_ENDED = 99
};

#ifdef __cplusplus
extern "C" {
#endif

/* The table of result codes, in the order of its rows. A code or index that does not exist gives 0 or "". */
MPE_API int32_t mpe_code_count(void);
MPE_API int32_t mpe_code_at(int32_t index);
MPE_API const char *mpe_code_name(int32_t code);   /* "MPE_INGEST_CODEC_NOT_SUPPORTED" */
MPE_API const char *mpe_code_title(int32_t code);  /* what it means, in a few words */
MPE_API const char *mpe_code_cause(int32_t code);  /* what leads to it */
MPE_API const char *mpe_code_remedy(int32_t code); /* what to do about it */
MPE_API int32_t mpe_code_by_name(const char *name);
MPE_API const char *mpe_reason_name(int32_t reason);   /* "FRAME_RATE", "MALFORMED_INPUT", ... */
MPE_API const char *mpe_reason_remedy(int32_t reason); /* its own, or that of its code; "" of MPE_REASON_ENDED */
MPE_API const char *mpe_event_name(int32_t event);     /* "Microsoft.Media.LiveEventConnectionRejected", ... */

#ifdef __cplusplus
}
#endif

#endif
