/* Which channels of a server are in its fleet. */
#include "fleet_server.h"

int fleet_server_open(struct fleet **out, const struct server_options *options, const struct fleet_program *program,
                      struct log_out *log, uv_loop_t *loop)
{
    if (fleet_open(out, &options->fleet, program, log, loop) != 0) {
        log_say_at(log, LOG_LEVEL_ERROR, "there is no memory for the fleet");
        return -1;
    }
    if (options->channels != NULL) {
        channels_set_fleet(options->channels, *out);
    } else {
        fleet_join(*out, options->channel, options->app != NULL ? options->app : "", "");
    }
    return 0;
}
