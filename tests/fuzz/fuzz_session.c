/* The public interface in any order (session_script.h), twice: as written and with each feed cut further. */
#include "fuzz.h"
#include "session_script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory memory = {0}, memory_of_cut = {0};
    uint64_t whole = session_script(data, size, 0, &memory);
    uint64_t cut = session_script(data, size, hash_bytes(HASH_SEED, data, size) | 1, &memory_of_cut);

    PROMISE(whole == cut, "the sessions say something else when their bytes are cut");
    return 0;
}
