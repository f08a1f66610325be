/* Looks for the names that a publish must have said, and binds the session to the channel of their rule. */
#include "binding.h"

#include <string.h>

/* Up to its query, as libmpe gives it. */
static bool is_name(const mpe_session *session, int32_t part, const char *text)
{
    char name[2 * RTMP_TEXT_BYTES];
    const size_t length = strcspn(text, "?");
    return mpe_session_name(session, part, name, sizeof(name), NULL) == MPE_OK && strlen(name) == length &&
           memcmp(name, text, length) == 0;
}

bool binding_agrees(const struct connection *connection, const struct rtmp_command *publish)
{
    return is_name(connection->session, MPE_NAME_STREAM, publish->text) &&
           is_name(connection->session, MPE_NAME_APP, connection->app != NULL ? connection->app : "");
}

bool binding_to(struct connection *connection, struct channel *channel)
{
    const int64_t now_us = guard_now_us();
    connection_holds(connection);
    if (channel == NULL) {
        return mpe_session_refuse(connection->session, MPE_RTMP_APPID_AUTH_FAILURE, now_us) == MPE_OK;
    }
    connection->channel = channel;
    return mpe_session_bind(connection->session, channel->handle, now_us) == MPE_OK;
}
