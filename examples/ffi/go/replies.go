// The bytes that tell an encoder why it is refused or disconnected (mpe/reply.h).

package mpe

// #include "library.h"
import "C"

import "unsafe"

// Message is the payload of an RTMP command, and the message stream to send it on.
type Message struct {
	StreamID uint32
	Payload  []byte
}

// Answer is the answer to an HTTP request; RetryAfterS 0: without Retry-After.
type Answer struct {
	Status, RetryAfterS int32
	Body                string
}

// Asked is what an RTMP encoder has asked for last, one of Asked...
func (session *Session) Asked() int32 { return int32(C.mpe_session_asked(session.handle)) }

// ReplyRTMP is what tells the encoder, as chunks ready to be sent. answered is one of Answered...; a chunk size of 0 is
// that of a server that has announced none.
func (session *Session) ReplyRTMP(finding *Finding, answered int32, chunkSizeBytes uint32) ([]byte, error) {
	return written(func(buffer unsafe.Pointer, size C.size_t, needed *C.size_t) C.mpe_status {
		return C.mpe_reply_rtmp(session.handle, &finding.raw, C.int32_t(answered), C.uint32_t(chunkSizeBytes), buffer,
			size, needed)
	})
}

// ReplyRTMPMessages is the same for a host that makes its own chunks.
func (session *Session) ReplyRTMPMessages(finding *Finding, answered int32) ([]Message, error) {
	var messages []Message
	for {
		var streamID C.uint32_t
		payload, err := written(func(buffer unsafe.Pointer, size C.size_t, needed *C.size_t) C.mpe_status {
			return C.mpe_reply_rtmp_message(session.handle, &finding.raw, C.int32_t(answered),
				C.int32_t(len(messages)), &streamID, buffer, size, needed)
		})
		if err == StatusBadIndex {
			return messages, nil
		} else if err != nil {
			return nil, err
		}
		messages = append(messages, Message{uint32(streamID), payload})
	}
}

// ReplyReconnect asks the encoder to connect to another URL, or, with "", to the same one.
func (session *Session) ReplyReconnect(tcURL, description string, chunkSizeBytes uint32) ([]byte, error) {
	return written(func(buffer unsafe.Pointer, size C.size_t, needed *C.size_t) C.mpe_status {
		return withOptional(tcURL, func(url *C.char) C.mpe_status {
			return withOptional(description, func(text *C.char) C.mpe_status {
				return C.mpe_reply_reconnect(session.handle, url, text, C.uint32_t(chunkSizeBytes), buffer, size, needed)
			})
		})
	})
}

// ReplyHTTP is the answer to the request whose body the session was.
func (session *Session) ReplyHTTP(finding *Finding) (Answer, error) {
	var status, retryAfterS C.int32_t
	body, err := writtenText(func(buffer *C.char, size C.size_t, needed *C.size_t) C.mpe_status {
		return C.mpe_reply_http(session.handle, &finding.raw, &status, &retryAfterS, buffer, size, needed)
	})
	return Answer{int32(status), int32(retryAfterS), body}, err
}
