// The constants of the headers: statuses and their names, kinds, states.

package mpe

// #include "library.h"
import "C"

// The statuses of calls that fail.
const (
	StatusNoMemory       = Status(C.MPE_NO_MEMORY)
	StatusBadChannel     = Status(C.MPE_BAD_CHANNEL)
	StatusBadSession     = Status(C.MPE_BAD_SESSION)
	StatusBadOutput      = Status(C.MPE_BAD_OUTPUT)
	StatusBadStructSize  = Status(C.MPE_BAD_STRUCT_SIZE)
	StatusBadData        = Status(C.MPE_BAD_DATA)
	StatusBadKind        = Status(C.MPE_BAD_KIND)
	StatusBadProtocol    = Status(C.MPE_BAD_PROTOCOL)
	StatusBadParam       = Status(C.MPE_BAD_PARAM)
	StatusBadValue       = Status(C.MPE_BAD_VALUE)
	StatusBadText        = Status(C.MPE_BAD_TEXT)
	StatusBadAddress     = Status(C.MPE_BAD_ADDRESS)
	StatusBadIndex       = Status(C.MPE_BAD_INDEX)
	StatusBadCode        = Status(C.MPE_BAD_CODE)
	StatusBadSchema      = Status(C.MPE_BAD_SCHEMA)
	StatusBadState       = Status(C.MPE_BAD_STATE)
	StatusBufferTooSmall = Status(C.MPE_BUFFER_TOO_SMALL)
	StatusBadError       = Status(C.MPE_BAD_ERROR)
	StatusBadAnswered    = Status(C.MPE_BAD_ANSWERED)
	StatusBadChunkSize   = Status(C.MPE_BAD_CHUNK_SIZE)
	StatusNotSupported   = Status(C.MPE_NOT_SUPPORTED)
)

var statusNames = map[Status]string{
	StatusNoMemory:       "MPE_NO_MEMORY",
	StatusBadChannel:     "MPE_BAD_CHANNEL",
	StatusBadSession:     "MPE_BAD_SESSION",
	StatusBadOutput:      "MPE_BAD_OUTPUT",
	StatusBadStructSize:  "MPE_BAD_STRUCT_SIZE",
	StatusBadData:        "MPE_BAD_DATA",
	StatusBadKind:        "MPE_BAD_KIND",
	StatusBadProtocol:    "MPE_BAD_PROTOCOL",
	StatusBadParam:       "MPE_BAD_PARAM",
	StatusBadValue:       "MPE_BAD_VALUE",
	StatusBadText:        "MPE_BAD_TEXT",
	StatusBadAddress:     "MPE_BAD_ADDRESS",
	StatusBadIndex:       "MPE_BAD_INDEX",
	StatusBadCode:        "MPE_BAD_CODE",
	StatusBadSchema:      "MPE_BAD_SCHEMA",
	StatusBadState:       "MPE_BAD_STATE",
	StatusBufferTooSmall: "MPE_BUFFER_TOO_SMALL",
	StatusBadError:       "MPE_BAD_ERROR",
	StatusBadAnswered:    "MPE_BAD_ANSWERED",
	StatusBadChunkSize:   "MPE_BAD_CHUNK_SIZE",
	StatusNotSupported:   "MPE_NOT_SUPPORTED",
}

