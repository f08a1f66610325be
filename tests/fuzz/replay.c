/*
 * Calls a fuzz target without an engine: with each file named, or found in the folders named, as it is, cut short at
 * some places and with some bytes changed, the same ones each time.
 * usage: replay [--as-they-are] FILE-or-DIR...   a broken promise ends the program; the closing line counts the inputs
 */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

enum { MOST_BYTES = 1 << 20, CHANGED_TIMES = 24 };

static uint8_t bytes[MOST_BYTES], changed[MOST_BYTES];
static unsigned files, inputs;
static int changed_times = CHANGED_TIMES;

/* A block of its own, so that a read beyond it is seen. */
static void call(const uint8_t *at, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);

    if (len > 0)
        memcpy(copy, at, len);
    LLVMFuzzerTestOneInput(copy, len);
    free(copy);
    inputs++;
}

static void call_changed(size_t len, uint64_t *random)
{
    memcpy(changed, bytes, len);
    for (uint32_t i = 1 + random_next(random) % 4; i > 0; i--)
        changed[random_next(random) % len] = (uint8_t)random_next(random);
    call(changed, len);
    call(bytes, random_next(random) % len);
}

static void replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint64_t random = HASH_SEED;
    size_t len;

    if (file == NULL) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
    len = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    /* Where a promise breaks, the last line names the file. */
    fprintf(stderr, "%s\n", path);
    call(bytes, len);
    for (int i = 0; i < changed_times && len > 0; i++)
        call_changed(len, &random);
    files++;
}

static void replay_directory(const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort);

    for (int i = 0; i < count; i++) {
        char child[1024];

        snprintf(child, sizeof(child), "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            replay_file(child);
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    call(bytes, 0);
    for (int i = 1; i < argc; i++) {
        struct stat about;

        if (strcmp(argv[i], "--as-they-are") == 0)
            changed_times = 0;
        else if (stat(argv[i], &about) == 0 && S_ISDIR(about.st_mode))
            replay_directory(argv[i]);
        else
            replay_file(argv[i]);
    }
    printf("%u files, %u inputs\n%u passed, 0 failed\n", files, inputs, inputs);
    return EXIT_SUCCESS;
}
