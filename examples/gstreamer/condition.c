/* What an element message says about a condition. */
#include "condition.h"

static const gchar *severity_name(gint32 severity)
{
    return severity == MPE_SEVERITY_ERROR ? "error" : severity == MPE_SEVERITY_WARNING ? "warning" : "suggestion";
}

GstStructure *condition_structure(const mpe_notice *notice)
{
    GstStructure *structure = gst_structure_new(
        "mpecheck-condition", "condition", G_TYPE_STRING, mpe_condition_name(notice->kind), "is_set", G_TYPE_BOOLEAN,
        notice->state == MPE_NOTICE_SET, "severity", G_TYPE_STRING, severity_name(notice->severity), NULL);
    if (notice->track >= 0)
        gst_structure_set(structure, "track", G_TYPE_INT, (gint)notice->track, NULL);
    if (notice->flags & MPE_NOTICE_HAS_VALUE)
        gst_structure_set(structure, "value", G_TYPE_INT64, (gint64)notice->value, NULL);
    if (notice->flags & MPE_NOTICE_HAS_LIMIT)
        gst_structure_set(structure, "limit", G_TYPE_INT64, (gint64)notice->limit, NULL);
    if (notice->unit[0] != '\0')
        gst_structure_set(structure, "unit", G_TYPE_STRING, notice->unit, NULL);
    if (notice->flags & MPE_NOTICE_HAS_MEDIA_TIME)
        gst_structure_set(structure, "media_ms", G_TYPE_DOUBLE, (gdouble)notice->media_us / 1000.0, NULL);
    gst_structure_set(structure, "message", G_TYPE_STRING, notice->message, NULL);
    return structure;
}
