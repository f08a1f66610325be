/* The parameters of a channel, for mpe_channel_set. Generated from lib/limits/limits.def: edit that. */
#ifndef MPE_PARAMS_H
#define MPE_PARAMS_H

/* Name, unit and meaning stand above each; mpe_param_bounds gives bounds and defaults. */
enum mpe_param {
    /* max_width_px, px: largest displayed width; 0 = no limit */
    MPE_PARAM_MAX_WIDTH_PX = 1,
    /* max_height_px, px: largest displayed height; 0 = no limit */
    MPE_PARAM_MAX_HEIGHT_PX = 2,
    /* max_frame_rate_mfps, 1/1000 fps: highest frame rate; 0 = no limit */
    MPE_PARAM_MAX_FRAME_RATE_MFPS = 3,
    /* frame_rate_tolerance_percent, %: a rate above the limit by more than this, over 5 s, is a finding */
    MPE_PARAM_FRAME_RATE_TOLERANCE_PERCENT = 4,
    /* frame_rate_certain_percent, %: a rate of this share of the limit is a finding after 1 s already */
    MPE_PARAM_FRAME_RATE_CERTAIN_PERCENT = 5,
    /* max_bitrate_bps, bit/s: highest sum of the bitrates of all tracks that feed the channel; 0 = no limit */
    MPE_PARAM_MAX_BITRATE_BPS = 6,
    /* bitrate_tolerance_percent, %: a sum above the limit by more than this is a finding */
    MPE_PARAM_BITRATE_TOLERANCE_PERCENT = 7,
    /* bitrate_window_us, us: media time over which a bitrate is measured */
    MPE_PARAM_BITRATE_WINDOW_US = 8,
    /* trust_declared_bitrate, 0/1: 1 = the sum of the declared bitrates counts, too */
    MPE_PARAM_TRUST_DECLARED_BITRATE = 9,
    /* max_video_qualities, qualities: most distinct video qualities of the channel; 0 = no limit */
    MPE_PARAM_MAX_VIDEO_QUALITIES = 10,
    /* max_audio_qualities, qualities: most distinct audio qualities of the channel; 0 = no limit */
    MPE_PARAM_MAX_AUDIO_QUALITIES = 11,
    /* metadata_required, 0/1/2: 0 = never, 1 = when the channel has several qualities, 2 = always */
    MPE_PARAM_METADATA_REQUIRED = 12,
    /* metadata_grace_us, us: media time that may pass before metadata; 0 = none */
    MPE_PARAM_METADATA_GRACE_US = 13,
    /* header_grace_messages, messages: coded messages of a track that may come before its sequence header */
    MPE_PARAM_HEADER_GRACE_MESSAGES = 14,
    /* max_step_back_us, us: largest step back of a track's timestamps */
    MPE_PARAM_MAX_STEP_BACK_US = 15,
    /* max_step_forward_us, us: largest step forward beyond what the clock advanced */
    MPE_PARAM_MAX_STEP_FORWARD_US = 16,
    /* max_composition_offset_us, us: largest distance between decode and composition time */
    MPE_PARAM_MAX_COMPOSITION_OFFSET_US = 17,
    /* rtmp_idle_timeout_us, us: RTMP: longest time without a complete audio or video message that goes on in time, and from the opening to publish; 0 = for ever */
    MPE_PARAM_RTMP_IDLE_TIMEOUT_US = 18,
    /* flv_idle_timeout_us, us: the same for FLV streams */
    MPE_PARAM_FLV_IDLE_TIMEOUT_US = 19,
    /* fmp4_idle_timeout_us, us: the same for fragmented MP4 */
    MPE_PARAM_FMP4_IDLE_TIMEOUT_US = 20,
    /* max_lead_us, us: how far the media may run ahead of the clock; 0 = no limit */
    MPE_PARAM_MAX_LEAD_US = 21,
    /* max_bytes_without_key_frame, bytes: most video without a key frame; 0 = no limit */
    MPE_PARAM_MAX_BYTES_WITHOUT_KEY_FRAME = 22,
    /* max_audio_bytes_at_one_time, bytes: most audio at one timestamp; 0 = no limit */
    MPE_PARAM_MAX_AUDIO_BYTES_AT_ONE_TIME = 23,
    /* report_all, 0/1: 1 = go on after a finding; each fault is reported once per track */
    MPE_PARAM_REPORT_ALL = 24,
    /* media_clock, 0/1: 1 = time is what the media says, now_us is not looked at (for files) */
    MPE_PARAM_MEDIA_CLOCK = 25,
    /* max_message_bytes, bytes: largest RTMP message or FLV tag; 2^24-1 is what the field holds */
    MPE_PARAM_MAX_MESSAGE_BYTES = 26,
    /* max_chunk_size_bytes, bytes: largest RTMP chunk size; 2^31-1 is what the protocol allows */
    MPE_PARAM_MAX_CHUNK_SIZE_BYTES = 27,
    /* max_header_bytes, bytes: largest sequence header, command or init segment that is kept in memory */
    MPE_PARAM_MAX_HEADER_BYTES = 28,
    /* max_chunk_streams, chunk streams: most RTMP chunk streams of a session */
    MPE_PARAM_MAX_CHUNK_STREAMS = 29,
    /* max_tracks, tracks: most tracks of a session */
    MPE_PARAM_MAX_TRACKS = 30,
    /* mask_address, 0/1: 1 = notifications hide the last part of the encoder's address */
    MPE_PARAM_MASK_ADDRESS = 31,
    /* publish_stream_name, 0/1: 1 = stream names are no secret: notifications carry them, without their query, as streamId */
    MPE_PARAM_PUBLISH_STREAM_NAME = 32,
    /* clock_drift_ppm, ppm: how much faster or slower the encoder's clock may run than the caller's; what that makes of a lead does not count */
    MPE_PARAM_CLOCK_DRIFT_PPM = 33,
    /* max_bit_depth, bits: most bits per sample of a picture; 0 = no limit */
    MPE_PARAM_MAX_BIT_DEPTH = 40,
    /* any_aac_object_type, 0/1: 0 = of AAC only AAC-LC, HE-AAC v1 and HE-AAC v2 are taken */
    MPE_PARAM_ANY_AAC_OBJECT_TYPE = 41,
    /* sum_redundant, 0/1: 1 = a redundant push counts in the sum of bitrates as any other */
    MPE_PARAM_SUM_REDUNDANT = 42,
    /* takeover_us, us: a session that has been silent for so long leaves the qualities when another publishes its stream name */
    MPE_PARAM_TAKEOVER_US = 43,
    /* new_header_interval_us, us: so often a session may send a header that it did not send before, after a burst of 4 x max_tracks; 0 = at any time */
    MPE_PARAM_NEW_HEADER_INTERVAL_US = 50,
    /* max_input_bps, bit/s: highest rate of bytes of every kind of a session where max_bitrate_bps is 0 (else 1.25 times that is); 0 = no limit */
    MPE_PARAM_MAX_INPUT_BPS = 51,
    /* max_opening_us, us: longest time from the first coded frame to admission, where there is an idle timeout; 0 = for ever */
    MPE_PARAM_MAX_OPENING_US = 52,
    /* bind_late, 0/1: 1 = a lobby: its sessions are bound to a channel of their own once they have named one */
    MPE_PARAM_BIND_LATE = 53,
    /* notices, 0/1: 1 = what happens is said by notices, see health.h */
    MPE_PARAM_NOTICES = 60,
    /* conditions, 0/1: 1 = what is wrong but no reason to refuse is said by conditions, see health.h */
    MPE_PARAM_CONDITIONS = 61,
    /* max_key_frame_interval_us, us: condition: longest key-frame interval, one frame more is allowed; 0 = no limit */
    MPE_PARAM_MAX_KEY_FRAME_INTERVAL_US = 62,
    /* min_key_frame_interval_us, us: condition: shortest key-frame interval, mean of four; 0 = no limit */
    MPE_PARAM_MIN_KEY_FRAME_INTERVAL_US = 63,
    /* max_b_frames, frames: condition: most B-frames in a row; -1 = any number */
    MPE_PARAM_MAX_B_FRAMES = 64,
    /* min_width_px, px: condition: smallest displayed width; 0 = no limit */
    MPE_PARAM_MIN_WIDTH_PX = 67,
    /* min_height_px, px: condition: smallest displayed height; 0 = no limit */
    MPE_PARAM_MIN_HEIGHT_PX = 68,
    /* min_frame_rate_mfps, 1/1000 fps: condition: lowest frame rate; 0 = no limit */
    MPE_PARAM_MIN_FRAME_RATE_MFPS = 69,
    /* min_video_bitrate_bps, bit/s: condition: lowest bitrate of a video track; 0 = no limit */
    MPE_PARAM_MIN_VIDEO_BITRATE_BPS = 70,
    /* min_audio_bitrate_bps, bit/s: condition: lowest bitrate of an audio track; 0 = no limit */
    MPE_PARAM_MIN_AUDIO_BITRATE_BPS = 71,
    /* video_required, 0/1: condition: 1 = video is missing where audio comes alone, though nothing announced it */
    MPE_PARAM_VIDEO_REQUIRED = 72,
    /* audio_required, 0/1: condition: 1 = audio is missing where video comes alone, though nothing announced it */
    MPE_PARAM_AUDIO_REQUIRED = 73,
    /* progressive_only, 0/1: condition: 1 = video that may be interlaced is not wanted */
    MPE_PARAM_PROGRESSIVE_ONLY = 74,
    /* max_avc_profile, profile_idc: condition: highest profile_idc of H.264, such as 100 for High; 0 = any */
    MPE_PARAM_MAX_AVC_PROFILE = 75,
    /* max_avc_level, 1/10: condition: highest level of H.264, such as 42 for 4.2; 0 = any */
    MPE_PARAM_MAX_AVC_LEVEL = 76,
    /* max_chroma, chroma_format_idc: condition: richest chroma format, 1 = 4:2:0, 2 = 4:2:2; 0 = any */
    MPE_PARAM_MAX_CHROMA = 77,
    /* min_sample_rate_hz, Hz: condition: lowest sample rate of audio; 0 = no limit */
    MPE_PARAM_MIN_SAMPLE_RATE_HZ = 78,
    /* max_sample_rate_hz, Hz: condition: highest sample rate of audio; 0 = no limit */
    MPE_PARAM_MAX_SAMPLE_RATE_HZ = 79,
    /* max_channels, channels: condition: most channels of audio; 0 = no limit */
    MPE_PARAM_MAX_CHANNELS = 80,
    /* min_channels, channels: condition: fewest channels of audio; 0 = no limit */
    MPE_PARAM_MIN_CHANNELS = 81,
    /* heartbeat_us, us: notice: each track has a heartbeat so often */
    MPE_PARAM_HEARTBEAT_US = 90,
    /* discontinuity_us, us: notice: shortest gap in a track that is a discontinuity, if it is longer than a frame; 0 = none is */
    MPE_PARAM_DISCONTINUITY_US = 91,
    /* out_of_sync_us, us: notice: so far, and the longest fragment, audio and video may be apart; 0 = as far as they like */
    MPE_PARAM_OUT_OF_SYNC_US = 92
};

#endif
