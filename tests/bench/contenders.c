/* The programs that are compared, each as it is run: one thread, no log of connections. */
#include "contenders.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"

#define CHANNELS 1000

/* The texts of one command line. */
static char texts[MOST_ARGUMENTS][1000];

static void set_arguments(char *arguments[MOST_ARGUMENTS], const char *const *words)
{
    size_t count = 0;
    for (; words[count] != NULL; count++) {
        snprintf(texts[count], sizeof(texts[count]), "%s", words[count]);
        arguments[count] = texts[count];
    }
    arguments[count] = NULL;
}

static void path_in(char path[1000], const char *folder, const char *name)
{
    snprintf(path, 1000, "%s/%s", folder, name);
}

static FILE *open_file(const struct place *place, const char *name)
{
    char path[1000];
    path_in(path, place->folder, name);
    FILE *const file = fopen(path, "w");
    need(file != NULL, "a configuration cannot be written");
    return file;
}

/* ---- mpe-guard ---- */

/* Media that comes faster than time is no fault here, and one address no attack. */
static void write_guard(const struct place *place, const char *limits, const char *upstream, size_t others)
{
    FILE *const file = open_file(place, "guard.yaml");
    fprintf(file,
            "listeners: [{ address: 127.0.0.1:%u }]\n"
            "upstream: { address: 127.0.0.1:%u%s }\n"
            "limits: { connections: 8192, connections_per_address: 8192 }\n"
            "defaults: { kind: pass-through-standard, set: { max_lead_us: 0%s } }\n"
            "channels:\n",
            (unsigned)place->port, (unsigned)place->upstream_port, upstream, limits);
    for (size_t i = 0; i < others; i++)
        fprintf(file, "  - { name: other-%zu, app: live, stream_name: other-%zu }\n", i, i);
    fprintf(file, "  - { name: encoders, app: live, stream_name: \"encoder-*\" }\n"
                  "  - { name: watched, app: live, stream_name: watched }\n"
                  "  - { name: refused, app: live, stream_name: \"refused-*\", set: { max_width_px: 320 } }\n");
    fclose(file);
}

static void run_guard(const struct place *place, char *arguments[MOST_ARGUMENTS])
{
    char file[1000], path[1000];
    path_in(path, place->build, "bin/mpe-guard");
    path_in(file, place->folder, "guard.yaml");
    set_arguments(arguments, (const char *const[]){path, "--quiet", "--config", file, NULL});
}

static void prepare_guard(const struct place *place, char *arguments[MOST_ARGUMENTS])
{
    write_guard(place, "", "", 0);
    run_guard(place, arguments);
}

static void prepare_guard_everything(const struct place *place, char *arguments[MOST_ARGUMENTS])
{
    write_guard(place, ", notices: 1, conditions: 1", ", proxy_protocol: v1", CHANNELS);
    run_guard(place, arguments);
}

/* What sees no bytes cannot say which channel they are for: one for all. */
static void prepare_guard_without(const struct place *place, char *arguments[MOST_ARGUMENTS])
{
    char path[1000], listen_at[40], upstream[40];
    path_in(path, place->build, "bench/mpe-guard-without-tap");
    snprintf(listen_at, sizeof(listen_at), "127.0.0.1:%u", (unsigned)place->port);
    snprintf(upstream, sizeof(upstream), "127.0.0.1:%u", (unsigned)place->upstream_port);
    set_arguments(arguments, (const char *const[]){path, "--quiet", "--listen", listen_at, "--upstream", upstream,
                                                   "--max-connections", "8192", "--max-per-address", "8192", NULL});
}

/* ---- HAProxy ---- */

static void prepare_haproxy(const struct place *place, char *arguments[MOST_ARGUMENTS])
{
    char path[1000];
    FILE *const file = open_file(place, "haproxy.cfg");
    fprintf(file,
            "global\n  nbthread 1\n  maxconn 8192\n"
            "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n"
            "listen rtmp\n  bind 127.0.0.1:%u\n  server one 127.0.0.1:%u\n",
            (unsigned)place->port, (unsigned)place->upstream_port);
    fclose(file);
    path_in(path, place->folder, "haproxy.cfg");
    set_arguments(arguments, (const char *const[]){"haproxy", "-db", "-f", path, NULL});
}

/* ---- nginx ---- */

static const char system_modules[] = "/usr/lib/nginx/modules";

