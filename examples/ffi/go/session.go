// Sessions: one connection of an encoder.

package mpe

// #include "library.h"
import "C"

// Session is one connection, to be used by one goroutine at a time.
type Session struct{ handle *C.mpe_session }

// URL names the ingest URL where the bytes do not carry it; true: the session of a lobby has named its channel.
func (session *Session) URL(url string) (bool, error) {
	return named(withText(url, func(text *C.char) C.mpe_status { return C.mpe_session_url(session.handle, text) }))
}

// Feed gives the next bytes that the encoder sent; true: the session of a lobby has named its channel. Bind it, and feed
// what comes after the Taken bytes then.
func (session *Session) Feed(data []byte, nowUs int64) (bool, error) {
	return named(C.mpe_session_feed(session.handle, first(data), C.size_t(len(data)), C.int64_t(nowUs)))
}

// Taken is how many bytes the last Feed took.
func (session *Session) Taken() int { return int(C.mpe_session_taken(session.handle)) }

// NextBody says that what is fed next is the body of another request ("": its URL is not judged), and how the one before
// ended, Body...; true: as of URL.
func (session *Session) NextBody(url string, ended int32, nowUs int64) (bool, error) {
	return named(withOptional(url, func(text *C.char) C.mpe_status {
		return C.mpe_session_next_body(session.handle, text, C.int32_t(ended), C.int64_t(nowUs))
	}))
}

// Name is what the session of a lobby has named, one of Name...: a secret.
func (session *Session) Name(part int32) (string, error) {
	return writtenText(func(buffer *C.char, size C.size_t, needed *C.size_t) C.mpe_status {
		return C.mpe_session_name(session.handle, C.int32_t(part), buffer, size, needed)
	})
}

// Bind makes the session of a lobby the channel's.
func (session *Session) Bind(channel *Channel, nowUs int64) error {
	return check(C.mpe_session_bind(session.handle, channel.handle, C.int64_t(nowUs)))
}

// Refuse ends the session with the host's own no.
func (session *Session) Refuse(code int32, nowUs int64) error {
	return check(C.mpe_session_refuse(session.handle, C.int32_t(code), C.int64_t(nowUs)))
}

// Tick says that time passed, Deadline when it is due next.
func (session *Session) Tick(nowUs int64) error {
	return check(C.mpe_session_tick(session.handle, C.int64_t(nowUs)))
}

// Deadline is math.MaxInt64 while nothing depends on time alone.
func (session *Session) Deadline() int64 { return int64(C.mpe_session_deadline(session.handle)) }

// Latency says how long the media takes through the host, in ms; below 0: not known.
func (session *Session) Latency(latencyMs, nowUs int64) error {
	return check(C.mpe_session_latency(session.handle, C.int64_t(latencyMs), C.int64_t(nowUs)))
}

// WallClock says that nowUs is unixUs, microseconds since 1970-01-01 UTC.
func (session *Session) WallClock(unixUs, nowUs int64) error {
	return check(C.mpe_session_wall_clock(session.handle, C.int64_t(unixUs), C.int64_t(nowUs)))
}

// Finish ends the session; code 0: the peer closed.
func (session *Session) Finish(code int32, nowUs int64) error {
	return check(C.mpe_session_finish(session.handle, C.int32_t(code), C.int64_t(nowUs)))
}

// Poll takes the oldest finding that was not taken yet; nil: there is none.
func (session *Session) Poll() *Finding {
	return ask(func(raw *C.mpe_error) C.mpe_status { return C.mpe_session_poll_error(session.handle, raw) })
}

// PollNotice takes the oldest notice that was not taken yet; nil: there is none.
func (session *Session) PollNotice() *Notice {
	raw := C.mpe_notice{struct_size: C.sizeof_mpe_notice}
	if C.mpe_session_poll_notice(session.handle, &raw) != C.MPE_EVENT {
		return nil
	}
	return noticeOf(raw)
}

// Ending is how the session ended; nil: it goes on.
func (session *Session) Ending() *Finding {
	return ask(func(raw *C.mpe_error) C.mpe_status { return C.mpe_session_ending(session.handle, raw) })
}

// State is where the session stands, one of State...
func (session *Session) State() int32 { return int32(C.mpe_session_state(session.handle)) }

// Protocol is what the bytes turned out to be.
func (session *Session) Protocol() int32 { return int32(C.mpe_session_protocol(session.handle)) }

// Track is what is known of a track; StatusBadIndex: there is none of that index.
func (session *Session) Track(index int) (*Track, error) {
	raw := C.mpe_track{struct_size: C.sizeof_mpe_track}
	if err := check(C.mpe_session_track(session.handle, C.int32_t(index), &raw)); err != nil {
		return nil, err
	}
	return trackOf(&raw), nil
}

// Tracks are all tracks, in order of appearance.
func (session *Session) Tracks() []*Track {
	var tracks []*Track
	for track, err := session.Track(0); err == nil; track, err = session.Track(len(tracks)) {
		tracks = append(tracks, track)
	}
	return tracks
}

// Health is how the session is now.
func (session *Session) Health() (*Health, error) {
	raw := C.mpe_health_snapshot{struct_size: C.sizeof_mpe_health_snapshot}
	err := check(C.mpe_session_health(session.handle, &raw))
	return healthOf(&raw), err
}

// Notification is the JSON that reports a finding of this session.
func (session *Session) Notification(finding *Finding, unixUs int64, schema int32) (string, error) {
	return writtenText(func(buffer *C.char, size C.size_t, needed *C.size_t) C.mpe_status {
		return C.mpe_error_json(session.handle, &finding.raw, C.int32_t(schema), C.int64_t(unixUs), buffer, size,
			needed)
	})
}

// NoticeNotification is the JSON that reports a notice of this session.
func (session *Session) NoticeNotification(notice *Notice, unixUs int64, schema int32) (string, error) {
	return writtenText(func(buffer *C.char, size C.size_t, needed *C.size_t) C.mpe_status {
		return C.mpe_notice_json(session.handle, &notice.raw, C.int32_t(schema), C.int64_t(unixUs), buffer, size,
			needed)
	})
}

// Close frees the session; it leaves its channel.
func (session *Session) Close() {
	C.mpe_session_free(session.handle)
	session.handle = nil
}
