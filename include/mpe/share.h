/*
 * One channel over several processes and hosts: a fleet.
 *
 * Each process (an edge) writes what it contributes to a channel as a share, a short block of bytes, and is given those
 * of the other edges. How they travel is the host's affair: Redis, shared memory, a socket. With them the channel
 * counts qualities, bit rates, redundant pushes, silent sessions, stream names and session ids as if all sessions were
 * here.
 *
 *     mpe_channel_fleet(channel, key, sizeof(key), "studio-a", edge);      before its first session
 *
 *     when mpe_channel_share_revision differs from that of the last report (ask after feeds, at least 10 times a
 *     second), and every 2.5 s:
 *         mpe_channel_share(channel, now_us, fleet_us, buffer, sizeof(buffer), &size);  and send it
 *     for each share that comes:
 *         mpe_channel_remote(channel, share, size, fleet_us, lease_us, now_us);
 *         and mpe_session_deadline of the channel's sessions may be earlier now
 *
 * Who is refused   The session that came last, on whichever edge: a share fixes when each session came to the fleet,
 * the first time that it stands in one. All edges know the same order, so that of two that pass a limit at the same
 * moment exactly one goes. One that stands in no share yet is later than all that do. Clocks           now_us is the
 * channel's clock, as in mpe.h. fleet_us is one that all edges share: microseconds since any fixed time, such as TIME
 * of the Redis server that carries the shares, carried on by the host's monotonic clock, or that clock itself between
 * the processes of one machine. It says how old a share is, and which session came last; a clock that is off by seconds
 * makes shares look older, or lets its edge's sessions come earlier, and breaks nothing else. Lease            What an
 * edge contributes counts until lease_us after it was written, if nothing new comes: 10 s where an edge writes
 * every 2.5 s. Then it is out, as if its sessions had ended. Nobody hears of anybody: each edge judges what it has
 * itself. Secrets          A share holds no name, stream name, session id, key or address: digests of them
 * (HMAC-SHA-256 under a key of the channel, which comes from that of the fleet and the channel's name), rates, and,
 * where conditions are asked for, codec, size and key-frame times. It is authenticated by the same key: one of another
 * channel or fleet, or that was tampered with, is refused whole. An edge's old share is no news. Whoever can hold
 * shares back can make edges judge by themselves; nobody without the key can add to a sum. Cost             A channel
 * without mpe_channel_fleet has one pointer for it and does nothing. In a fleet a frame costs what it costs alone.
 */
#ifndef MPE_SHARE_H
#define MPE_SHARE_H

#include "mpe.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bounds. What a channel holds of other edges is at most 10 times the bytes of their shares. */
enum mpe_share_bounds {
    MPE_FLEET_KEY_BYTES = 32,
    MPE_SHARE_MAX_BYTES = 65536,  /* of one share; one of two encoders has about 400 */
    MPE_SHARE_MAX_SESSIONS = 256, /* the rates of more are added to its sum, their qualities and names are not told */
    MPE_FLEET_MAX_EDGES = 1024    /* that one channel knows at a time */
};

/* What a channel knows of another edge. Flat, without pointers or padding. */
typedef struct mpe_edge_sums {
    uint32_t struct_size;    /* in: sizeof(mpe_edge_sums); out: bytes filled */
    int32_t sessions;        /* that are open there */
    int32_t active_sessions; /* of these, the ones that count: with a header, and not silent */
    int32_t video_tracks;    /* of these, that have a quality; pushes of the same quality are counted each */
    int32_t audio_tracks;
    int32_t reserved;
    uint64_t edge;        /* its number */
    int64_t measured_bps; /* sum over its sessions; redundant pushes of other sessions are not taken off */
    int64_t declared_bps;
    int64_t written_us; /* caller's time when it was written */
    int64_t expires_us; /* caller's time when it counts no more, if nothing new comes */
} mpe_edge_sums;

