/* One POST or PUT of fragmented MP4 on its way to any upstream. */
#ifndef NGX_HTTP_MPE_H
#define NGX_HTTP_MPE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_mpe.h"

typedef struct {
    ngx_mpe_watch_t watch;
    ngx_http_request_t *request;
    ngx_event_t timer;
    ngx_int_t status;      /* of our answer; 0: the upstream answers */
    int32_t retry_after_s; /* of it; 0: not said */
    ngx_str_t json;        /* its body, once its header was sent */
    unsigned ended : 1;    /* the whole body came */
    unsigned answered : 1; /* the answer's body was sent */
} ngx_http_mpe_ctx_t;

extern ngx_module_t ngx_http_mpe_module;

/* NULL: the request is not watched. Finds it after an internal redirect, too. */
ngx_http_mpe_ctx_t *ngx_http_mpe_get_ctx(ngx_http_request_t *r);

/* --------------------------------------------------------- ngx_http_mpe_body.c */

/* What its URL names; of the request's memory. NULL: no channel is given by a variable, or no memory. */
const ngx_mpe_names_t *ngx_http_mpe_names(ngx_http_request_t *r);

/* Opens the session and judges what needs no byte of the body. NGX_DECLINED, or the status to answer. */
ngx_int_t ngx_http_mpe_on_preaccess(ngx_http_request_t *r);
/* Ends the session. */
ngx_int_t ngx_http_mpe_on_log(ngx_http_request_t *r);
void ngx_http_mpe_body_init(void);

/* ------------------------------------------------------- ngx_http_mpe_answer.c */

/* The status for the finding of the watch; keeps with it when the encoder may try again. */
ngx_int_t ngx_http_mpe_status(ngx_http_mpe_ctx_t *ctx);
void ngx_http_mpe_answer_init(void);

/* ------------------------------------------------------- ngx_http_mpe_status.c */

char *ngx_http_mpe_set_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

#endif
