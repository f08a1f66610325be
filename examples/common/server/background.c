/* Work that nobody waits for: a thread of low priority. */
#define _GNU_SOURCE /* gettid */
#include "background.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define NICENESS 10

struct work {
    void *(*call)(void *data);
    void *data;
};

/* On Linux each thread has a niceness of its own. */
static void *run(void *given)
{
    const struct work work = *(struct work *)given;
    free(given);
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
    return work.call(work.data);
}

bool background_start(void *(*call)(void *data), void *data)
{
    pthread_t thread;
    struct work *const work = malloc(sizeof(*work));
    if (work == NULL) {
        return false;
    }
    *work = (struct work){call, data};
    if (pthread_create(&thread, NULL, run, work) != 0) {
        free(work);
        return false;
    }
    pthread_detach(thread);
    return true;
}
