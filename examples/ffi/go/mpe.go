// Package mpe is libmpe for Go: it says why a live ingest must be refused, or has broken.
//
//	channel, err := mpe.NewChannel(mpe.Encoding)
//	session, err := channel.NewSession(mpe.ProtocolAuto, peer, nowUs)
//	err = session.Feed(data, nowUs)
//	for finding := session.Poll(); finding != nil; finding = session.Poll() {
//		fmt.Println(finding.Code, finding.Message)
//	}
//
// Constants, structs and functions are those of the installed header, whose text is the documentation.
package mpe

/*
#cgo LDFLAGS: -lmpe
#if !__has_include(<mpe/mpe.h>)
#error "There is no mpe/mpe.h: install libmpe: its package libmpe-dev, or 'make install && ldconfig' in its source tree."
#endif
#include <mpe/mpe.h>
#include <stdlib.h>
*/
import "C"

import (
	"errors"
	"unsafe"
)

// Constants of the header that a host needs by name.
const (
	Encoding                   = int32(C.MPE_ENCODING)
	PassThroughBasic           = int32(C.MPE_PASS_THROUGH_BASIC)
	PassThroughStandard        = int32(C.MPE_PASS_THROUGH_STANDARD)
	ProtocolAuto               = int32(C.MPE_PROTOCOL_AUTO)
	ProtocolRTMP               = int32(C.MPE_PROTOCOL_RTMP)
	ProtocolFLV                = int32(C.MPE_PROTOCOL_FLV)
	ProtocolFMP4               = int32(C.MPE_PROTOCOL_FMP4)
	TextApp                    = int32(C.MPE_TEXT_APP)
	TextStreamName             = int32(C.MPE_TEXT_STREAM_NAME)
	SchemaEventGrid            = int32(C.MPE_SCHEMA_EVENT_GRID)
	SchemaCloudEvents          = int32(C.MPE_SCHEMA_CLOUD_EVENTS)
	ReasonProtocolNotSupported = int32(C.MPE_REASON_PROTOCOL_NOT_SUPPORTED)
	ReasonMediaBeforeHeader    = int32(C.MPE_REASON_MEDIA_BEFORE_HEADER)
)

// Finding is one finding, or the ending of a session; what is not known is nil.
type Finding struct {
	Code, Event, Message string
	Reason               int32
	Track                *int32
	Value, Limit         *int64
	Unit                 *string
	OffsetBytes          *uint64
	MediaUs              *int64
	raw                  C.mpe_error
}

// Channel is one live event: its limits and its allow list. It may be used by several goroutines.
type Channel struct{ handle *C.mpe_channel }

// Session is one connection, to be used by one goroutine at a time.
type Session struct{ handle *C.mpe_session }

func check(status C.mpe_status) error {
	if status < 0 {
		return errors.New(C.GoString(C.mpe_status_text(status)))
	}
	return nil
}

func withText(text string, call func(*C.char) C.mpe_status) error {
	copied := C.CString(text)
	defer C.free(unsafe.Pointer(copied))
	return check(call(copied))
}

// first is where the bytes lie; C keeps no pointer to them after the call.
func first(data []byte) unsafe.Pointer {
	if len(data) == 0 {
		return nil
	}
	return unsafe.Pointer(&data[0])
}

// Detect says what the first bytes of a stream are: Protocol..., ProtocolAuto while not known.
func Detect(head []byte) int32 {
	return int32(C.mpe_protocol_detect(first(head), C.size_t(len(head))))
}

// NewChannel makes a channel of a kind, with that kind's limits; Close frees it.
func NewChannel(kind int32) (*Channel, error) {
	channel := &Channel{}
	return channel, check(C.mpe_channel_new(&channel.handle, C.int32_t(kind), nil))
}

// Set sets a parameter by its name: Set("max_width_px", 1280).
func (channel *Channel) Set(param string, value int64) error {
	return withText(param, func(name *C.char) C.mpe_status {
		return C.mpe_channel_set(channel.handle, C.mpe_param_by_name(name), C.int64_t(value))
	})
}

// SetText sets a text of the channel, one of Text...; "" unsets it.
func (channel *Channel) SetText(which int32, value string) error {
	return withText(value, func(text *C.char) C.mpe_status {
		return C.mpe_channel_set_text(channel.handle, C.int32_t(which), text)
	})
}