static void write_nginx(const struct place *place, const char *const *modules, const char *block, ...)
{
    FILE *const file = open_file(place, "nginx.conf");
    va_list values;
    for (; *modules != NULL; modules++)
        fprintf(file, "load_module %s;\n", *modules);
    fprintf(file,
            "daemon off;\nuser root;\nworker_processes 1;\npid %s/nginx.pid;\nerror_log %s/nginx.log warn;\n"
            "worker_rlimit_nofile 20000;\nevents { worker_connections 10000; }\n",
            place->folder, place->folder);
    va_start(values, block);
    vfprintf(file, block, values);
    va_end(values);
    fclose(file);
}

static void run_nginx(const struct place *place, char *arguments[MOST_ARGUMENTS])
{
    char path[1000];
    path_in(path, place->folder, "nginx.conf");
    set_arguments(arguments, (const char *const[]){"nginx", "-p", place->folder, "-c", path, NULL});
}

static void prepare_nginx(const struct place *place, char *arguments[MOST_ARGUMENTS])
{
    char stream[1000];
    path_in(stream, system_modules, "ngx_stream_module.so");
    write_nginx(place, (const char *const[]){stream, NULL},
                "stream { server { listen 127.0.0.1:%u; proxy_pass 127.0.0.1:%u; } }\n", (unsigned)place->port,
                (unsigned)place->upstream_port);
    run_nginx(place, arguments);
}

static void prepare_nginx_mpe(const struct place *place, char *arguments[MOST_ARGUMENTS])
{
    char stream[1000], mpe[1000];
    path_in(stream, system_modules, "ngx_stream_module.so");
    path_in(mpe, place->build, "nginx/ngx_stream_mpe_module.so");
    write_nginx(place, (const char *const[]){stream, mpe, NULL},
                "stream {\n"
                "  mpe_channel encoders { kind pass-through-standard; set max_lead_us 0; set max_bitrate_bps 0;\n"
                "    set max_input_bps 0; set max_video_qualities 0; set max_audio_qualities 0; }\n"
                "  server { listen 127.0.0.1:%u; proxy_pass 127.0.0.1:%u; mpe on; mpe_channel encoders; }\n"
                "}\n",
                (unsigned)place->port, (unsigned)place->upstream_port);
    run_nginx(place, arguments);
}

/* No proxy: the server that many have, for the scale. */
static void prepare_nginx_rtmp(const struct place *place, char *arguments[MOST_ARGUMENTS])
{
    char rtmp[1000];
    path_in(rtmp, system_modules, "ngx_rtmp_module.so");
    write_nginx(place, (const char *const[]){rtmp, NULL},
                "rtmp { server { listen 127.0.0.1:%u; chunk_size 4096; application live { live on; } } }\n",
                (unsigned)place->port);
    run_nginx(place, arguments);
}

const struct contender contenders[CONTENDERS] = {
    [GUARD] = {"mpe-guard", prepare_guard, "bin/mpe-guard"},
    [GUARD_EVERYTHING] = {"mpe-guard with everything", prepare_guard_everything, "bin/mpe-guard"},
    [GUARD_WITHOUT] = {"mpe-guard without libmpe", prepare_guard_without, "bench/mpe-guard-without-tap"},
    [HAPROXY] = {"HAProxy", prepare_haproxy, "/usr/sbin/haproxy"},
    [NGINX] = {"nginx stream", prepare_nginx, "/usr/lib/nginx/modules/ngx_stream_module.so"},
    [NGINX_MPE] = {"nginx stream with mpe", prepare_nginx_mpe, "nginx/ngx_stream_mpe_module.so"},
    [NGINX_RTMP] = {"nginx-rtmp alone", prepare_nginx_rtmp, "/usr/lib/nginx/modules/ngx_rtmp_module.so"},
};

bool contender_is_here(const struct contender *contender, const char *build)
{
    char path[1000];
    path_in(path, build, contender->needed);
    return access(contender->needed[0] == '/' ? contender->needed : path, R_OK) == 0;
}

struct trial start_trial(const struct contender *contender, const char *build)
{
    char folder[1000], log[1100];
    char *arguments[MOST_ARGUMENTS];
    struct trial trial = {.server = start_server(), .port = free_port()};
    snprintf(folder, sizeof(folder), "%s/bench/run", build);
    snprintf(log, sizeof(log), "%s/program.log", folder);
    mkdir(folder, 0755);
    const struct place place = {build, folder, trial.port, trial.server.port};
    contender->prepare(&place, arguments);
    trial.program = start_program(arguments, trial.port, log);
    return trial;
}

void stop_trial(const struct trial *trial)
{
    stop_program(trial->program);
    stop_server(&trial->server);
}