// Constants of the headers that a host needs by name; codes, parameters and conditions have tables, too.
const (
	Encoding            = int32(C.MPE_ENCODING)
	PassThroughBasic    = int32(C.MPE_PASS_THROUGH_BASIC)
	PassThroughStandard = int32(C.MPE_PASS_THROUGH_STANDARD)
	Open                = int32(C.MPE_OPEN)

	ProtocolAuto = int32(C.MPE_PROTOCOL_AUTO)
	ProtocolRTMP = int32(C.MPE_PROTOCOL_RTMP)
	ProtocolFLV  = int32(C.MPE_PROTOCOL_FLV)
	ProtocolFMP4 = int32(C.MPE_PROTOCOL_FMP4)

	TextApp              = int32(C.MPE_TEXT_APP)
	TextStreamName       = int32(C.MPE_TEXT_STREAM_NAME)
	TextTopic            = int32(C.MPE_TEXT_TOPIC)
	TextSubject          = int32(C.MPE_TEXT_SUBJECT)
	TextVideoCodecs      = int32(C.MPE_TEXT_VIDEO_CODECS)
	TextAudioCodecs      = int32(C.MPE_TEXT_AUDIO_CODECS)
	TextMinVideoBitrates = int32(C.MPE_TEXT_MIN_VIDEO_BITRATES)

	MediaNone  = int32(C.MPE_MEDIA_NONE)
	MediaVideo = int32(C.MPE_MEDIA_VIDEO)
	MediaAudio = int32(C.MPE_MEDIA_AUDIO)

	StateOpening      = int32(C.MPE_STATE_OPENING)
	StateAdmitted     = int32(C.MPE_STATE_ADMITTED)
	StateRejected     = int32(C.MPE_STATE_REJECTED)
	StateDisconnected = int32(C.MPE_STATE_DISCONNECTED)
	StateFinished     = int32(C.MPE_STATE_FINISHED)

	EventConnectionRejected  = int32(C.MPE_EVENT_CONNECTION_REJECTED)
	EventEncoderDisconnected = int32(C.MPE_EVENT_ENCODER_DISCONNECTED)

	ActionRefuse = int32(C.MPE_ACTION_REFUSE)
	ActionReport = int32(C.MPE_ACTION_REPORT)
	ActionIgnore = int32(C.MPE_ACTION_IGNORE)

	NameApp    = int32(C.MPE_NAME_APP)
	NameStream = int32(C.MPE_NAME_STREAM)
	NameQuery  = int32(C.MPE_NAME_QUERY)
	NameTCURL  = int32(C.MPE_NAME_TC_URL)

	BodyComplete = int32(C.MPE_BODY_COMPLETE)
	BodyCut      = int32(C.MPE_BODY_CUT)

	SchemaEventGrid   = int32(C.MPE_SCHEMA_EVENT_GRID)
	SchemaCloudEvents = int32(C.MPE_SCHEMA_CLOUD_EVENTS)

	AskedNothing = int32(C.MPE_ASKED_NOTHING)
	AskedConnect = int32(C.MPE_ASKED_CONNECT)
	AskedCommand = int32(C.MPE_ASKED_COMMAND)
	AskedStream  = int32(C.MPE_ASKED_STREAM)
	AskedPublish = int32(C.MPE_ASKED_PUBLISH)

	AnsweredUnknown = int32(C.MPE_ANSWERED_UNKNOWN)
	AnsweredNothing = int32(C.MPE_ANSWERED_NOTHING)
	AnsweredConnect = int32(C.MPE_ANSWERED_CONNECT)
	AnsweredStream  = int32(C.MPE_ANSWERED_STREAM)

	SeveritySuggestion = int32(C.MPE_SEVERITY_SUGGESTION)
	SeverityWarning    = int32(C.MPE_SEVERITY_WARNING)
	SeverityError      = int32(C.MPE_SEVERITY_ERROR)

	NoticeHappened = int32(C.MPE_NOTICE_HAPPENED)
	NoticeSet      = int32(C.MPE_NOTICE_SET)
	NoticeCleared  = int32(C.MPE_NOTICE_CLEARED)

	NoticeEncoderConnected       = int32(C.MPE_NOTICE_ENCODER_CONNECTED)
	NoticeIncomingStreamReceived = int32(C.MPE_NOTICE_INCOMING_STREAM_RECEIVED)
	NoticeIngestHeartbeat        = int32(C.MPE_NOTICE_INGEST_HEARTBEAT)
	NoticeTrackDiscontinuity     = int32(C.MPE_NOTICE_TRACK_DISCONTINUITY)
	NoticeChunkDropped           = int32(C.MPE_NOTICE_CHUNK_DROPPED)
	NoticeStreamsOutOfSync       = int32(C.MPE_NOTICE_STREAMS_OUT_OF_SYNC)
	NoticeVideoStreamsOutOfSync  = int32(C.MPE_NOTICE_VIDEO_STREAMS_OUT_OF_SYNC)
	NoticeArchiveHeartbeat       = int32(C.MPE_NOTICE_ARCHIVE_HEARTBEAT)
	NoticeEncoderDisconnected    = int32(C.MPE_NOTICE_ENCODER_DISCONNECTED)

	LatencyOK                       = int32(C.MPE_LATENCY_OK)
	LatencyKeyFrameIntervalTooLarge = int32(C.MPE_LATENCY_KEY_FRAME_INTERVAL_TOO_LARGE)
	LatencyIngestDiscontinuity      = int32(C.MPE_LATENCY_INGEST_DISCONTINUITY)

	CodeConnectionDenied       = int32(C.MPE_INGEST_ENCODER_CONNECTION_DENIED)
	CodeAppIDAuthFailure       = int32(C.MPE_RTMP_APPID_AUTH_FAILURE)
	CodeChannelReset           = int32(C.MPI_REST_API_CHANNEL_RESET)
	CodeChannelStop            = int32(C.MPI_REST_API_CHANNEL_STOP)
	CodeSystemMaintenance      = int32(C.MPI_SYSTEM_MAINTENANCE)
	ReasonProtocolNotSupported = int32(C.MPE_REASON_PROTOCOL_NOT_SUPPORTED)
	ReasonMediaBeforeHeader    = int32(C.MPE_REASON_MEDIA_BEFORE_HEADER)
)
