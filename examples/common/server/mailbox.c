/* A queue of texts under a mutex, bounded by bytes. */
#include "mailbox.h"

#include <stdlib.h>
#include <string.h>

int mailbox_open(struct mailbox *box, size_t most_bytes)
{
    *box = (struct mailbox){.most_bytes = most_bytes};
    box->end = &box->first;
    return uv_mutex_init(&box->mutex) == 0 ? 0 : -1;
}

static struct mail *mail_of(long count, const char *text, size_t length)
{
    struct mail *const mail = malloc(sizeof(*mail) + length + 1);
    if (mail != NULL) {
        mail->next = NULL;
        mail->count = count;
        memcpy(mail->text, text, length + 1);
    }
    return mail;
}

const char *mailbox_put(struct mailbox *box, long count, const char *text)
{
    const size_t length = strlen(text);
    const size_t bytes = sizeof(struct mail) + length + 1;
    struct mail *const mail = mail_of(count, text, length);
    if (mail == NULL) {
        return "out of memory";
    }
    uv_mutex_lock(&box->mutex);
    const bool is_full = box->bytes + bytes > box->most_bytes;
    if (!is_full) {
        *box->end = mail;
        box->end = &mail->next;
        box->bytes += bytes;
    }
    uv_mutex_unlock(&box->mutex);
    if (is_full) {
        free(mail);
    }
    return is_full ? "more wait than there is room for" : NULL;
}

struct mail *mailbox_take(struct mailbox *box)
{
    uv_mutex_lock(&box->mutex);
    struct mail *const first = box->first;
    box->first = NULL;
    box->end = &box->first;
    box->bytes = 0;
    uv_mutex_unlock(&box->mutex);
    return first;
}

void mailbox_close(struct mailbox *box)
{
    for (struct mail *mail = mailbox_take(box), *next; mail != NULL; mail = next) {
        next = mail->next;
        free(mail);
    }
    uv_mutex_destroy(&box->mutex);
}
