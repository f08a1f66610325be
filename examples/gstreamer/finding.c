/* A finding as the structure of an element message. */
#include "finding.h"

GstStructure *finding_structure(const mpe_error *error)
{
    GstStructure *structure =
        gst_structure_new("mpecheck", "code", G_TYPE_STRING, mpe_code_name(error->code), "event", G_TYPE_STRING,
                          mpe_event_name(error->event), "reason", G_TYPE_STRING, mpe_reason_name(error->reason), NULL);
    if (error->track >= 0)
        gst_structure_set(structure, "track", G_TYPE_INT, (gint)error->track, NULL);
    if (error->flags & MPE_ERROR_HAS_VALUE)
        gst_structure_set(structure, "value", G_TYPE_INT64, (gint64)error->value, NULL);
    if (error->flags & MPE_ERROR_HAS_LIMIT)
        gst_structure_set(structure, "limit", G_TYPE_INT64, (gint64)error->limit, NULL);
    if (error->unit[0] != '\0')
        gst_structure_set(structure, "unit", G_TYPE_STRING, error->unit, NULL);
    if (error->flags & MPE_ERROR_HAS_OFFSET)
        gst_structure_set(structure, "offset", G_TYPE_UINT64, (guint64)error->offset_bytes, NULL);
    if (error->flags & MPE_ERROR_HAS_MEDIA_TIME)
        gst_structure_set(structure, "media_ms", G_TYPE_DOUBLE, (gdouble)error->media_us / 1000.0, NULL);
    gst_structure_set(structure, "message", G_TYPE_STRING, error->message, NULL);
    return structure;
}
