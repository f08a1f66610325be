/* The GStreamer element mpecheck: passes a live stream on, and says why it must be refused, or has broken. */
#ifndef MPECHECK_H
#define MPECHECK_H

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define MPE_TYPE_CHECK (mpe_check_get_type())
G_DECLARE_FINAL_TYPE(MpeCheck, mpe_check, MPE, CHECK, GstBaseTransform)

G_END_DECLS

#endif
