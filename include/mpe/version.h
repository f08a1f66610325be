/* The release and the ABI of libmpe. The Makefile and libmpe.pc read this file. */
#ifndef MPE_VERSION_H
#define MPE_VERSION_H

#define MPE_VERSION_MAJOR 0
#define MPE_VERSION_MINOR 1
#define MPE_VERSION_PATCH 0

/* Raised when a program compiled against an older header would break. It is the soname. */
#define MPE_ABI 0

#endif
