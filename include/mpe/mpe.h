/*
 * libmpe: why a live ingest must be refused, or has broken.
 *
 * This file is the specification. Two verbs carry the library:
 *
 *     mpe_session_feed(session, bytes, len, now_us);
 *     while (mpe_session_poll_error(session, &error) == MPE_EVENT)
 *         ... refuse or end the connection, and say why ...
 *
 * Conventions
 *
 * Words     A channel is one live event: its kind, limits, allow list, expected app, and all connections that feed
 *           it. A session is one of these connections: one RTMP connection (its client-to-server bytes), one FLV
 *           stream, or the body of one fragmented MP4 POST. A track is one elementary stream of a session. A quality
 *           is one distinct rendition of a channel.
 * Time      The caller owns the clock. now_us is microseconds on any monotonic clock with any epoch, the same for all
 *           sessions of a channel. A value that goes back is taken as the largest seen so far, one beyond 2^60 (36 000
 *           years) on either side of 0 as 2^60. The library reads no clock.
 * Cuts      The same bytes at the same times give the same findings, offset for offset, however they are cut into
 *           calls of mpe_session_feed.
 * Threads   One session on one thread at a time; different sessions on different threads; a channel on any thread at
 *           any time. No global state.
 * Memory    Handles are opaque; every _free takes NULL. Text given to the library is copied. Text that it returns as
 *           const char * is static, never NULL, and stays valid for ever. Output structs are the caller's; set
 *           struct_size to sizeof the struct before the call, and no more than that is written.
 * Bounds    With the default limits a session holds less than 5 MiB whatever its peer sends; nearly all of it is
 *           max_chunk_streams bodies of max_header_bytes. FFmpeg and expat take less than 1 MiB more while they read a
 *           header. The session of an encoder takes a few KiB.
 * Results   mpe_status is the result of a call and says which argument was wrong. mpe_code is a finding about the
 *           stream. They never mix: hostile bytes never make a call fail.
 * After an  A call that returns a negative status has changed nothing, unless its text says otherwise.
 * error
 * Secrets   Stream keys, access tokens and URL queries appear in no finding and no notification.
 * Silence   No callback (but for the optional allocator), no logging, no signal, no abort, no file, no socket.
 */
#ifndef MPE_H
#define MPE_H

#include <stddef.h>
#include <stdint.h>

#include "codes.h"
#include "params.h"
#include "version.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mpe_channel mpe_channel;
typedef struct mpe_session mpe_session;

/* Result of a call. 0 to 3 are success, negative values are mistakes of the caller or lack of memory. */
typedef int32_t mpe_status;
enum {
    MPE_OK = 0,
    MPE_EVENT = 1,              /* mpe_session_poll_error filled its output */
    MPE_NAMED = 2,              /* the session of a lobby has named its channel, see mpe_session_bind */
    MPE_STALE = 3,              /* a share is no news (share.h); nothing was changed */
    MPE_NO_MEMORY = -1,         /* the allocator returned NULL */
    MPE_BAD_CHANNEL = -2,       /* argument channel is NULL */
    MPE_BAD_SESSION = -3,       /* argument session is NULL */
    MPE_BAD_OUTPUT = -4,        /* an output pointer is NULL */
    MPE_BAD_STRUCT_SIZE = -5,   /* struct_size of a struct is smaller than any version of it */
    MPE_BAD_DATA = -6,          /* data is NULL while len is not 0 */
    MPE_BAD_KIND = -7,          /* not an mpe_channel_kind */
    MPE_BAD_PROTOCOL = -8,      /* not an mpe_protocol */
    MPE_BAD_PARAM = -9,         /* no such parameter or text */
    MPE_BAD_VALUE = -10,        /* the value lies outside the bounds of the parameter */
    MPE_BAD_TEXT = -11,         /* the text is NULL, too long, or not of the form the parameter needs */
    MPE_BAD_ADDRESS = -12,      /* not an address, CIDR or address(mask) */
    MPE_BAD_INDEX = -13,        /* no such entry */
    MPE_BAD_CODE = -14,         /* not a code that this call takes */
    MPE_BAD_SCHEMA = -15,       /* not an mpe_schema */
    MPE_BAD_STATE = -16,        /* the call comes too late, or too early, see its text */
    MPE_BUFFER_TOO_SMALL = -17, /* the text does not fit; the size it needs was written */
    MPE_BAD_ERROR = -18,        /* the mpe_error given as input was not filled by this library */
    MPE_BAD_ANSWERED = -30,     /* not an mpe_answered (reply.h) */
    MPE_BAD_CHUNK_SIZE = -31,   /* not a size that an RTMP chunk can have */
    MPE_NOT_SUPPORTED = -32,    /* the encoder did not say that it understands this */
    MPE_BAD_KEY = -33,          /* the key of a fleet is NULL, or not 32 bytes (share.h) */
    MPE_BAD_EDGE = -34,         /* the number of an edge is 0, or this one's own */
    MPE_BAD_SHARE = -35,        /* the bytes are no share of this channel and fleet, or damaged */
    MPE_TOO_MANY_EDGES = -36    /* the channel knows as many as it can */
};

