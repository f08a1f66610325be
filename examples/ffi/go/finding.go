// Findings: a copy of mpe_error, in which what is not known is nil.

package mpe

// #include "library.h"
import "C"

// Finding is one finding, or the ending of a session; what is not known is nil.
type Finding struct {
	Code, Event, Message string
	Reason               int32
	Track                *int32
	Value, Limit         *int64
	Unit                 *string
	OffsetBytes          *uint64
	MediaUs              *int64
	Reported             bool
	raw                  C.mpe_error
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
		Reported:    raw.flags&C.MPE_ERROR_REPORTED != 0,
	}
}
