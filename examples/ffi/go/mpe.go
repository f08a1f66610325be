// Package mpe is libmpe for Go: it says why a live ingest must be refused, or has broken.
//
//	channel, err := mpe.NewChannel(mpe.Encoding)
//	session, err := channel.NewSession(mpe.Connection{Peer: "203.0.113.7:52859", NowUs: nowUs})
//	_, err = session.Feed(data, nowUs)
//	for finding := session.Poll(); finding != nil; finding = session.Poll() {
//		fmt.Println(finding.Code, finding.Message)
//	}
//
// Constants, structs and functions are those of the installed headers, whose text is the documentation. A call that
// fails returns a Status, which says which mistake it was.
package mpe

// #cgo LDFLAGS: -lmpe
// #include "library.h"
import "C"

import (
	"fmt"
	"strings"
	"unsafe"
)

// Status is the error of a call: a mistake of the caller, or lack of memory.
type Status int32

// Error is a sentence, and the name of the status.
func (status Status) Error() string {
	return fmt.Sprintf("%s (%s)", StatusText(status), statusNames[status])
}

func check(status C.mpe_status) error {
	if status < 0 {
		return Status(status)
	}
	return nil
}

// named says whether the session of a lobby has named its channel.
func named(status C.mpe_status) (bool, error) { return status == C.MPE_NAMED, check(status) }

// withText calls with a text for C, which ends at a NUL: one that has a NUL in it is no text.
func withText(text string, call func(*C.char) C.mpe_status) C.mpe_status {
	if strings.IndexByte(text, 0) >= 0 {
		return C.MPE_BAD_TEXT
	}
	copied := C.CString(text)
	defer C.free(unsafe.Pointer(copied))
	return call(copied)
}

// withOptional is withText, but gives NULL for "".
func withOptional(text string, call func(*C.char) C.mpe_status) C.mpe_status {
	if text == "" {
		return call(nil)
	}
	return withText(text, call)
}

// first is where the bytes lie; C keeps no pointer to them after the call.
func first(data []byte) unsafe.Pointer {
	if len(data) == 0 {
		return nil
	}
	return unsafe.Pointer(&data[0])
}

// written is what a function writes that takes a buffer, its size, and where the size that it needs goes.
func written(call func(buffer unsafe.Pointer, size C.size_t, needed *C.size_t) C.mpe_status) ([]byte, error) {
	var needed C.size_t
	if status := call(nil, 0, &needed); status != C.MPE_BUFFER_TOO_SMALL && status < 0 {
		return nil, Status(status)
	}
	buffer := make([]byte, needed)
	if status := call(first(buffer), needed, &needed); status < 0 {
		return nil, Status(status)
	}
	return buffer, nil
}

// writtenText is the same of a text, which ends with a NUL.
func writtenText(call func(buffer *C.char, size C.size_t, needed *C.size_t) C.mpe_status) (string, error) {
	text, err := written(func(buffer unsafe.Pointer, size C.size_t, needed *C.size_t) C.mpe_status {
		return call((*C.char)(buffer), size, needed)
	})
	return strings.TrimSuffix(string(text), "\x00"), err
}

// Detect says what the first bytes of a stream are: Protocol..., ProtocolAuto while not known.
func Detect(head []byte) int32 {
	return int32(C.mpe_protocol_detect(first(head), C.size_t(len(head))))
}

// StatusText is one sentence about a status.
func StatusText(status Status) string { return C.GoString(C.mpe_status_text(C.mpe_status(status))) }

// Version is major * 1000000 + minor * 1000 + patch of the library that runs.
func Version() uint32 { return uint32(C.mpe_version()) }

// VersionString is the version as a text.
func VersionString() string { return C.GoString(C.mpe_version_string()) }

// BuildInfo says what the library was built with.
func BuildInfo() string { return C.GoString(C.mpe_build_info()) }
