// What the library reports beside findings: tracks, sums, notices, health.

package mpe

// #include "library.h"
import "C"

import "math"

// Track is what is known of a track: 0 and "" where it is not known yet; times are nil then.
type Track struct {
	Media               int32
	TrackID             int32
	StreamID            uint32
	Fourcc              uint32
	HeaderSeen          int32
	Profile             int32
	BitDepth            int32
	WidthPx             int32
	HeightPx            int32
	SampleRateHz        int32
	Channels            int32
	AacObjectType       int32
	MeasuredMfps        int32
	DeclaredMfps        int32
	CompositionOffsetUs int32
	MeasuredBps         int64
	DeclaredBps         int64
	Frames              uint64
	KeyFrames           uint64
	Bytes               uint64
	FirstDtsUs          *int64
	LastDtsUs           *int64
	MediaUs             *int64
	Codec               string
}

// Sums is what a channel adds up over its sessions; a limit of 0 is none.
type Sums struct {
	Kind              int32
	Sessions          int32
	ActiveSessions    int32
	VideoQualities    int32
	AudioQualities    int32
	MaxVideoQualities int32
	MaxAudioQualities int32
	MeasuredBps       int64
	DeclaredBps       int64
	MaxBitrateBps     int64
	ExcessBits        int64
}

// Notice is a condition that was set or cleared, or what happened; what is not known is nil.
type Notice struct {
	Kind            int32
	State           int32
	Severity        int32
	Track           *int32
	Media           int32
	Lost            uint32
	Value           *int64
	Limit           *int64
	MediaUs         *int64
	NowUs           int64
	Timestamp       int64
	Duration        int64
	OtherTimestamp  int64
	OtherDuration   int64
	ArrivalUs       *int64
	Timescale       uint32
	OtherTimescale  uint32
	OtherTrack      *int32
	DriftS          int32
	Overlaps        uint32
	Discontinuities uint32
	NonIncreasing   uint32
	Unit            string
	Message         string
	raw             C.mpe_notice
}

// Health is how a session is at NowUs; what was not measured yet is nil.
type Health struct {
	NowUs              int64
	LeadUs             *int64
	SilenceUs          *int64
	BytesSinceKeyFrame *int64
	LostUs             *int64
	GainPermille       *int64
	KeyFrameIntervalUs *int64
	EncodeToIngestUs   *int64
}

func measured(value C.int64_t) *int64 { return optional(value != C.MPE_NOT_MEASURED, int64(value)) }

func healthOf(raw *C.mpe_health_snapshot) *Health {
	return &Health{
		NowUs:              int64(raw.now_us),
		LeadUs:             measured(raw.lead_us),
		SilenceUs:          measured(raw.silence_us),
		BytesSinceKeyFrame: measured(raw.bytes_since_key_frame),
		LostUs:             measured(raw.lost_us),
		GainPermille:       measured(raw.gain_permille),
		KeyFrameIntervalUs: measured(raw.key_frame_interval_us),
		EncodeToIngestUs:   measured(raw.encode_to_ingest_us),
	}
}

func trackOf(raw *C.mpe_track) *Track {
	return &Track{
		Media:               int32(raw.media),
		TrackID:             int32(raw.track_id),
		StreamID:            uint32(raw.stream_id),
		Fourcc:              uint32(raw.fourcc),
		HeaderSeen:          int32(raw.header_seen),
		Profile:             int32(raw.profile),
		BitDepth:            int32(raw.bit_depth),
		WidthPx:             int32(raw.width_px),
		HeightPx:            int32(raw.height_px),
		SampleRateHz:        int32(raw.sample_rate_hz),
		Channels:            int32(raw.channels),
		AacObjectType:       int32(raw.aac_object_type),
		MeasuredMfps:        int32(raw.measured_mfps),
		DeclaredMfps:        int32(raw.declared_mfps),
		CompositionOffsetUs: int32(raw.composition_offset_us),
		MeasuredBps:         int64(raw.measured_bps),
		DeclaredBps:         int64(raw.declared_bps),
		Frames:              uint64(raw.frames),
		KeyFrames:           uint64(raw.key_frames),
		Bytes:               uint64(raw.bytes),
		FirstDtsUs:          optional(raw.first_dts_us != math.MinInt64, int64(raw.first_dts_us)),
		LastDtsUs:           optional(raw.last_dts_us != math.MinInt64, int64(raw.last_dts_us)),
		MediaUs:             optional(raw.media_us != math.MinInt64, int64(raw.media_us)),
		Codec:               C.GoString(&raw.codec[0]),
	}
}

func sumsOf(raw *C.mpe_channel_sums) *Sums {
	return &Sums{
		Kind:              int32(raw.kind),
		Sessions:          int32(raw.sessions),
		ActiveSessions:    int32(raw.active_sessions),
		VideoQualities:    int32(raw.video_qualities),
		AudioQualities:    int32(raw.audio_qualities),
		MaxVideoQualities: int32(raw.max_video_qualities),
		MaxAudioQualities: int32(raw.max_audio_qualities),
		MeasuredBps:       int64(raw.measured_bps),
		DeclaredBps:       int64(raw.declared_bps),
		MaxBitrateBps:     int64(raw.max_bitrate_bps),
		ExcessBits:        int64(raw.excess_bits),
	}
}

func noticeOf(raw C.mpe_notice) *Notice {
	return &Notice{
		Kind:            int32(raw.kind),
		State:           int32(raw.state),
		Severity:        int32(raw.severity),
		Track:           optional(raw.track >= 0, int32(raw.track)),
		Media:           int32(raw.media),
		Lost:            uint32(raw.lost),
		Value:           optional(raw.flags&C.MPE_NOTICE_HAS_VALUE != 0, int64(raw.value)),
		Limit:           optional(raw.flags&C.MPE_NOTICE_HAS_LIMIT != 0, int64(raw.limit)),
		MediaUs:         optional(raw.flags&C.MPE_NOTICE_HAS_MEDIA_TIME != 0, int64(raw.media_us)),
		NowUs:           int64(raw.now_us),
		Timestamp:       int64(raw.timestamp),
		Duration:        int64(raw.duration),
		OtherTimestamp:  int64(raw.other_timestamp),
		OtherDuration:   int64(raw.other_duration),
		ArrivalUs:       optional(raw.arrival_us != math.MinInt64, int64(raw.arrival_us)),
		Timescale:       uint32(raw.timescale),
		OtherTimescale:  uint32(raw.other_timescale),
		OtherTrack:      optional(raw.other_track >= 0, int32(raw.other_track)),
		DriftS:          int32(raw.drift_s),
		Overlaps:        uint32(raw.overlaps),
		Discontinuities: uint32(raw.discontinuities),
		NonIncreasing:   uint32(raw.non_increasing),
		Unit:            C.GoString(&raw.unit[0]),
		Message:         C.GoString(&raw.message[0]),
		raw:             raw,
	}
}
