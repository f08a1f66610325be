/* The release and the ABI of libmpe. The Makefile and libmpe.pc read this file. */
#ifndef MPE_VERSION_H
#define MPE_VERSION_H

#include <stdint.h>

#define MPE_VERSION_MAJOR 0
#define MPE_VERSION_MINOR 1
#define MPE_VERSION_PATCH 0

/* Raised when a program compiled against an older header would break. It is the soname. */
#define MPE_ABI 0

/* What the library exports. */
#if defined(_WIN32)
#define MPE_API
#elif defined(__GNUC__)
#define MPE_API __attribute__((visibility("default")))
#else
#define MPE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* major * 1000000 + minor * 1000 + patch of the library that runs; its text; and what it was built with. */
MPE_API uint32_t mpe_version(void);
MPE_API const char *mpe_version_string(void);
MPE_API const char *mpe_build_info(void);

#ifdef __cplusplus
}
#endif

#endif