/*
 * Makes the channel one of a fleet. Once, before the first session is opened on it or bound to it.
 *
 * key        key_bytes bytes (MPE_FLEET_KEY_BYTES) that all edges have, and nobody else; copied as the channel's own
 *            key alone, the fleet's is not kept
 * name       the channel's public name, the same on all edges, 1 to 1023 bytes; not kept
 * edge       this process: any number but 0 that no other edge has. Random ones of 64 bits need no administration, and
 *            a process that starts again may take another, or the same
 *
 * Session ids of a fleet must be unique in all of it: one that is in use on another edge is a finding
 * (MPE_UNKNOWN_ERROR, DUPLICATE_ENTRY) of the session that came last.
 *
 * MPE_OK, MPE_BAD_CHANNEL, MPE_BAD_KEY, MPE_BAD_TEXT (name), MPE_BAD_EDGE, MPE_BAD_STATE (it had sessions, or is in a
 * fleet already), MPE_NO_MEMORY.
 */
MPE_API mpe_status mpe_channel_fleet(mpe_channel *channel, const void *key, size_t key_bytes, const char *name,
                                     uint64_t edge);

/*
 * A number that changes when the others should hear of the channel at once: sessions, qualities and names that came or
 * went, one that fell silent or is heard again, a sum of rates that has changed by a 64th of its limit (by an eighth,
 * where there is none). Cheap: ask after feeds, and as time passes (it is what finds that a session fell silent and
 * that a lease is over). It never repeats. 0: the channel is NULL or in no fleet.
 */
MPE_API uint64_t mpe_channel_share_revision(mpe_channel *channel, int64_t now_us);

/*
 * Writes what this process contributes. Allocates nothing.
 *
 * buffer   MPE_SHARE_MAX_BYTES are enough always; may be NULL when size is 0
 * written  receives the bytes of the share, also when they do not fit; at most MPE_SHARE_MAX_BYTES
 *
 * MPE_OK, MPE_BAD_CHANNEL, MPE_BAD_STATE (in no fleet), MPE_BAD_OUTPUT (written, or buffer), MPE_BUFFER_TOO_SMALL
 * (nothing was written, and nothing is fixed).
 */
MPE_API mpe_status mpe_channel_share(mpe_channel *channel, int64_t now_us, int64_t fleet_us, void *buffer, size_t size,
                                     size_t *written);

/*
 * Takes the share of another edge, in the place of what is known of that edge. Sessions here that it makes too many see
 * that with their next frame or tick.
 *
 * share     its bytes as they came, size of them; not kept
 * fleet_us  now, on the fleet's clock: how old the share is
 * lease_us  it counts until so long after it was written, 1 s to 1 h
 *
 * MPE_OK        it counts
 * MPE_STALE     it is no news: not newer than what is known of its edge, or older than its lease. Nothing was changed
 *
 * MPE_BAD_CHANNEL, MPE_BAD_STATE (in no fleet), MPE_BAD_DATA (share is NULL), MPE_BAD_SHARE (damaged, forged, of
 * another version, channel or fleet), MPE_BAD_EDGE (it has this process's number: its own, or two have the same),
 * MPE_BAD_VALUE (lease_us), MPE_TOO_MANY_EDGES, MPE_NO_MEMORY (nothing of the edge counts until its next share). After
 * any other error what was known of the edge still counts, as long as it would have.
 */
MPE_API mpe_status mpe_channel_remote(mpe_channel *channel, const void *share, size_t size, int64_t fleet_us,
                                      int64_t lease_us, int64_t now_us);

/*
 * Another edge has left, or is known to be dead: it counts no more at once.
 * MPE_OK, MPE_BAD_CHANNEL, MPE_BAD_STATE (in no fleet), MPE_BAD_INDEX (no such edge is known).
 */
MPE_API mpe_status mpe_channel_remote_gone(mpe_channel *channel, uint64_t edge, int64_t now_us);

/*
 * What is known of the other edges: of the one at index, from 0, in no particular order. mpe_channel_totals says how
 * many there are, and the sum over them. MPE_OK, MPE_BAD_CHANNEL, MPE_BAD_OUTPUT, MPE_BAD_STRUCT_SIZE, MPE_BAD_INDEX.
 */
MPE_API mpe_status mpe_channel_edge(const mpe_channel *channel, int32_t index, mpe_edge_sums *sums);

#ifdef __cplusplus
}
#endif

#endif