/* What a live event does with its input. Values of int32_t arguments named kind. */
enum mpe_channel_kind {
    MPE_ENCODING = 1,
    MPE_PASS_THROUGH_BASIC = 2,
    MPE_PASS_THROUGH_STANDARD = 3,
    MPE_OPEN = 4 /* no limits of its own, no metadata asked for, every codec that can be named: set what you need */
};

/* What the bytes of a session are. MPE_PROTOCOL_AUTO decides by the first bytes. */
enum mpe_protocol {
    MPE_PROTOCOL_AUTO = 0,
    MPE_PROTOCOL_RTMP = 1,
    MPE_PROTOCOL_FLV = 2,
    MPE_PROTOCOL_FMP4 = 3
};

/* Texts of a channel, for mpe_channel_set_text. */
enum mpe_text {
    MPE_TEXT_APP = 1,         /* expected RTMP app, "live/<token>"; GUIDs compare without hyphens and case; unset: any */
    MPE_TEXT_STREAM_NAME = 2, /* expected stream name; unset: any */
    MPE_TEXT_TOPIC = 3,       /* topic (Event Grid) or source (CloudEvents) of notifications */
    MPE_TEXT_SUBJECT = 4,     /* subject of notifications; unset: "liveEvent/channel" */

    /*
     * The codecs that are taken: FourCCs of Enhanced RTMP or of sample entries, separated by blanks or commas, such as
     * "avc1 av01" and "mp4a Opus". Names of the same codec (hvc1, hev1) are one; "*" is every codec that can be named.
     * "rtmp:", "flv:" or "fmp4:" in front of one names it for that protocol alone: "avc1 fmp4:hvc1". Unset: what the
     * kind takes.
     */
    MPE_TEXT_VIDEO_CODECS = 5,
    MPE_TEXT_AUDIO_CODECS = 6,

    /*
     * Condition: the lowest bitrate of a video track by the size of its picture, in bit/s: "1080p60:4000000
     * 1080p:3000000 720p:2000000", at most 16 of them. Each counts for pictures whose shorter side has at least so many
     * lines, of at least so many frames per second where it names them; of those that do the one with the most lines, then
     * with the most frames. Where none does, and where it is unset: min_video_bitrate_bps.
     */
    MPE_TEXT_MIN_VIDEO_BITRATES = 7
};

enum mpe_media {
    MPE_MEDIA_NONE = 0,
    MPE_MEDIA_VIDEO = 1,
    MPE_MEDIA_AUDIO = 2
};

/* Where a session stands. */
enum mpe_session_state {
    MPE_STATE_OPENING = 0,      /* no verdict yet */
    MPE_STATE_ADMITTED = 1,     /* every track seen has its header and passed its checks, coded frames passed theirs;
                                   or the header of fragmented MP4 has no video or audio track, which needs no more */
    MPE_STATE_REJECTED = 2,     /* ended by a finding of event MPE_EVENT_CONNECTION_REJECTED */
    MPE_STATE_DISCONNECTED = 3, /* ended by a finding of event MPE_EVENT_ENCODER_DISCONNECTED */
    MPE_STATE_FINISHED = 4      /* ended by mpe_session_finish, nothing wrong */
};

/* The notification that a finding belongs to where it is refused. */
enum mpe_event {
    MPE_EVENT_CONNECTION_REJECTED = 1,
    MPE_EVENT_ENCODER_DISCONNECTED = 2
};

/* What a channel does about a code, see mpe_channel_set_action. */
enum mpe_action {
    MPE_ACTION_REFUSE = 1, /* the finding ends the session */
    MPE_ACTION_REPORT = 2, /* it is polled, with MPE_ERROR_REPORTED in its flags, and the session goes on */
    MPE_ACTION_IGNORE = 3  /* it is not said at all */
};

