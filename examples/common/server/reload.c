/* Reads the configuration file again, on a thread of its own. */
#include "reload.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "background.h"
#include "server_config.h"

/* Whoever of the loop and the thread is the last to need it frees it. */
struct reload_job {
    pthread_mutex_t lock; /* of is_read and is_left */
    bool is_read;
    bool is_left; /* by the loop */
    uv_async_t *read;
    bool wants_uri;
    struct channels *channels; /* NULL: why */
    char why[CONFIG_WHY_BYTES];
    char file[];
};

static void free_job(struct reload_job *job)
{
    channels_release(job->channels);
    pthread_mutex_destroy(&job->lock);
    free(job);
}

/* NULL: no memory. */
static struct reload_job *new_job(const struct reload *reload)
{
    const char *const file = reload->options->config_file;
    struct reload_job *const job = calloc(1, sizeof(*job) + strlen(file) + 1);
    if (job != NULL && pthread_mutex_init(&job->lock, NULL) != 0) {
        free(job);
        return NULL;
    }
    if (job != NULL) {
        strcpy(job->file, file);
        job->wants_uri = delivery_wants_uri(&reload->options->notify);
    }
    return job;
}

static void *read_file(void *data)
{
    struct reload_job *const job = data;
    job->channels = server_config_load(job->file, job->wants_uri, job->why);
    pthread_mutex_lock(&job->lock);
    const bool is_left = job->is_left;
    job->is_read = true;
    if (!is_left) {
        uv_async_send(job->read);
    }
    pthread_mutex_unlock(&job->lock);
    if (is_left) {
        free_job(job);
    }
    return NULL;
}

static void start(struct reload *reload)
{
    struct reload_job *const job = new_job(reload);
    reload->again = false;
    if (job == NULL) {
        log_say_at(reload->log, LOG_LEVEL_ERROR, "nothing was changed: out of memory");
        service_ready(reload->service);
        return;
    }
    job->read = &reload->read;
    reload->job = job;
    if (!background_start(read_file, job)) {
        read_file(job);
    }
}

static void change(struct reload *reload, struct reload_job *job)
{
    struct server_options *const options = reload->options;
    struct channels *const channels = job->channels;
    job->channels = NULL;
    if (channels == NULL || server_config_change(options, channels, job->why) != 0) {
        log_say_at(reload->log, LOG_LEVEL_ERROR, "nothing was changed: %s", job->why);
        return;
    }
    if (channels_end_removed(channels)) {
        reload->end_removed(reload->user);
    }
    log_say(reload->log, "%s was read again: %zu channels", options->config_file, channels_count(channels));
}

static void on_read(uv_async_t *async)
{
    struct reload *const reload = async->data;
    struct reload_job *const job = reload->job;
    if (job == NULL) {
        return;
    }
    pthread_mutex_lock(&job->lock); /* the thread has left it */
    pthread_mutex_unlock(&job->lock);
    reload->job = NULL;
    change(reload, job);
    free_job(job);
    if (reload->again) {
        start(reload);
    } else {
        service_ready(reload->service);
    }
}

void reload_open(struct reload *reload, uv_loop_t *loop)
{
    uv_async_init(loop, &reload->read, on_read);
    uv_unref((uv_handle_t *)&reload->read);
    reload->read.data = reload;
}

void reload_begin(struct reload *reload)
{
    service_reloading(reload->service);
    if (reload->options->channels == NULL) {
        service_ready(reload->service);
    } else if (reload->job != NULL) {
        reload->again = true;
    } else {
        start(reload);
    }
}

void reload_close(struct reload *reload)
{
    struct reload_job *const job = reload->job;
    uv_close((uv_handle_t *)&reload->read, NULL);
    if (job == NULL) {
        return;
    }
    reload->job = NULL;
    pthread_mutex_lock(&job->lock);
    const bool is_read = job->is_read;
    job->is_left = true;
    pthread_mutex_unlock(&job->lock);
    if (is_read) {
        free_job(job);
    }
}
