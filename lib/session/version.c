/* What runs: the release, and what it was built with. */
#include "mpe.h"
#include "probe/probe.h"

#define TEXT_OF(value) TEXT(value)
#define TEXT(value)    #value

uint32_t mpe_version(void)
{
    return MPE_VERSION_MAJOR * 1000000u + MPE_VERSION_MINOR * 1000u + MPE_VERSION_PATCH;
}

const char *mpe_version_string(void)
{
    return TEXT_OF(MPE_VERSION_MAJOR) "." TEXT_OF(MPE_VERSION_MINOR) "." TEXT_OF(MPE_VERSION_PATCH);
}

const char *mpe_build_info(void)
{
    return mpe_probe_versions();
}
