/* What an operator may see of this worker, kept in the zone: where mpe_status asks for it. */
#ifndef NGX_MPE_RECORD_H
#define NGX_MPE_RECORD_H

#include "ngx_mpe.h"

void ngx_mpe_record_start(ngx_mpe_main_conf_t *main_conf, const char *world);

/* Once a second: all sessions as they are. */
void ngx_mpe_record_all(void);

/* What was found, or how it ended; and each notice. */
void ngx_mpe_record_ending(ngx_mpe_watch_t *watch, const mpe_error *error);
void ngx_mpe_record_notice(const ngx_mpe_watch_t *watch, const mpe_notice *notice);

void ngx_mpe_record_exit(void);

#endif
