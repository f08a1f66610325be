// A finding as a line of JSON.

package main

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"

	"libmpe.example/mpe"
)

// milliseconds shows 33.367 as it is, and 33 as 33.0.
type milliseconds float64

func (ms milliseconds) MarshalJSON() ([]byte, error) {
	digits := strings.Replace(strconv.FormatFloat(float64(ms), 'g', 15, 64), "e+", "e", 1)
	if !strings.ContainsAny(digits, ".e") {
		digits += ".0"
	}
	return []byte(digits), nil
}

type line struct {
	Code    string        `json:"code"`
	Event   string        `json:"event"`
	Track   *int32        `json:"track"`
	Value   *int64        `json:"value"`
	Limit   *int64        `json:"limit"`
	Unit    *string       `json:"unit"`
	Offset  *uint64       `json:"offset"`
	MediaMs *milliseconds `json:"media_ms"`
	Message string        `json:"message"`
}

func report(finding *mpe.Finding) error {
	f := line{finding.Code, finding.Event, finding.Track, finding.Value, finding.Limit, finding.Unit,
		finding.OffsetBytes, nil, finding.Message}
	if finding.MediaUs != nil {
		ms := milliseconds(float64(*finding.MediaUs) / 1000)
		f.MediaMs = &ms
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(f)
}