/* What a session of a lobby has named, for mpe_session_name. */
enum mpe_name_part {
    MPE_NAME_APP = 1,    /* app of connect, without its query; of a URL, what mpe_session_url calls so, without slashes at its ends */
    MPE_NAME_STREAM = 2, /* stream name of publish, without its query; of a URL, what Streams() holds */
    MPE_NAME_QUERY = 3,  /* what stands after the question mark of the stream name, or else of app; or of the URL */
    MPE_NAME_TC_URL = 4  /* tcUrl of connect; or the URL */
};

/* How the body of a request ended, for mpe_session_next_body. */
enum mpe_body_end {
    MPE_BODY_COMPLETE = 1, /* as long as the request said, or with its last chunk */
    MPE_BODY_CUT = 2       /* by the network: what it broke off in is no fault of the encoder's bytes, and forgotten */
};

/* Bits of mpe_error.flags: which fields hold something. */
enum mpe_error_flag {
    MPE_ERROR_HAS_VALUE = 1,
    MPE_ERROR_HAS_LIMIT = 2,
    MPE_ERROR_HAS_OFFSET = 4,
    MPE_ERROR_HAS_MEDIA_TIME = 8,
    MPE_ERROR_REPORTED = 16,  /* the channel's action for this code is MPE_ACTION_REPORT: the session goes on */
    MPE_ERROR_HAS_REMOTE = 32 /* the channel is one of a fleet (share.h), and other edges are part of value */
};

/* One finding, or the ending of a session. Flat, without pointers or padding. */
typedef struct mpe_error {
    uint32_t struct_size;  /* in: sizeof(mpe_error); out: bytes filled */
    int32_t code;          /* mpe_code */
    int32_t event;         /* enum mpe_event */
    int32_t reason;        /* mpe_reason: which way to the code this was */
    int32_t track;         /* index for mpe_session_track, -1: none */
    int32_t media;         /* enum mpe_media of that track */
    uint32_t flags;        /* enum mpe_error_flag */
    uint32_t fourcc;       /* codec of that track as a big-endian FourCC, 0: none */
    int64_t value;         /* what was measured, in unit */
    int64_t limit;         /* what is allowed, in unit */
    uint64_t offset_bytes; /* index, from 0, of the deciding byte of the session */
    int64_t media_us;      /* decode time of the deciding frame */
    int64_t now_us;        /* the caller's time when it was decided */
    int64_t remote_value;  /* as much of value is of other edges, */
    int64_t remote_age_us; /* and the oldest of that was written so long ago */
    int32_t edges;         /* so many other edges count */
    int32_t reserved;      /* 0 */
    char unit[16];         /* "px", "bps", ...; "" without value and limit */
    char message[328];     /* one sentence for people, with the remedy */
} mpe_error;

/* What is known of a track. 0 and "" mean "not known (yet)". Flat, without pointers or padding. */
typedef struct mpe_track {
    uint32_t struct_size;           /* in: sizeof(mpe_track); out: bytes filled */
    int32_t media;                  /* enum mpe_media */
    int32_t track_id;               /* id on the wire: 0 for plain RTMP/FLV, the track id of multitrack or of moov */
    uint32_t stream_id;             /* RTMP message stream that carries it */
    uint32_t fourcc;                /* codec as a big-endian FourCC: 'avc1', 'mp4a', ... */
    int32_t header_seen;            /* 1: its sequence header or init segment came and was read */
    int32_t profile;                /* profile_idc, or the AAC object type minus 1, as FFmpeg numbers it */
    int32_t bit_depth;              /* bits per sample */
    int32_t width_px;               /* displayed */
    int32_t height_px;
    int32_t sample_rate_hz;
    int32_t channels;
    int32_t aac_object_type;        /* 2 LC, 5 HE-AAC v1, 29 HE-AAC v2, ... */
    int32_t measured_mfps;          /* frames per 1000 s of media, over the last window */
    int32_t declared_mfps;          /* by metadata, else by the VUI of H.264; reported, never trusted */
    int32_t composition_offset_us;  /* video: composition time minus decode time of the last frame */
    int64_t measured_bps;           /* the least average of one to two windows, as last known */
    int64_t declared_bps;           /* by metadata, the query of the stream name, Smooth Streaming's manifest, or btrt */
    uint64_t frames;                /* coded messages or samples that began */
    uint64_t key_frames;
    uint64_t bytes;                 /* of complete coded messages or samples */
    int64_t first_dts_us;           /* INT64_MIN: no frame yet */
    int64_t last_dts_us;            /* unwrapped: continues over 31- and 32-bit wraps */
    int64_t media_us;               /* how much media came: its steps added up, without jumps, breaks and what came again */
    char codec[16];                 /* "H.264", "AAC", ... */
} mpe_track;