// Allow adds an address or a network to the allow list.
func (channel *Channel) Allow(entry string) error {
	return withText(entry, func(text *C.char) C.mpe_status { return C.mpe_channel_allow(channel.handle, text) })
}

// Close frees the channel; its sessions go on.
func (channel *Channel) Close() {
	C.mpe_channel_free(channel.handle)
	channel.handle = nil
}

// NewSession opens a session with a peer ("": not known); Close frees it.
func (channel *Channel) NewSession(protocol int32, peer string, nowUs int64) (*Session, error) {
	session := &Session{}
	return session, withText(peer, func(text *C.char) C.mpe_status {
		if peer == "" {
			text = nil
		}
		return C.mpe_session_new(&session.handle, channel.handle, C.int32_t(protocol), text, nil, C.int64_t(nowUs))
	})
}

// URL names the ingest URL where the bytes do not carry it.
func (session *Session) URL(url string) error {
	return withText(url, func(text *C.char) C.mpe_status { return C.mpe_session_url(session.handle, text) })
}

// Feed gives the next bytes that the encoder sent.
func (session *Session) Feed(data []byte, nowUs int64) error {
	return check(C.mpe_session_feed(session.handle, first(data), C.size_t(len(data)), C.int64_t(nowUs)))
}

// Tick says that time passed, Deadline when it is due next.
func (session *Session) Tick(nowUs int64) error {
	return check(C.mpe_session_tick(session.handle, C.int64_t(nowUs)))
}

// Deadline is math.MaxInt64 while nothing depends on time alone.
func (session *Session) Deadline() int64 { return int64(C.mpe_session_deadline(session.handle)) }

// Finish ends the session; code 0: the peer closed.
func (session *Session) Finish(code int32, nowUs int64) error {
	return check(C.mpe_session_finish(session.handle, C.int32_t(code), C.int64_t(nowUs)))
}

// Poll takes the oldest finding that was not taken yet; nil: there is none.
func (session *Session) Poll() *Finding {
	return ask(func(raw *C.mpe_error) C.mpe_status { return C.mpe_session_poll_error(session.handle, raw) })
}

// Ending is how the session ended; nil: it goes on.
func (session *Session) Ending() *Finding {
	return ask(func(raw *C.mpe_error) C.mpe_status { return C.mpe_session_ending(session.handle, raw) })
}

// Notification is the JSON that tells the world about a finding of this session.
func (session *Session) Notification(finding *Finding, unixUs int64, schema int32) (string, error) {
	buffer := (*C.char)(C.malloc(1 << 16)) // a notification is far below that
	defer C.free(unsafe.Pointer(buffer))
	status := C.mpe_error_json(session.handle, &finding.raw, C.int32_t(schema), C.int64_t(unixUs), buffer, 1<<16, nil)
	return C.GoString(buffer), check(status)
}

// Close frees the session; it leaves its channel.
func (session *Session) Close() {
	C.mpe_session_free(session.handle)
	session.handle = nil
}

func optional[T any](known bool, value T) *T {
	if !known {
		return nil
	}
	return &value
}

func ask(call func(*C.mpe_error) C.mpe_status) *Finding {
	raw := C.mpe_error{struct_size: C.sizeof_mpe_error}
	if call(&raw) != C.MPE_EVENT {
		return nil
	}
	return &Finding{
		Code: C.GoString(C.mpe_code_name(raw.code)), Event: C.GoString(C.mpe_event_name(raw.event)),
		Reason: int32(raw.reason), Message: C.GoString(&raw.message[0]), raw: raw,
		Track: optional(raw.track >= 0, int32(raw.track)), Unit: optional(raw.unit[0] != 0, C.GoString(&raw.unit[0])),
		Value:       optional(raw.flags&C.MPE_ERROR_HAS_VALUE != 0, int64(raw.value)),
		Limit:       optional(raw.flags&C.MPE_ERROR_HAS_LIMIT != 0, int64(raw.limit)),
		OffsetBytes: optional(raw.flags&C.MPE_ERROR_HAS_OFFSET != 0, uint64(raw.offset_bytes)),
		MediaUs:     optional(raw.flags&C.MPE_ERROR_HAS_MEDIA_TIME != 0, int64(raw.media_us)),
	}
}
