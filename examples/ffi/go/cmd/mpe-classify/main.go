// mpe-classify says which result codes a recorded live ingest would meet, as mpe-inspect --json does: a line of JSON
// per finding. Exit status: 0 no finding, 1 findings, 2 wrong usage or unreadable input.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"libmpe.example/mpe"
)

const usage = "usage: mpe-classify [--kind encoding|pass-through-basic|pass-through-standard] " +
	"[--set NAME=VALUE]... FILE|-"

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
	session, err := channel.NewSession(mpe.Connection{Protocol: protocol})
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
			_, err = session.Feed(buffer[:count], 0)
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
	} else if errors.Is(err, strconv.ErrSyntax) {
		err = errors.New("not a whole number")
	} else {
		err = errors.New("more than 64 bits")
	}
	if err != nil {
		return fmt.Errorf("--set %s: give NAME=VALUE, as in max_width_px=1280 (%w)", setting, err)
	}
	return nil
}

type options struct {
	kind     int32
	settings []string
	input    string
}

// readOptions gives flag.ErrHelp where the usage is asked for.
func readOptions() (options, error) {
	o := options{settings: []string{"report_all=1", "media_clock=1", "max_header_bytes=1048576"}}
	flags := flag.NewFlagSet("mpe-classify", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	kind := flags.String("kind", "encoding", "")
	flags.Func("set", "", func(setting string) error {
		o.settings = append(o.settings, setting)
		return nil
	})
	// Options may follow the input, too.
	for rest := os.Args[1:]; len(rest) > 0; {
		if err := flags.Parse(rest); err != nil {
			return o, err
		}
		rest = flags.Args()
		if len(rest) > 0 && o.input != "" {
			return o, errors.New("give one input")
		} else if len(rest) > 0 {
			o.input, rest = rest[0], rest[1:]
		}
	}
	number, there := kinds[*kind]
	if !there {
		return o, fmt.Errorf("--kind %s is none", *kind)
	} else if o.input == "" {
		return o, errors.New("give one input")
	}
	o.kind = number
	return o, nil
}

func run() (int, error) {
	o, err := readOptions()
	if errors.Is(err, flag.ErrHelp) {
		fmt.Println(usage)
		return 0, nil
	} else if err != nil {
		return 2, fmt.Errorf("%w; %s", err, usage)
	}
	channel, err := mpe.NewChannel(o.kind)
	if err != nil {
		return 2, err
	}
	defer channel.Close()
	for _, setting := range o.settings {
		if err := set(channel, setting); err != nil {
			return 2, err
		}
	}
	if o.input == "-" {
		return classify(channel, os.Stdin, "standard input")
	}
	file, err := os.Open(o.input)
	if err != nil {
		return 2, err
	}
	defer file.Close()
	return classify(channel, file, o.input)
}

func main() {
	status, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mpe-classify:", err)
		status = 2
	}
	os.Exit(status)
}