/* What a channel adds up over its sessions. A limit of 0 is none. Flat, without pointers or padding. */
typedef struct mpe_channel_sums {
    uint32_t struct_size;        /* in: sizeof(mpe_channel_sums); out: bytes filled */
    int32_t kind;                /* enum mpe_channel_kind */
    int32_t sessions;            /* not yet freed */
    int32_t active_sessions;     /* of these, the ones that make up what follows: with a header, and not silent */
    int32_t video_qualities;     /* distinct ones */
    int32_t audio_qualities;
    int32_t max_video_qualities; /* their limits */
    int32_t max_audio_qualities;
    int64_t measured_bps;        /* sum of the measured rates; redundant pushes count once unless sum_redundant is set */
    int64_t declared_bps;        /* the same of the declared rates */
    int64_t max_bitrate_bps;     /* the limit of both */
    int64_t excess_bits;         /* what came above the limit; beyond 2 s of the limit a session is refused */
    int32_t edges;               /* of a fleet (share.h): others that count; all that follows is 0 without any */
    int32_t remote_sessions;     /* active ones of theirs; what stands above but for the sessions holds theirs, too */
    int64_t remote_measured_bps; /* as much of measured_bps, */
    int64_t remote_declared_bps; /* and of declared_bps is theirs */
    int64_t oldest_us;           /* caller's time when the oldest of that was written */
} mpe_channel_sums;

/*
 * Optional allocator. Its functions must be thread-safe where a channel is shared between threads. FFmpeg uses an
 * allocator of its own: what it takes is freed before the call returns.
 */
typedef struct mpe_allocator {
    size_t struct_size;                                                   /* sizeof(mpe_allocator) */
    void *(*allocate)(void *user, size_t size_bytes);                     /* NULL: no memory */
    void (*release)(void *user, void *block);                             /* block may be NULL */
    void *user;                                                           /* first argument of each call */
    void *(*reallocate)(void *user, void *block, size_t new_size_bytes); /* as realloc; NULL: the two others serve */
} mpe_allocator;

/* ---------------------------------------------------------------- channel */

/*
 * Makes a channel of a kind, with that kind's limits.
 *
 * out        receives the handle, to be freed with mpe_channel_free; NULL is written on failure
 * kind       enum mpe_channel_kind
 * allocator  copied; NULL: malloc and free
 *
 * MPE_OK, MPE_BAD_OUTPUT, MPE_BAD_KIND, MPE_BAD_STRUCT_SIZE (of allocator), MPE_BAD_PARAM (an allocator without
 * allocate or release), MPE_NO_MEMORY.
 */
MPE_API mpe_status mpe_channel_new(mpe_channel **out, int32_t kind, const mpe_allocator *allocator);

/*
 * Sets parameter param (params.h) to value, at any time. Limits of sums over the channel (max_bitrate_bps,
 * bitrate_tolerance_percent, trust_declared_bitrate, sum_redundant, max_video_qualities, max_audio_qualities,
 * takeover_us) count at once: a sum that is too high now is a finding of the session that came last, at its next feed
 * or tick, which mpe_session_deadline asks for. All others count for sessions made later; open ones keep theirs.
 *
 * MPE_OK, MPE_BAD_CHANNEL, MPE_BAD_PARAM, MPE_BAD_VALUE, MPE_NO_MEMORY.
 */
MPE_API mpe_status mpe_channel_set(mpe_channel *channel, int32_t param, int64_t value);

/* Reads parameter param. MPE_OK, MPE_BAD_CHANNEL, MPE_BAD_PARAM, MPE_BAD_OUTPUT. */
MPE_API mpe_status mpe_channel_get(const mpe_channel *channel, int32_t param, int64_t *value);

/*
 * Sets text which (enum mpe_text) to a UTF-8 text of at most 1023 bytes; "" and NULL unset it. May be called
 * at any time; it counts for sessions made later. The text is copied.
 *
 * MPE_OK, MPE_BAD_CHANNEL, MPE_BAD_PARAM, MPE_BAD_TEXT (too long, or a word that names no codec), MPE_NO_MEMORY.
 */
