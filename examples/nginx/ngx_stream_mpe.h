/* One RTMP connection that passes through nginx: its session, what is known of both directions, and where it stands. */
#ifndef NGX_STREAM_MPE_H
#define NGX_STREAM_MPE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>

#include "guard/rtmp_commands.h"
#include "guard/sink.h"
#include "ngx_mpe.h"

typedef enum {
    NGX_STREAM_MPE_PASSING = 0,
    NGX_STREAM_MPE_REFUSING, /* the verdict is out, the encoder has no reply yet */
    NGX_STREAM_MPE_LEAVING   /* all is said; what still comes is thrown away, lest a TCP reset eats the words */
} ngx_stream_mpe_phase_e;

typedef struct {
    ngx_mpe_watch_t watch;
    ngx_stream_session_t *session;
    ngx_stream_mpe_phase_e phase;
    ngx_event_t timer;
    ngx_msec_t limit; /* when the phase must be over; NGX_TIMER_INFINITE: never */
    struct rtmp_reader from_client;
    struct rtmp_reader from_server; /* of what was passed to the encoder */
    struct sink sink;
    uint64_t discarded_bytes;
    unsigned follows : 1; /* both directions are read, for it may have to get a reply */
    unsigned connect_answered : 1;
    unsigned server_ended : 1;
    unsigned local : 1; /* no server: the encoder may not connect, and gets the reply from us */
    unsigned shut : 1;
} ngx_stream_mpe_ctx_t;

/* In nginx's c->buffered: as long as it is set, the proxy does not end because the server did. */
#define NGX_STREAM_MPE_HOLD 0x40

extern ngx_module_t ngx_stream_mpe_module;
extern ngx_stream_filter_pt ngx_stream_mpe_next_filter;

/* ------------------------------------------------------ ngx_stream_mpe_filter.c */

ngx_int_t ngx_stream_mpe_filter(ngx_stream_session_t *s, ngx_chain_t *in, ngx_uint_t from_upstream);

/* Notes what the encoder says. */
void ngx_stream_mpe_follow_client(ngx_stream_mpe_ctx_t *ctx, const u_char *data, size_t length);

/*
 * Notes what is said to the encoder. With until_between it stops where a message of ours may stand. Returns the bytes
 * used.
 */
size_t ngx_stream_mpe_follow_server(ngx_stream_mpe_ctx_t *ctx, const u_char *data, size_t length,
                                    unsigned until_between);

/* Sets the timer by the deadlines of phase and session; after everything that may have moved them. */
void ngx_stream_mpe_schedule(ngx_stream_mpe_ctx_t *ctx);

/* ------------------------------------------------------ ngx_stream_mpe_refuse.c */

/* Begins to refuse for the finding of the watch. NGX_OK or NGX_ERROR: no reply is possible, close. */
ngx_int_t ngx_stream_mpe_refuse(ngx_stream_mpe_ctx_t *ctx);

/* Tells the encoder if a message may be put in here. NGX_OK or NGX_ERROR. */
ngx_int_t ngx_stream_mpe_try_to_tell(ngx_stream_mpe_ctx_t *ctx);

/* Sends what is not sent yet, then the end. NGX_OK or NGX_ERROR. */
ngx_int_t ngx_stream_mpe_flush(ngx_stream_mpe_ctx_t *ctx);

/* Counts bytes thrown away. NGX_OK, or NGX_ERROR: too many, close. */
ngx_int_t ngx_stream_mpe_discard(ngx_stream_mpe_ctx_t *ctx, size_t length);

/* Takes the connection before it reaches the proxy, to refuse it. */
void ngx_stream_mpe_refuse_locally(ngx_stream_mpe_ctx_t *ctx);

void ngx_stream_mpe_on_timer(ngx_event_t *event);

#endif
