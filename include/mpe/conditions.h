/* The conditions of a stream. Generated from lib/codes/conditions.def: edit that. */
#ifndef MPE_CONDITIONS_H
#define MPE_CONDITIONS_H

/* What is wrong with a stream but no reason to refuse it. Numbers are pinned and never used again. */
enum mpe_condition {
    /* Key frames are far apart */
    MPE_CONDITION_KEY_FRAME_INTERVAL_LONG = 501,
    /* Key frames are close together */
    MPE_CONDITION_KEY_FRAME_INTERVAL_SHORT = 502,
    /* Key frames are not evenly spaced */
    MPE_CONDITION_KEY_FRAME_INTERVAL_UNEVEN = 503,
    /* Groups of pictures are open */
    MPE_CONDITION_OPEN_GOP = 504,
    /* There are more B-frames than wanted */
    MPE_CONDITION_B_FRAMES = 505,
    /* The stream comes too slowly */
    MPE_CONDITION_STARVED = 506,
    /* The stream comes faster than real time */
    MPE_CONDITION_FASTER_THAN_REAL_TIME = 507,
    /* Audio is missing */
    MPE_CONDITION_AUDIO_MISSING = 508,
    /* Video is missing */
    MPE_CONDITION_VIDEO_MISSING = 509,
    /* The bitrate is low */
    MPE_CONDITION_BITRATE_LOW = 510,
    /* The bitrate is not as declared */
    MPE_CONDITION_BITRATE_NOT_AS_DECLARED = 511,
    /* The frame rate is low */
    MPE_CONDITION_FRAME_RATE_LOW = 512,
    /* The frame rate is not stable */
    MPE_CONDITION_FRAME_RATE_UNSTABLE = 513,
    /* Only key frames are left */
    MPE_CONDITION_ONLY_KEY_FRAMES = 514,
    /* The video is interlaced */
    MPE_CONDITION_INTERLACED = 515,
    /* The picture is small */
    MPE_CONDITION_RESOLUTION_LOW = 516,
    /* The profile is higher than wanted */
    MPE_CONDITION_PROFILE = 517,
    /* The level is higher than wanted */
    MPE_CONDITION_LEVEL = 518,
    /* The chroma format is richer than wanted */
    MPE_CONDITION_CHROMA = 519,
    /* The sample rate is not as wanted */
    MPE_CONDITION_SAMPLE_RATE = 520,
    /* The number of audio channels is not as wanted */
    MPE_CONDITION_CHANNELS = 521,
    /* Parameters changed in mid-stream */
    MPE_CONDITION_PARAMETERS_CHANGED = 522,
    /* Audio and video are apart */
    MPE_CONDITION_STREAMS_OUT_OF_SYNC = 523,
    /* Key frames of renditions are not aligned */
    MPE_CONDITION_RENDITIONS_NOT_ALIGNED = 524,
    /* Media is missing */
    MPE_CONDITION_DISCONTINUITY = 525,
    /* Primary and backup differ */
    MPE_CONDITION_BACKUP_DIFFERS = 526,
    /* The stream is published twice */
    MPE_CONDITION_TAKEOVER = 527,
    /* The encoder is overloaded */
    MPE_CONDITION_ENCODER_OVERLOADED = 528,
    /* The network of the encoder is congested */
    MPE_CONDITION_NETWORK_CONGESTED = 529
};

#endif
