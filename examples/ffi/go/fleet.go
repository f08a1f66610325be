// One channel on several edges: shares, their exchange, and who has left.

package mpe

// #include "library.h"
import "C"

import "unsafe"

// Edge is what a channel knows of another edge of its fleet.
type Edge struct {
	Edge           uint64
	Sessions       int32
	ActiveSessions int32
	VideoTracks    int32
	AudioTracks    int32
	MeasuredBps    int64
	DeclaredBps    int64
	WrittenUs      int64
	ExpiresUs      int64
}

// Fleet makes the channel one of a fleet, before its first session.
func (channel *Channel) Fleet(key []byte, name string, edge uint64) error {
	return check(withText(name, func(text *C.char) C.mpe_status {
		return C.mpe_channel_fleet(channel.handle, first(key), C.size_t(len(key)), text, C.uint64_t(edge))
	}))
}

// ShareRevision is another number than before where the other edges should have the share now.
func (channel *Channel) ShareRevision(nowUs int64) uint64 {
	return uint64(C.mpe_channel_share_revision(channel.handle, C.int64_t(nowUs)))
}

// Share is what this process contributes, for the other edges.
func (channel *Channel) Share(nowUs, fleetUs int64) ([]byte, error) {
	return written(func(buffer unsafe.Pointer, size C.size_t, needed *C.size_t) C.mpe_status {
		return C.mpe_channel_share(channel.handle, C.int64_t(nowUs), C.int64_t(fleetUs), buffer, size, needed)
	})
}

// Remote takes the share of another edge; false: it is no news.
func (channel *Channel) Remote(share []byte, fleetUs, leaseUs, nowUs int64) (bool, error) {
	status := C.mpe_channel_remote(channel.handle, first(share), C.size_t(len(share)), C.int64_t(fleetUs),
		C.int64_t(leaseUs), C.int64_t(nowUs))
	return status == C.MPE_OK, check(status)
}

// RemoteGone says that another edge has left.
func (channel *Channel) RemoteGone(edge uint64, nowUs int64) error {
	return check(C.mpe_channel_remote_gone(channel.handle, C.uint64_t(edge), C.int64_t(nowUs)))
}

// Edges is what is known of each other edge.
func (channel *Channel) Edges() ([]Edge, error) {
	found := []Edge{}
	for {
		raw := C.mpe_edge_sums{struct_size: C.sizeof_mpe_edge_sums}
		status := C.mpe_channel_edge(channel.handle, C.int32_t(len(found)), &raw)
		if status == C.MPE_BAD_INDEX {
			return found, nil
		}
		if err := check(status); err != nil {
			return nil, err
		}
		found = append(found, Edge{uint64(raw.edge), int32(raw.sessions), int32(raw.active_sessions),
			int32(raw.video_tracks), int32(raw.audio_tracks), int64(raw.measured_bps), int64(raw.declared_bps),
			int64(raw.written_us), int64(raw.expires_us)})
	}
}