MPE_API mpe_status mpe_channel_set_text(mpe_channel *channel, int32_t which, const char *text);

/*
 * Sets what the channel does about a code: refuse (the default), report, or ignore. A code that is reported ends no
 * session and changes no state; it is said once per track, or once per session where it is about none. report_all
 * presets "report" for every code that has no action of its own. May be called at any time; it counts for sessions made
 * later.
 *
 * code    a code that is a fault; MPE_UNKNOWN_ERROR, which stands for bytes that cannot be read, cannot be ignored, and
 *         ends the session all the same where nothing more can be read
 * action  enum mpe_action
 *
 * MPE_OK, MPE_BAD_CHANNEL, MPE_BAD_CODE (no such code, or an ending), MPE_BAD_VALUE (not an action of this code),
 * MPE_NO_MEMORY.
 */
MPE_API mpe_status mpe_channel_set_action(mpe_channel *channel, int32_t code, int32_t action);

/* Reads the action for a code. MPE_OK, MPE_BAD_CHANNEL, MPE_BAD_CODE, MPE_BAD_OUTPUT. */
MPE_API mpe_status mpe_channel_get_action(const mpe_channel *channel, int32_t code, int32_t *action);

/*
 * Adds an entry to the allow list: an IPv4 or IPv6 address, CIDR with or without host bits ("10.0.0.1/22"), or
 * address(dotted mask) ("10.0.0.1(255.255.252.0)"). An IPv4-mapped IPv6 address counts as the IPv4 address. Without a
 * call everybody may connect; entry NULL makes the list exist and adds nothing: then nobody may. May be called at any
 * time; it counts for sessions made later.
 *
 * MPE_OK, MPE_BAD_CHANNEL, MPE_BAD_ADDRESS, MPE_NO_MEMORY.
 */
MPE_API mpe_status mpe_channel_allow(mpe_channel *channel, const char *entry);

/*
 * Removes an entry from the allow list, however it was written; the list stays, be it empty. entry NULL removes the
 * list: everybody may connect again. Counts for sessions made later.
 *
 * MPE_OK, MPE_BAD_CHANNEL, MPE_BAD_ADDRESS, MPE_BAD_INDEX (the list does not have it).
 */
MPE_API mpe_status mpe_channel_disallow(mpe_channel *channel, const char *entry);

/*
 * What the channel adds up over its sessions now, and the limits of that.
 * MPE_OK, MPE_BAD_CHANNEL, MPE_BAD_OUTPUT, MPE_BAD_STRUCT_SIZE.
 */
MPE_API mpe_status mpe_channel_totals(const mpe_channel *channel, mpe_channel_sums *sums);

/* Frees the channel; sessions that still use it keep what they need until they are freed. NULL is allowed. */
MPE_API void mpe_channel_free(mpe_channel *channel);

/* ---------------------------------------------------------------- session */

/*
 * Opens a session on a channel. A peer that may not connect is a finding, ready to be polled at once.
 *
 * out         receives the handle, to be freed with mpe_session_free; NULL is written on failure
 * channel     stays the caller's; it may be freed before the session
 * protocol    enum mpe_protocol
 * peer        "203.0.113.7:52859", "203.0.113.7", "[2001:db8::1]:1935" or "2001:db8::1"; NULL: not known
 * session_id  the host's name for this connection, at most 127 bytes, not a secret: it becomes the streamId of
 *             notifications and must be unique in the channel; NULL: none
 * now_us      when the connection was accepted
 *
 * MPE_OK, MPE_BAD_OUTPUT, MPE_BAD_CHANNEL, MPE_BAD_PROTOCOL, MPE_BAD_TEXT (session_id), MPE_NO_MEMORY.
 */
MPE_API mpe_status mpe_session_new(mpe_session **out, mpe_channel *channel, int32_t protocol, const char *peer,
                                   const char *session_id, int64_t now_us);

