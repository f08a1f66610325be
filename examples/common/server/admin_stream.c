/* Server-sent events: one event a snapshot, shared by all open pages. */
#include "admin_stream.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin_json.h"

#define MOST_STREAMS 16
#define BLOCK_BYTES  65536
#define BEFORE       "data: "
#define AFTER        "\n\n"

/* One page; all but waits belongs to the thread of libmicrohttpd. */
struct stream {
    struct admin_streams *of;
    struct MHD_Connection *connection; /* NULL: free */
    bool waits;                        /* is suspended until the next snapshot */
    uint64_t serial;                   /* of the snapshot that it got last */
    struct event *event;               /* that is on its way; NULL: none */
    size_t sent;                       /* of it */
};

/* The text of one snapshot, for all pages. */
struct event {
    unsigned holders;
    uint64_t serial;
    size_t length;
    char *text;
};

struct admin_streams {
    pthread_mutex_t lock;      /* of snapshot, and connection and waits of each */
    struct snapshot *snapshot; /* the last one */
    atomic_bool has_ended;
    struct event *event; /* the last one that was made; thread of libmicrohttpd */
    struct stream all[MOST_STREAMS];
};

struct admin_streams *admin_streams_new(void)
{
    struct admin_streams *const streams = calloc(1, sizeof(*streams));
    if (streams != NULL) {
        pthread_mutex_init(&streams->lock, NULL);
    }
    return streams;
}

/* ------------------------------------------------------------------ events */

static void release(struct event *event)
{
    if (event != NULL && --event->holders == 0) {
        free(event->text);
        free(event);
    }
}

/* Takes the JSON, which may be NULL. */
static struct event *new_event(char *json, uint64_t serial)
{
    const size_t json_length = json != NULL ? strlen(json) : 0;
    const size_t space = json_length + sizeof(BEFORE) + sizeof(AFTER);
    struct event *const event = calloc(1, sizeof(*event));
    char *const text = json != NULL && event != NULL ? malloc(space) : NULL;
    if (text == NULL) {
        free(json);
        free(event);
        return NULL;
    }
    event->holders = 1;
    event->serial = serial;
    event->text = text;
    event->length = (size_t)snprintf(text, space, BEFORE "%s" AFTER, json);
    free(json);
    return event;
}

/* The event of the snapshot, made by who asks first; NULL: no memory. */
static struct event *event_of(struct admin_streams *streams, const struct snapshot *snapshot)
{
    if (streams->event == NULL || streams->event->serial != snapshot->serial) {
        release(streams->event);
        streams->event = new_event(admin_json_event(snapshot), snapshot->serial);
    }
    if (streams->event != NULL) {
        streams->event->holders++;
    }
    return streams->event;
}

/* --------------------------------------------------------------- snapshots */

static void wake_all(struct admin_streams *streams)
{
    for (unsigned i = 0; i < MOST_STREAMS; i++) {
        if (streams->all[i].waits) {
            streams->all[i].waits = false;
            MHD_resume_connection(streams->all[i].connection);
        }
    }
}

void admin_streams_publish(struct admin_streams *streams, struct snapshot *snapshot)
{
    pthread_mutex_lock(&streams->lock);
    struct snapshot *const before = streams->snapshot;
    streams->snapshot = snapshot;
    wake_all(streams);
    pthread_mutex_unlock(&streams->lock);
    snapshot_release(before);
}

struct snapshot *admin_streams_snapshot(struct admin_streams *streams)
{
    pthread_mutex_lock(&streams->lock);
    struct snapshot *const last = streams->snapshot != NULL ? snapshot_hold(streams->snapshot) : NULL;
    pthread_mutex_unlock(&streams->lock);
    return last;
}

/* ----------------------------------------------------------------- streams */

/* The next snapshot, held; NULL: there is none yet, and the stream is suspended until there is. */
static struct snapshot *next_snapshot(struct stream *stream)
{
    struct admin_streams *const streams = stream->of;
    struct snapshot *next = NULL;
    pthread_mutex_lock(&streams->lock);
    if (streams->snapshot != NULL && streams->snapshot->serial != stream->serial) {
        next = snapshot_hold(streams->snapshot);
    } else if (!streams->has_ended) {
        stream->waits = true;
        MHD_suspend_connection(stream->connection);
    }
    pthread_mutex_unlock(&streams->lock);
    return next;
}

/* What libmicrohttpd asks for, as it can send it. */
static ssize_t on_read(void *user, uint64_t position, char *buffer, size_t size)
{
    struct stream *const stream = user;
    (void)position;
    if (stream->event == NULL) {
        struct snapshot *const next = next_snapshot(stream);
        if (next == NULL) {
            return stream->of->has_ended ? MHD_CONTENT_READER_END_OF_STREAM : 0;
        }
        stream->serial = next->serial;
        stream->sent = 0;
        stream->event = event_of(stream->of, next);
        snapshot_release(next);
        if (stream->event == NULL) {
            return MHD_CONTENT_READER_END_WITH_ERROR;
        }
    }
    const size_t left = stream->event->length - stream->sent;
    const size_t part = left < size ? left : size;
    memcpy(buffer, stream->event->text + stream->sent, part);
    stream->sent += part;
    if (stream->sent == stream->event->length) {
        release(stream->event);
        stream->event = NULL;
    }
    return (ssize_t)part;
}

static void on_free(void *user)
{
    struct stream *const stream = user;
    struct admin_streams *const streams = stream->of;
    release(stream->event);
    stream->event = NULL;
    pthread_mutex_lock(&streams->lock);
    stream->connection = NULL;
    stream->waits = false;
    pthread_mutex_unlock(&streams->lock);
}

static struct stream *take_free(struct admin_streams *streams, struct MHD_Connection *connection)
{
    struct stream *found = NULL;
    pthread_mutex_lock(&streams->lock);
    for (unsigned i = 0; i < MOST_STREAMS && found == NULL; i++) {
        found = streams->all[i].connection == NULL ? &streams->all[i] : NULL;
    }
    if (found != NULL) {
        *found = (struct stream){.of = streams, .connection = connection};
    }
    pthread_mutex_unlock(&streams->lock);
    return found;
}

struct MHD_Response *admin_streams_response(struct admin_streams *streams, struct MHD_Connection *connection)
{
    struct stream *const stream = take_free(streams, connection);
    if (stream == NULL) {
        return NULL;
    }
    struct MHD_Response *const response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, on_read, stream, on_free);
    if (response == NULL) {
        on_free(stream);
    }
    return response;
}

void admin_streams_end(struct admin_streams *streams)
{
    pthread_mutex_lock(&streams->lock);
    streams->has_ended = true;
    wake_all(streams);
    pthread_mutex_unlock(&streams->lock);
}

void admin_streams_free(struct admin_streams *streams)
{
    if (streams != NULL) {
        release(streams->event);
        snapshot_release(streams->snapshot);
        pthread_mutex_destroy(&streams->lock);
        free(streams);
    }
}
