/*
 * usage: write_secrets FOLDER
 *
 * Writes the streams of secret_streams.c into FOLDER, and prints a line for each: file, protocol (a number of
 * mpe_protocol), code, and the options of the channel that it brings the code on, separated by tabs.
 */
#include <stdio.h>

#include "mpe.h"
#include "unit/secret_streams.h"

static void print_options(const struct secret_stream *stream)
{
    for (int i = 0; i < 2 && stream->settings[i].param != 0; i++)
        printf(" --set %s=%lld", mpe_param_name(stream->settings[i].param), (long long)stream->settings[i].value);
    if (stream->app != NULL)
        printf(" --app %s", stream->app);
    if (stream->stream_name != NULL)
        printf(" --stream-name %s", stream->stream_name);
    if (stream->allow != NULL)
        printf(" --allow %s", stream->allow);
}

static int write_stream(const char *folder, const struct secret_stream *stream)
{
    struct out out = {0};
    char path[4096];

    stream->make(&out);
    snprintf(path, sizeof(path), "%s/%s", folder, stream->name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(out.bytes, 1, out.len, file) != out.len || fclose(file) != 0)
        return 1;
    printf("%s\t%d\t%s\t", stream->name, (int)stream->protocol, mpe_code_name(stream->code));
    print_options(stream);
    printf("\n");
    out_free(&out);
    return 0;
}

int main(int argc, char **argv)
{
    int failed = argc != 2;

    for (int i = 0; i < secret_stream_count && !failed; i++)
        failed = write_stream(argv[1], &secret_streams[i]);
    return failed ? 2 : 0;
}