/*
 * Names the ingest URL where the bytes do not carry it, as with HTTP: a URL or the path of a request, such as
 * "/<token>/ingest.isml/Streams(video)". What stands before the first segment that ends in ".isml" is the app (without
 * such a segment, all but the last one); it is judged as the app of an RTMP connect is, with or without a leading
 * "live/", and what Streams() holds as its stream name. It is compared as it is: a host decodes "%28" and the like. A
 * path alone names no host: notifications have no ingestUrl then. Call it before the first byte.
 *
 * MPE_OK (a finding may be ready to be polled), MPE_NAMED (of a lobby's session: bind it), MPE_BAD_SESSION,
 * MPE_BAD_TEXT (NULL, empty, or 2048 bytes or more), MPE_BAD_STATE (bytes were fed already, or the session is finished),
 * MPE_NO_MEMORY (of a lobby's session).
 */
MPE_API mpe_status mpe_session_url(mpe_session *session, const char *url);

/*
 * Gives the next len bytes that the encoder sent. All of them are taken, but where MPE_NAMED says otherwise; data is not
 * kept. Bytes after the finding that ended the session are not looked at, but for the commands of RTMP up to publish,
 * which reply.h answers. Time that passed is judged before the bytes (as by mpe_session_tick). When memory runs out,
 * that is a finding (MPE_UNKNOWN_ERROR, OUT_OF_MEMORY).
 *
 * MPE_OK, MPE_NAMED (of a lobby's session: the bytes up to publish were taken, see mpe_session_bind), MPE_BAD_SESSION,
 * MPE_BAD_DATA, MPE_BAD_STATE (after mpe_session_finish, or bytes between MPE_NAMED and mpe_session_bind; nothing was
 * taken).
 */
MPE_API mpe_status mpe_session_feed(mpe_session *session, const void *data, size_t len, int64_t now_us);

/* How many bytes the last mpe_session_feed took: all that it was given, or, with MPE_NAMED, fewer. 0 of NULL. */
MPE_API size_t mpe_session_taken(const mpe_session *session);

/*
 * Which channel a session is for, where that stands in its bytes. A channel whose parameter bind_late is 1 is a lobby:
 * a session opened on it is its own only until it has named a channel. Until then the lobby gives memory (for good),
 * time limits and the bounds of the protocol, and judges what breaks these; session ids need not be unique in it.
 *
 *   RTMP        mpe_session_feed reads up to the last byte of publish, returns MPE_NAMED, and mpe_session_taken says how
 *               many bytes that were. The host looks at mpe_session_name, calls mpe_session_bind or mpe_session_refuse,
 *               and feeds the rest. Each further publish on the connection is MPE_NAMED again, for whoever may publish
 *               one stream name may not publish every one.
 *   with a URL  mpe_session_url returns MPE_NAMED.
 *   without     FLV and fragmented MP4 name nothing: bind such a session at once, before its first byte
 *               (mpe_protocol_detect says what the first bytes are). Fed without that, it stays the lobby's.
 *
 * From here on the session is the channel's: its findings, and their offsets, are those of a session that was opened on
 * the channel, but for what a channel decides before publish: the session id and the encoder's address are judged now;
 * the app, too, at the offset of its byte. Where connect came several times before that, the last one counts. What came
 * before publish was judged by the limits of the lobby.
 *
 * Bound again, be it to the same channel, it is judged by the limits and the allow list as they are now. Bound to
 * another one, it leaves the first with all its tracks, those of other message streams included; one that was admitted
 * stays so.
 *
 * session  opened on a lobby; MPE_NAMED was returned, or no byte was fed yet
 * channel  stays the caller's; it may be freed before the session; the lobby itself is one, too
 *
 * MPE_OK (findings may be ready to be polled; nothing is done to a session that has ended), MPE_BAD_SESSION,
 * MPE_BAD_CHANNEL, MPE_BAD_STATE (it was not opened on a lobby, names nothing now, or is finished), MPE_NO_MEMORY (it
 * still waits to be bound).
 */
MPE_API mpe_status mpe_session_bind(mpe_session *session, mpe_channel *channel, int64_t now_us);

/*
 * What a session of a lobby has named last, as it was sent: secrets, for the host alone. Nothing else that the library
 * says holds them. What was not named is "", and so is a text with a NUL in it.
 *
 * part    enum mpe_name_part
 * buffer  receives the text, NUL-terminated; may be NULL when size is 0
 * needed  receives the bytes the text needs with its NUL, also when it does not fit; may be NULL
 *
 * MPE_OK, MPE_BAD_SESSION, MPE_BAD_PARAM, MPE_BAD_STATE (it was not opened on a lobby), MPE_BAD_OUTPUT (buffer),
 * MPE_BUFFER_TOO_SMALL (nothing but an empty text was written).
 */
