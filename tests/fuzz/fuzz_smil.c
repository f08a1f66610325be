/* The Live Server Manifest. One byte: most tracks; one: the allocation that fails, 0: none; then the document. */
#include <string.h>

#include "fuzz.h"
#include "memory.h"
#include "mpe.h"
#include "wire/fmp4/manifest.h"

static void check_track(const struct mpe_manifest_track *track)
{
    PROMISE(track->bps >= 0 && track->bps <= 1000000000000, "%lld", (long long)track->bps);
    PROMISE(track->media <= MPE_MEDIA_AUDIO, "%d", track->media);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, data + size};
    uint32_t max_tracks = 1 + (uint32_t)input_byte(&input);
    struct memory memory = {.fails_at = input_byte(&input)};
    struct mpe_mem mem = memory_mem(&memory);
    size_t len = input_left(&input);
    uint8_t *body = malloc(4 + len);
    struct mpe_manifest manifest;
    enum mpe_manifest_result result;

    memset(body, 0, 4);
    if (len > 0)
        memcpy(body + 4, input.at, len);
    result = mpe_manifest_read((struct mpe_span){body, 4 + len}, &mem, max_tracks, &manifest);
    PROMISE(result <= MPE_MANIFEST_NO_MEMORY, "%d", (int)result);
    PROMISE(manifest.count <= max_tracks, "%u of %u", manifest.count, max_tracks);
    PROMISE(memory.failed == 0 || result == MPE_MANIFEST_NO_MEMORY, "memory ran out and nobody says so");
    for (uint32_t i = 0; i < manifest.count; i++)
        check_track(&manifest.tracks[i]);
    mpe_mem_free(&mem, manifest.tracks);
    PROMISE(memory.blocks == 0, "%zu blocks were not released", memory.blocks);
    free(body);
    return 0;
}
