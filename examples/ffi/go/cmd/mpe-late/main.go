// mpe-late has three live events on one port: a recorded RTMP connection is bound to the one whose app it names.
//
// usage: mpe-late APP APP APP FILE (an encoding channel, a pass-through one, one without limits)
package main

import (
	"fmt"
	"os"

	"libmpe.example/mpe"
)

// must ends the program where a call failed.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func newChannel(kind int32, settings ...string) *mpe.Channel {
	channel := must(mpe.NewChannel(kind))
	for _, name := range settings {
		must(0, channel.Set(name, 1))
	}
	return channel
}

func bindOrRefuse(session *mpe.Session, channels map[string]*mpe.Channel) error {
	app := must(session.Name(mpe.NameApp))
	fmt.Printf("%s was named after %d bytes\n", app, session.Taken())
	if channel := channels[app]; channel != nil {
		return session.Bind(channel, 0)
	}
	return session.Refuse(mpe.CodeAppIDAuthFailure, 0)
}

func serve(session *mpe.Session, channels map[string]*mpe.Channel, data []byte) {
	for must(session.Feed(data, 0)) {
		data = data[session.Taken():]
		must(0, bindOrRefuse(session, channels))
	}
	for finding := session.Poll(); finding != nil; finding = session.Poll() {
		fmt.Printf("%s: %s\n", finding.Code, finding.Message)
		fmt.Printf("a reply of %d bytes\n", len(must(session.ReplyRTMP(finding, mpe.AnsweredUnknown, 0))))
	}
}

func main() {
	apps := os.Args[1:4]
	channels := map[string]*mpe.Channel{}
	for i, kind := range []int32{mpe.Encoding, mpe.PassThroughStandard, mpe.Open} {
		channels[apps[i]] = newChannel(kind, "media_clock")
	}
	lobby := newChannel(mpe.Open, "media_clock", "bind_late")
	session := must(lobby.NewSession(mpe.Connection{Protocol: mpe.ProtocolRTMP}))
	defer session.Close()
	for data := must(os.ReadFile(os.Args[4])); len(data) > 0; {
		count := 4096
		if count > len(data) {
			count = len(data)
		}
		serve(session, channels, data[:count])
		data = data[count:]
	}
	for _, app := range apps {
		sums := must(channels[app].Totals())
		fmt.Printf("%s: sessions %d, qualities %d + %d\n", app, sums.Sessions, sums.VideoQualities, sums.AudioQualities)
	}
	must(0, session.Finish(0, 0))
	for _, track := range session.Tracks() {
		fmt.Printf("%s %dx%d, %d frames\n", track.Codec, track.WidthPx, track.HeightPx, track.Frames)
	}
	fmt.Printf("ended by %s\n", session.Ending().Code)
}
