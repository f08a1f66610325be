/* MediaInfo's push API, taken from the shared library at run time, so that nothing is needed to build the bench. */
#include <dlfcn.h>
#include <string.h>
#include <wchar.h>

#include "bench.h"

/* Of MediaInfoDLL.h. */
static struct {
    void *(*create)(void);
    void (*destroy)(void *handle);
    const wchar_t *(*option)(void *handle, const wchar_t *name, const wchar_t *value);
    size_t (*begin)(void *handle, uint64_t file_size, uint64_t offset);
    size_t (*feed)(void *handle, const uint8_t *data, size_t len);
    size_t (*finish)(void *handle);
} api;

static bool take(void *library, void *function, const char *name)
{
    void *const found = dlsym(library, name);
    memcpy(function, &found, sizeof(found)); /* ISO C has no cast from an object to a function */
    return found != NULL;
}

bool mediainfo_is_there(void)
{
    void *const library = dlopen("libmediainfo.so.0", RTLD_NOW);
    return library != NULL && take(library, &api.create, "MediaInfo_New") &&
           take(library, &api.destroy, "MediaInfo_Delete") && take(library, &api.option, "MediaInfo_Option") &&
           take(library, &api.begin, "MediaInfo_Open_Buffer_Init") &&
           take(library, &api.feed, "MediaInfo_Open_Buffer_Continue") &&
           take(library, &api.finish, "MediaInfo_Open_Buffer_Finalize");
}

/* All of it is parsed, as by whoever watches a live stream; MediaInfo by itself stops where it knows a file. */
void run_mediainfo(struct bytes input, size_t feed)
{
    void *const handle = api.create();
    need(handle != NULL, "no MediaInfo");
    api.option(handle, L"ParseSpeed", L"1");
    api.option(handle, L"File_IsSeekable", L"0");
    api.begin(handle, UINT64_MAX, 0);
    for (size_t done = 0; done < input.len; done += feed) {
        const size_t rest = input.len - done;
        api.feed(handle, input.data + done, rest < feed ? rest : feed);
    }
    api.finish(handle);
    api.destroy(handle);
}
