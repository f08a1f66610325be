// mpe-classify says which result codes a recorded live ingest would meet, as mpe-inspect --json does: a line of JSON
// per finding. Exit status: 0 no finding, 1 findings, 2 wrong usage or unreadable input.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
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

// isPlainMP4 tells an MP4 for download, in which the order means nothing: a moov and media, but no fragment.
func isPlainMP4(file io.ReaderAt) bool {
	var head [16]byte
	seen := map[string]bool{}
	for at := int64(0); at >= 0 && !seen["moof"]; {
		if count, _ := file.ReadAt(head[:], at); count < 8 {
			break
		}
		size := int64(binary.BigEndian.Uint32(head[:4]))
		if size == 1 {
			size = int64(binary.BigEndian.Uint64(head[8:]))
		}
		seen[string(head[4:8])] = true
		if size < 8 {
			break
		}
		at += size
	}
	return seen["moov"] && seen["mdat"] && !seen["moof"]
}

// headOf reads the first bytes of a stream, enough of them to tell what it is.
func headOf(file io.Reader, name string) ([]byte, error) {
	var head []byte
	buffer := make([]byte, 65536)
	for mpe.Detect(head) == mpe.ProtocolAuto && len(head) < 64 {
		count, err := file.Read(buffer)
		head = append(head, buffer[:count]...)
		if err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
	}
	if len(head) == 0 {
		return nil, errors.New(name + " is empty")
	}
	if mpe.Detect(head) == mpe.ProtocolAuto {
		return nil, errors.New(name + " is neither FLV nor fragmented MP4 nor the bytes that an RTMP encoder sends")
	}
	return head, nil
}

func classify(channel *mpe.Channel, file *os.File, name string) (status int, err error) {
	head, err := headOf(file, name)
	if err != nil {
		return 2, err
	}
	protocol := mpe.Detect(head)
	isPlain := protocol == mpe.ProtocolFMP4 && isPlainMP4(file)
	session, err := channel.NewSession(protocol, "", 0)
	if err != nil {
		return 2, err
	}
	defer session.Close()
	input := io.MultiReader(bytes.NewReader(head), file)
	buffer := make([]byte, 65536)
	for ended := false; !ended && err == nil; {
		count, readErr := input.Read(buffer)
		if ended = readErr == io.EOF; ended {
			err = session.Finish(0, 0)
		} else if err = readErr; err == nil {
			err = session.Feed(buffer[:count], 0)
		}
		for finding := session.Poll(); finding != nil && err == nil; finding = session.Poll() {
			isPlain = isPlain || protocol == mpe.ProtocolFMP4 && finding.Reason == mpe.ReasonProtocolNotSupported
			if isPlain && (finding.Code == "MPE_UNKNOWN_ERROR" || finding.Reason == mpe.ReasonMediaBeforeHeader) {
				continue
			}
			status = 1
			err = report(finding)
		}
	}
	if isPlain && err == nil {
		err = errors.New(name + " is a plain MP4, not a live ingest")
	}
	return status, err
}

var kinds = map[string]int32{"encoding": mpe.Encoding, "pass-through-basic": mpe.PassThroughBasic,
	"pass-through-standard": mpe.PassThroughStandard}

func set(channel *mpe.Channel, setting string) error {
	name, text, _ := strings.Cut(setting, "=")
	value, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		err = channel.Set(name, value)
	}
	if err != nil {
		return fmt.Errorf("--set %s: give NAME=VALUE, as in max_width_px=1280 (%w)", setting, err)
	}
	return nil
}

func run() (int, error) {
	settings := []string{"report_all=1", "media_clock=1"}
	kind := flag.String("kind", "encoding", "encoding, pass-through-basic or pass-through-standard")
	flag.Func("set", "`NAME=VALUE` sets a parameter; may be repeated", func(setting string) error {
		settings = append(settings, setting)
		return nil
	})
	flag.Parse()
	number, there := kinds[*kind]
	if flag.NArg() != 1 || !there {
		return 2, errors.New("give a --kind of these and one input, FILE or -; see --help")
	}
	channel, err := mpe.NewChannel(number)
	if err != nil {
		return 2, err
	}
	defer channel.Close()
	for _, setting := range settings {
		if err := set(channel, setting); err != nil {
			return 2, err
		}
	}
	if flag.Arg(0) == "-" {
		return classify(channel, os.Stdin, "standard input")
	}
	file, err := os.Open(flag.Arg(0))
	if err != nil {
		return 2, err
	}
	defer file.Close()
	return classify(channel, file, flag.Arg(0))
}

func main() {
	status, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mpe-classify:", err)
		status = 2
	}
	os.Exit(status)
}
