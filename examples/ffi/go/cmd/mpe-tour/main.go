// mpe-tour makes each call once: the tables, a channel, a recorded RTMP session, and one over HTTP.
//
// usage: mpe-tour FILE
package main

import (
	"fmt"
	"math"
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

func done(err error) { must(0, err) }

func printTables() {
	fmt.Println(mpe.Version(), mpe.VersionString())
	fmt.Println(mpe.BuildInfo())
	for _, row := range mpe.Codes() {
		number, _ := mpe.CodeByName(row.Name)
		fmt.Printf("code %d %s|%s|%s|%s\n", number, row.Name, row.Title, row.Cause, row.Remedy)
	}
	for _, row := range mpe.Reasons() {
		fmt.Printf("reason %d %s|%s\n", row.Number, row.Name, row.Remedy)
	}
	for _, row := range mpe.Params() {
		number, _ := mpe.ParamByName(row.Name)
		min, max, standard, err := mpe.Bounds(number, mpe.Encoding)
		done(err)
		fmt.Printf("param %d %s|%s|%s|%d|%d|%d\n", number, row.Name, row.Unit, row.Text, min, max, standard)
	}
	for _, row := range mpe.Conditions() {
		number, _ := mpe.ConditionByName(row.Name)
		fmt.Printf("condition %d %s|%s|%s|%d\n", number, row.Name, row.Title, row.Remedy, row.Severity)
	}
	fmt.Println(mpe.EventName(mpe.EventEncoderDisconnected))
	fmt.Println("protocol", mpe.Detect([]byte("FLV\x01\x05\x00\x00\x00\t")))
	fmt.Println(mpe.StatusText(mpe.StatusBadState))
}

func tourChannel() *mpe.Channel {
	channel := must(mpe.NewChannel(mpe.Encoding))
	code, _ := mpe.CodeByName("MPE_INGEST_FRAMERATE_EXCEEDED")
	done(channel.Set("max_width_px", 1280))
	done(channel.SetAction(code, mpe.ActionReport))
	fmt.Println(must(channel.Get("max_width_px")), must(channel.Action(code)))
	fmt.Println(channel.Set("max_width_px", -1))
	fmt.Println(channel.Set("nonsense", 1))
	fmt.Println(channel.SetText(mpe.TextVideoCodecs, "no codec"))
	done(channel.SetText(mpe.TextSubject, "tour"))
	done(channel.Allow("203.0.113.0/24"))
	done(channel.Disallow("203.0.113.0/24"))
	fmt.Println(channel.Disallow("203.0.113.0/24"))
	done(channel.AllowEverybody())
	for _, name := range []string{"media_clock", "notices", "conditions"} {
		done(channel.Set(name, 1))
	}
	return channel
}

func printFinding(session *mpe.Session, finding *mpe.Finding) {
	fmt.Println(map[bool]string{true: "reported", false: "final"}[finding.Reported])
	fmt.Println(must(session.Notification(finding, 0, mpe.SchemaEventGrid)))
	answer := must(session.ReplyHTTP(finding))
	fmt.Println(answer.Status, answer.RetryAfterS, answer.Body)
}

func printReplies(session *mpe.Session, finding *mpe.Finding) {
	fmt.Printf("%x\n", must(session.ReplyRTMP(finding, mpe.AnsweredConnect, 64)))
	for _, message := range must(session.ReplyRTMPMessages(finding, mpe.AnsweredConnect)) {
		fmt.Printf("%d %x\n", message.StreamID, message.Payload)
	}
	_, err := session.ReplyReconnect("rtmp://203.0.113.9/live", "", 0)
	fmt.Println(err)
}

func orDash[T any](number *T) any {
	if number == nil {
		return "-"
	}
	return *number
}

func printNotice(session *mpe.Session, notice *mpe.Notice) {
	fmt.Println("notice", notice.Kind, notice.State, notice.Severity, orDash(notice.Track), orDash(notice.Value),
		orDash(notice.Limit), orDash(notice.MediaUs), notice.Unit+notice.Message)
	fmt.Println(must(session.NoticeNotification(notice, 0, mpe.SchemaCloudEvents)))
}

func rtmpSession(channel *mpe.Channel, data []byte) {
	session := must(channel.NewSession(mpe.Connection{Peer: "203.0.113.7:52859", ID: "tour-1"}))
	defer session.Close()
	must(session.Feed(data, 0))
	for finding := session.Poll(); finding != nil; finding = session.Poll() {
		printFinding(session, finding)
		printReplies(session, finding)
	}
	done(session.Latency(120, 3000000))
	done(session.WallClock(1717158363591000, 3000000))
	done(session.Tick(3000000))
	for notice := session.PollNotice(); notice != nil; notice = session.PollNotice() {
		printNotice(session, notice)
	}
	for _, track := range session.Tracks() {
		fmt.Println(track.Codec, track.HeaderSeen, track.Frames, orDash(track.FirstDtsUs), orDash(track.LastDtsUs))
	}
	health := must(session.Health())
	fmt.Println(orDash(health.LeadUs), orDash(health.SilenceUs), orDash(health.BytesSinceKeyFrame),
		orDash(health.LostUs), orDash(health.GainPermille), orDash(health.KeyFrameIntervalUs),
		orDash(health.EncodeToIngestUs))
	sums := must(channel.Totals())
	fmt.Println(sums.Sessions, sums.MeasuredBps, "of", sums.MaxBitrateBps)
	isNever := map[bool]int{true: 1, false: 0}[session.Deadline() == math.MaxInt64]
	fmt.Println(session.Protocol(), session.State(), session.Asked(), session.Taken(), isNever)
	done(session.Finish(mpe.CodeChannelStop, 3000000))
	printFinding(session, session.Ending())
	fmt.Println(session.Tick(3000000))
}

func httpSession(channel *mpe.Channel) {
	lobby := must(mpe.NewChannel(mpe.Open))
	defer lobby.Close()
	done(lobby.Set("bind_late", 1))
	session := must(lobby.NewSession(mpe.Connection{Protocol: mpe.ProtocolFMP4}))
	defer session.Close()
	digit := map[bool]int{true: 1, false: 0}
	fmt.Println(digit[must(session.URL("/live/a.isml/Streams(video)?x=y"))])
	for _, part := range []int32{mpe.NameApp, mpe.NameStream, mpe.NameQuery, mpe.NameTCURL} {
		fmt.Println(must(session.Name(part)))
	}
	done(session.Bind(channel, 0))
	fmt.Println(digit[must(session.NextBody("", mpe.BodyComplete, 0))])
	done(session.Refuse(mpe.CodeSystemMaintenance, 0))
	for finding := session.Poll(); finding != nil; finding = session.Poll() {
		printFinding(session, finding)
	}
}

func main() {
	printTables()
	channel := tourChannel()
	defer channel.Close()
	rtmpSession(channel, must(os.ReadFile(os.Args[1])))
	httpSession(channel)
}
