/*
 * usage: flv_to_rtmp CHUNK_SIZE IN.flv OUT.rtmp OUT.timing.tsv
 *
 * Writes what an encoder would send for this FLV file, and when, if it sent each message at its timestamp.
 */
#include "bench/rtmp_mux.h"

static unsigned char *read_file(const char *path, size_t *len)
{
    static const size_t largest = 64 << 20;
    FILE *file = fopen(path, "rb");
    unsigned char *bytes = malloc(largest);
    *len = file == NULL || bytes == NULL ? 0 : fread(bytes, 1, largest, file);
    if (file != NULL)
        fclose(file);
    return bytes;
}

/* The bytes since begin arrived at time_ms. */
static void write_row(FILE *table, uint32_t time_ms, size_t begin, size_t end)
{
    fprintf(table, "%.6f\t%zu\t%zu\n", (double)time_ms / 1e3, begin, end - begin);
}

static void convert(struct rtmp_mux *mux, const unsigned char *flv, size_t len, FILE *table)
{
    struct flv_tag tag;
    size_t offset = 13;
    size_t begin = mux->len;
    uint32_t latest_ms = 0;
    fputs("# seconds\tbyte offset\tlength\n", table);
    write_row(table, 0, 0, begin);
    while (flv_next_tag(flv, len, &offset, &tag)) {
        rtmp_tag(mux, &tag);
        latest_ms = tag.timestamp_ms > latest_ms ? tag.timestamp_ms : latest_ms;
        write_row(table, latest_ms, begin, mux->len);
        begin = mux->len;
    }
    rtmp_command(mux, "deleteStream", 6, 1, NULL, NULL);
    write_row(table, latest_ms, begin, mux->len);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    struct rtmp_mux mux = {0};
    size_t len = 0;
    unsigned char *flv = read_file(argv[2], &len);
    FILE *out = fopen(argv[3], "wb");
    FILE *table = fopen(argv[4], "w");
    if (len == 0 || out == NULL || table == NULL)
        return 2;
    rtmp_open_publish(&mux, (uint32_t)strtoul(argv[1], NULL, 10), "key");
    convert(&mux, flv, len, table);
    const size_t written = fwrite(mux.bytes, 1, mux.len, out);
    const int failed = written != mux.len || fclose(out) != 0 || fclose(table) != 0;
    free(mux.bytes);
    free(flv);
    return failed ? 2 : 0;
}
