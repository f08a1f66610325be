// Channels: one live event, its limits, its allow list, and what it adds up.

package mpe

// #include "library.h"
import "C"

// Channel is one live event: its limits and its allow list. It may be used by several goroutines.
type Channel struct{ handle *C.mpe_channel }

// Connection is what is known of a connection that a session is opened for; all of it may be missing.
type Connection struct {
	Protocol int32  // Protocol...
	Peer     string // "203.0.113.7:52859"
	ID       string // the host's name for it, not a secret
	NowUs    int64
}

// NewChannel makes a channel of a kind, with that kind's limits; Close frees it.
func NewChannel(kind int32) (*Channel, error) {
	channel := &Channel{}
	return channel, check(C.mpe_channel_new(&channel.handle, C.int32_t(kind), nil))
}

// Set sets a parameter by its name: Set("max_width_px", 1280).
func (channel *Channel) Set(param string, value int64) error {
	number, _ := ParamByName(param)
	return check(C.mpe_channel_set(channel.handle, C.int32_t(number), C.int64_t(value)))
}

// Get reads a parameter by its name.
func (channel *Channel) Get(param string) (int64, error) {
	var value C.int64_t
	number, _ := ParamByName(param)
	err := check(C.mpe_channel_get(channel.handle, C.int32_t(number), &value))
	return int64(value), err
}

// SetText sets a text of the channel, one of Text...; "" unsets it.
func (channel *Channel) SetText(which int32, value string) error {
	return check(withText(value, func(text *C.char) C.mpe_status {
		return C.mpe_channel_set_text(channel.handle, C.int32_t(which), text)
	}))
}

// SetAction sets what the channel does about a code, one of Action...
func (channel *Channel) SetAction(code, action int32) error {
	return check(C.mpe_channel_set_action(channel.handle, C.int32_t(code), C.int32_t(action)))
}

// Action reads what the channel does about a code.
func (channel *Channel) Action(code int32) (int32, error) {
	var action C.int32_t
	err := check(C.mpe_channel_get_action(channel.handle, C.int32_t(code), &action))
	return int32(action), err
}

// Allow adds an address or a network to the allow list.
func (channel *Channel) Allow(entry string) error {
	return check(withText(entry, func(text *C.char) C.mpe_status {
		return C.mpe_channel_allow(channel.handle, text)
	}))
}

// AllowNobody makes the allow list exist, and adds nothing.
func (channel *Channel) AllowNobody() error { return check(C.mpe_channel_allow(channel.handle, nil)) }

// Disallow removes an entry from the allow list.
func (channel *Channel) Disallow(entry string) error {
	return check(withText(entry, func(text *C.char) C.mpe_status {
		return C.mpe_channel_disallow(channel.handle, text)
	}))
}

// AllowEverybody removes the allow list.
func (channel *Channel) AllowEverybody() error {
	return check(C.mpe_channel_disallow(channel.handle, nil))
}

// Totals is what the channel adds up over its sessions now.
func (channel *Channel) Totals() (*Sums, error) {
	raw := C.mpe_channel_sums{struct_size: C.sizeof_mpe_channel_sums}
	err := check(C.mpe_channel_totals(channel.handle, &raw))
	return sumsOf(&raw), err
}

// NewSession opens a session; Close frees it.
func (channel *Channel) NewSession(about Connection) (*Session, error) {
	session := &Session{}
	return session, check(withOptional(about.Peer, func(peer *C.char) C.mpe_status {
		return withOptional(about.ID, func(id *C.char) C.mpe_status {
			return C.mpe_session_new(&session.handle, channel.handle, C.int32_t(about.Protocol), peer, id,
				C.int64_t(about.NowUs))
		})
	}))
}

// Close frees the channel; its sessions go on.
func (channel *Channel) Close() {
	C.mpe_channel_free(channel.handle)
	channel.handle = nil
}