MPE_API mpe_status mpe_session_name(const mpe_session *session, int32_t part, char *buffer, size_t size,
                                    size_t *needed);

/*
 * Ends the session with the host's own no: a finding of its own reason, MPE_REASON_HOST_REFUSED, with notification and
 * reply like any other, whatever the channel's action for its code is. Before admission it is a rejection. On any
 * session, bound or not, at any time.
 *
 * code  MPE_RTMP_APPID_AUTH_FAILURE (no such channel, a wrong key, switched off, taken),
 *       MPE_INGEST_ENCODER_CONNECTION_DENIED, MPI_REST_API_CHANNEL_RESET (an operator ended it),
 *       MPI_REST_API_CHANNEL_STOP or MPI_SYSTEM_MAINTENANCE
 *
 * MPE_OK (nothing is done to a session that has ended), MPE_BAD_SESSION, MPE_BAD_CODE, MPE_BAD_STATE (finished already).
 */
MPE_API mpe_status mpe_session_refuse(mpe_session *session, int32_t code, int64_t now_us);

/*
 * Says that what is fed next is the body of another HTTP request of the same session, as in CMAF ingest, where the init
 * segment and each media segment may come in a request of their own (PUT or POST, with any path). Boxes begin again;
 * tracks and all that was measured stay known, offsets and time go on. From here on a moov adds its tracks to those that
 * are there, and takes the place of a track whose id it has: fragments name a track by its id alone, so that tracks of
 * the same id (each with an init segment of its own) need sessions of their own. Bodies that arrive at the same time do,
 * too.
 *
 * url    the URL or path of the request, judged as by mpe_session_url, a session of a lobby is MPE_NAMED again; the
 *        first one of a session says what it publishes. NULL: not to be judged
 * ended  enum mpe_body_end of the body before, if there was one. A complete one that ended inside a box is a finding
 *        (MPE_UNKNOWN_ERROR, MALFORMED_INPUT) at its last byte
 *
 * MPE_OK (findings may be ready to be polled), MPE_NAMED, MPE_BAD_SESSION, MPE_BAD_TEXT (url is empty, or 2048 bytes or
 * more), MPE_BAD_VALUE (ended), MPE_BAD_PROTOCOL (RTMP or FLV), MPE_BAD_STATE (finished, or it waits to be bound),
 * MPE_NO_MEMORY (of a lobby's session: the body has begun, call again).
 */
MPE_API mpe_status mpe_session_next_body(mpe_session *session, const char *url, int32_t ended, int64_t now_us);

/* Says that time passed. MPE_OK, MPE_BAD_SESSION, MPE_BAD_STATE (after mpe_session_finish). */
MPE_API mpe_status mpe_session_tick(mpe_session *session, int64_t now_us);

/*
 * When mpe_session_tick is due next, on the caller's clock, the earliest of these: when the session would have been
 * idle for too long, or not admitted for too long; when it leaves the sums of its channel, 1 us after it had no frame
 * for bitrate_window_us, or, of longer fragments, for the media of the last one and takeover_us; when a sum that is
 * too high is so for too long and this session came last (other sessions, mpe_channel_set and mpe_channel_remote may
 * bring that about: ask again after each feed of the channel, or once a second); when a quality of a stream name that
 * another session has is decided; with notices, the next heartbeat, and with conditions, 1 s after they were last
 * looked at. INT64_MAX: nothing depends on time alone, or NULL.
 */
MPE_API int64_t mpe_session_deadline(const mpe_session *session);

/*
 * Ends the session: the peer closed (code 0), or the host ended it and says why (MPI_REST_API_CHANNEL_RESET,
 * MPI_REST_API_CHANNEL_STOP, MPI_SYSTEM_MAINTENANCE). What can only be judged at the end is judged now. The qualities
 * and rates of the session leave the channel. Findings can be polled until mpe_session_free.
 *
 * MPE_OK, MPE_BAD_SESSION, MPE_BAD_CODE, MPE_BAD_STATE (finished already).
 */
MPE_API mpe_status mpe_session_finish(mpe_session *session, int32_t code, int64_t now_us);

/*
 * Takes the oldest finding that was not polled yet. At most one in a session's life ends it; those that the channel's
 * actions have reported carry MPE_ERROR_REPORTED.
 *
 * MPE_EVENT (error was filled), MPE_OK (nothing to report), MPE_BAD_SESSION, MPE_BAD_OUTPUT, MPE_BAD_STRUCT_SIZE.
 */
