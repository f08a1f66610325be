/* The headers of libmpe, for all files of the package. */
#if !__has_include(<mpe/mpe.h>)
#error "There is no mpe/mpe.h: install libmpe: libmpe-dev, or 'make install && ldconfig' in its source tree."
#endif
#include <mpe/health.h>
#include <mpe/reply.h>
#include <mpe/share.h>
#include <stdlib.h>
