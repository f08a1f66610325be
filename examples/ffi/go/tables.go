// The tables of the library: codes, reasons, events, parameters, conditions.

package mpe

// #include "library.h"
import "C"

// CodeRow is a row of the table of result codes.
type CodeRow struct {
	Number                     int32
	Name, Title, Cause, Remedy string
}

// ReasonRow is a way to a code.
type ReasonRow struct {
	Number       int32
	Name, Remedy string
}

// ParamRow is a row of the table of parameters.
type ParamRow struct {
	Number           int32
	Name, Unit, Text string
}

// ConditionRow is a row of the table of conditions.
type ConditionRow struct {
	Number, Severity    int32
	Name, Title, Remedy string
}

// byName gives a number, and whether there is one of that name.
func byName(name string, find func(*C.char) C.int32_t) (int32, bool) {
	number := withText(name, find)
	if number <= 0 {
		return 0, false
	}
	return int32(number), true
}

// Codes are all result codes.
func Codes() []CodeRow {
	rows := make([]CodeRow, int(C.mpe_code_count()))
	for i := range rows {
		code := C.mpe_code_at(C.int32_t(i))
		rows[i] = CodeRow{int32(code), C.GoString(C.mpe_code_name(code)), C.GoString(C.mpe_code_title(code)),
			C.GoString(C.mpe_code_cause(code)), C.GoString(C.mpe_code_remedy(code))}
	}
	return rows
}

// CodeByName gives the number of a code, and whether there is one of that name.
func CodeByName(name string) (int32, bool) {
	return byName(name, func(text *C.char) C.int32_t { return C.mpe_code_by_name(text) })
}

// Reasons are all ways to the codes.
func Reasons() []ReasonRow {
	var rows []ReasonRow
	for reason := C.int32_t(1); reason <= C.MPE_REASON_ENDED; reason++ { // which is the last one
		if name := C.GoString(C.mpe_reason_name(reason)); name != "" {
			rows = append(rows, ReasonRow{int32(reason), name, C.GoString(C.mpe_reason_remedy(reason))})
		}
	}
	return rows
}

// EventName is the name of one of Event...
func EventName(event int32) string { return C.GoString(C.mpe_event_name(C.int32_t(event))) }

// Params are all parameters of channels.
func Params() []ParamRow {
	rows := make([]ParamRow, int(C.mpe_param_count()))
	for i := range rows {
		param := C.mpe_param_at(C.int32_t(i))
		rows[i] = ParamRow{int32(param), C.GoString(C.mpe_param_name(param)), C.GoString(C.mpe_param_unit(param)),
			C.GoString(C.mpe_param_text(param))}
	}
	return rows
}

// ParamByName gives the number of a parameter, and whether there is one of that name.
func ParamByName(name string) (int32, bool) {
	return byName(name, func(text *C.char) C.int32_t { return C.mpe_param_by_name(text) })
}

// Bounds are the least and the largest value of a parameter, and the default for a kind of channel.
func Bounds(param, kind int32) (min, max, standard int64, err error) {
	var values [3]C.int64_t
	err = check(C.mpe_param_bounds(C.int32_t(param), C.int32_t(kind), &values[0], &values[1], &values[2]))
	return int64(values[0]), int64(values[1]), int64(values[2]), err
}

// Conditions are all conditions of streams.
func Conditions() []ConditionRow {
	rows := make([]ConditionRow, int(C.mpe_condition_count()))
	for i := range rows {
		number := C.mpe_condition_at(C.int32_t(i))
		rows[i] = ConditionRow{int32(number), int32(C.mpe_condition_severity(number)),
			C.GoString(C.mpe_condition_name(number)), C.GoString(C.mpe_condition_title(number)),
			C.GoString(C.mpe_condition_remedy(number))}
	}
	return rows
}

// ConditionByName gives the number of a condition, and whether there is one of that name.
func ConditionByName(name string) (int32, bool) {
	return byName(name, func(text *C.char) C.int32_t { return C.mpe_condition_by_name(text) })
}