MPE_API mpe_status mpe_session_poll_error(mpe_session *session, mpe_error *error);

/*
 * How the session ended: the finding that ended it, or, after mpe_session_finish, the code that is no fault (S_OK,
 * MPE_CLIENT_TERMINATED_SESSION, MPE_CLIENT_DISCONNECTED, MPI_STREAM_HIT_EOF, what the host declared). May be asked any
 * number of times.
 *
 * MPE_EVENT (error was filled), MPE_OK (the session goes on), MPE_BAD_SESSION, MPE_BAD_OUTPUT, MPE_BAD_STRUCT_SIZE.
 */
MPE_API mpe_status mpe_session_ending(const mpe_session *session, mpe_error *error);

/* enum mpe_session_state, or MPE_BAD_SESSION. */
MPE_API int32_t mpe_session_state(const mpe_session *session);

/* enum mpe_protocol: what the bytes turned out to be, MPE_PROTOCOL_AUTO while not known; or MPE_BAD_SESSION. */
MPE_API int32_t mpe_session_protocol(const mpe_session *session);

/*
 * What is known of track index, from 0 in order of appearance.
 * MPE_OK, MPE_BAD_SESSION, MPE_BAD_OUTPUT, MPE_BAD_STRUCT_SIZE, MPE_BAD_INDEX (no such track).
 */
MPE_API mpe_status mpe_session_track(const mpe_session *session, int32_t index, mpe_track *track);

/* Frees the session; it leaves its channel. NULL is allowed. */
MPE_API void mpe_session_free(mpe_session *session);

/* ----------------------------------------------------------- notification */

/* The envelope of mpe_error_json. */
enum mpe_schema {
    MPE_SCHEMA_EVENT_GRID = 1,  /* one element of the array that Event Grid delivers */
    MPE_SCHEMA_CLOUD_EVENTS = 2 /* CloudEvents 1.0, JSON format */
};

/*
 * Writes the notification of a finding or an ending as one line of JSON (no newline), NUL-terminated, in the schema of
 * Microsoft.Media.LiveEventConnectionRejected or LiveEventEncoderDisconnected. The data object carries the documented
 * fields (ingestUrl, streamId, encoderIp, encoderPort, resultCode) and one more, evidence, which a consumer of the
 * documented schema can ignore. A finding with MPE_ERROR_REPORTED ended nothing: its type is
 * "org.libmpe.LiveEventFindingReported". Allocates nothing.
 *
 * session   the session the error was polled from (for URL and peer)
 * unix_us   wall-clock time of the notification, microseconds since 1970-01-01 UTC
 * buffer    may be NULL when size is 0
 * needed    receives the bytes the text needs with its NUL, also when it does not fit; may be NULL
 *
 * MPE_OK, MPE_BAD_SESSION, MPE_BAD_ERROR, MPE_BAD_SCHEMA, MPE_BAD_OUTPUT (buffer), MPE_BUFFER_TOO_SMALL (nothing but
 * an empty text was written).
 */
MPE_API mpe_status mpe_error_json(const mpe_session *session, const mpe_error *error, int32_t schema, int64_t unix_us,
                                  char *buffer, size_t size, size_t *needed);

/* ------------------------------------------------------------------ tables */

/* The table of parameters. A parameter or index that does not exist gives 0, "" or MPE_BAD_PARAM. */
MPE_API int32_t mpe_param_count(void);
MPE_API int32_t mpe_param_at(int32_t index);
MPE_API const char *mpe_param_name(int32_t param); /* "max_width_px" */
MPE_API const char *mpe_param_unit(int32_t param);
MPE_API const char *mpe_param_text(int32_t param); /* what it is */
MPE_API int32_t mpe_param_by_name(const char *name);
/* Bounds, and the default for a kind of channel; each output may be NULL. MPE_OK, MPE_BAD_PARAM, MPE_BAD_KIND. */
MPE_API mpe_status mpe_param_bounds(int32_t param, int32_t kind, int64_t *min, int64_t *max, int64_t *standard);

/* What the first bytes of a stream are: enum mpe_protocol, MPE_PROTOCOL_AUTO (0) while too few or no known protocol. */
MPE_API int32_t mpe_protocol_detect(const void *data, size_t len);

/* One sentence about a status. */
MPE_API const char *mpe_status_text(mpe_status status);

#ifdef __cplusplus
}
#endif

#endif
