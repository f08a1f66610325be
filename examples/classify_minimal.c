/* Says why a live stream on standard input (RTMP as an encoder sends it, FLV, fragmented MP4) must be refused. */
#include <mpe/mpe.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    static char bytes[65536];
    mpe_error error = {.struct_size = sizeof(error)};
    mpe_channel *channel = NULL;
    mpe_session *session = NULL;
    ssize_t len = 0;

    mpe_status status = mpe_channel_new(&channel, MPE_ENCODING, NULL);
    if (status == MPE_OK)
        status = mpe_channel_set(channel, MPE_PARAM_MEDIA_CLOCK, 1); /* a live host gives its own clock */
    if (status == MPE_OK)
        status = mpe_session_new(&session, channel, MPE_PROTOCOL_AUTO, NULL, NULL, 0);

    while (status == MPE_OK && (len = read(STDIN_FILENO, bytes, sizeof(bytes))) > 0) {
        status = mpe_session_feed(session, bytes, (size_t)len, 0);
        if (status == MPE_OK)
            status = mpe_session_poll_error(session, &error);
    }
    if (status == MPE_OK && len == 0)
        status = mpe_session_finish(session, 0, 0);
    if (status == MPE_OK)
        status = mpe_session_poll_error(session, &error);

    if (status == MPE_EVENT)
        printf("%s: %s\n", mpe_code_name(error.code), error.message);
    else if (status < 0 || len < 0)
        fprintf(stderr, "%s\n", status < 0 ? mpe_status_text(status) : "standard input cannot be read");
    mpe_session_free(session);
    mpe_channel_free(channel);
    return status < 0 || len < 0 ? 2 : status; /* 1: a finding, 0: none */
}
