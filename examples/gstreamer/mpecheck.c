/*
 * mpecheck feeds the bytes that pass to a session of libmpe. It posts an element message for each finding, and
 * one for each condition that is set or cleared where that is asked for.
 *
 * Time. In a live pipeline it is the running time, and a timer on the pipeline's clock ticks the session when it
 * passes without bytes. In any other pipeline data may come faster or slower than it plays: time is what the media
 * says.
 *
 * Locks. The object lock guards the properties; session_lock guards the rest, as buffers, timer and state changes come
 * on different threads. Messages are posted without a lock.
 */
#define PACKAGE "libmpe" /* GST_PLUGIN_DEFINE wants it */

#include "mpecheck.h"

#include <mpe/mpe.h>

#include "condition.h"
#include "finding.h"
#include "settings.h"

#define VERSION_TEXT                                                                                                   \
    G_STRINGIFY(MPE_VERSION_MAJOR) "." G_STRINGIFY(MPE_VERSION_MINOR) "." G_STRINGIFY(MPE_VERSION_PATCH)

GST_DEBUG_CATEGORY_STATIC(mpe_check_debug);
#define GST_CAT_DEFAULT mpe_check_debug

struct _MpeCheck {
    GstBaseTransform parent;

    gint kind;
    gint protocol;
    gchar *app;
    gchar *settings;
    gboolean report_all;
    gboolean error_on_finding;
    gboolean conditions;

    GMutex session_lock;
    mpe_channel *channel;
    mpe_session *session; /* NULL until the first byte, and once there is nothing more to check */
    gboolean is_over;     /* what comes is no longer the stream: the muxer goes back to rewrite its header */
    gboolean sets_clock;  /* the settings decide about the clock */
    gboolean is_live;
    gboolean is_playing;
    guint64 position; /* bytes that passed */
    gint64 now_us;
    GstClockID timer; /* NULL: not armed */
};

enum {
    PROP_0,
    PROP_KIND,
    PROP_PROTOCOL,
    PROP_APP,
    PROP_SETTINGS,
    PROP_REPORT_ALL,
    PROP_ERROR_ON_FINDING,
    PROP_CONDITIONS
};

G_DEFINE_TYPE(MpeCheck, mpe_check, GST_TYPE_BASE_TRANSFORM)

static GType kind_type(void)
{
    static const GEnumValue values[] = {
        {MPE_ENCODING, "transcoded by the live event", "encoding"},
        {MPE_PASS_THROUGH_BASIC, "passed through, basic", "pass-through-basic"},
        {MPE_PASS_THROUGH_STANDARD, "passed through, standard", "pass-through-standard"},
        {MPE_OPEN, "no limits but those in settings", "open"},
        {0, NULL, NULL},
    };
    static gsize type = 0;
    if (g_once_init_enter(&type))
        g_once_init_leave(&type, g_enum_register_static("MpeCheckKind", values));
    return type;
}

static GType protocol_type(void)
{
    static const GEnumValue values[] = {
        {MPE_PROTOCOL_AUTO, "decided by the first bytes", "auto"},
        {MPE_PROTOCOL_RTMP, "the bytes that an RTMP encoder sends", "rtmp"},
        {MPE_PROTOCOL_FLV, "FLV", "flv"},
        {MPE_PROTOCOL_FMP4, "fragmented MP4", "fmp4"},
        {0, NULL, NULL},
    };
    static gsize type = 0;
    if (g_once_init_enter(&type))
        g_once_init_leave(&type, g_enum_register_static("MpeCheckProtocol", values));
    return type;
}

/* ------------------------------------------------------------------------------------------------------- the session
 */

/* Running time of a live pipeline; as before while there is no clock. To be called with session_lock. */
static gint64 time_now(MpeCheck *self)
{
    GstClockTime running = self->is_live ? gst_element_get_current_running_time(GST_ELEMENT(self)) : 0;
    if (GST_CLOCK_TIME_IS_VALID(running))
        self->now_us = MAX(self->now_us, (gint64)GST_TIME_AS_USECONDS(running));
    return self->now_us;
}

static gboolean take_finding(MpeCheck *self, mpe_error *error)
{
    error->struct_size = sizeof(*error);
    g_mutex_lock(&self->session_lock);
    const gboolean found = self->session != NULL && mpe_session_poll_error(self->session, error) == MPE_EVENT;
    g_mutex_unlock(&self->session_lock);
    return found;
}

static gboolean take_notice(MpeCheck *self, mpe_notice *notice)
{
    notice->struct_size = sizeof(*notice);
    g_mutex_lock(&self->session_lock);
    const gboolean found = self->session != NULL && mpe_session_poll_notice(self->session, notice) == MPE_EVENT;
    g_mutex_unlock(&self->session_lock);
    return found;
}

/* Posts the conditions that were set or cleared. */
static void post_conditions(MpeCheck *self)
{
    mpe_notice notice;
    while (take_notice(self, &notice)) {
        if (notice.state != MPE_NOTICE_HAPPENED)
            gst_element_post_message(GST_ELEMENT(self),
                                     gst_message_new_element(GST_OBJECT(self), condition_structure(&notice)));
    }
}

/* Posts what was found, and the conditions. TRUE: the pipeline is to end for a finding. */
static gboolean post_findings(MpeCheck *self)
{
    mpe_error error;
    gboolean is_fatal = FALSE;
    post_conditions(self);
    while (!is_fatal && take_finding(self, &error)) {
        gst_element_post_message(GST_ELEMENT(self),
                                 gst_message_new_element(GST_OBJECT(self), finding_structure(&error)));
        GST_OBJECT_LOCK(self);
        is_fatal = self->error_on_finding;
        GST_OBJECT_UNLOCK(self);
    }
    if (is_fatal)
        GST_ELEMENT_ERROR(self, STREAM, FAILED, ("%s: %s", mpe_code_name(error.code), error.message), (NULL));
    return is_fatal;
}

static void disarm(MpeCheck *self)
{
    if (self->timer == NULL)
        return;
    gst_clock_id_unschedule(self->timer);
    gst_clock_id_unref(self->timer);
    self->timer = NULL;
}

static gboolean on_timer(GstClock *clock, GstClockTime time, GstClockID id, gpointer user);

/* Has the session ticked at the time that it asked for. To be called with session_lock. */
static void arm(MpeCheck *self)
{
    const gint64 due_us = self->session == NULL ? INT64_MAX : mpe_session_deadline(self->session);
    const GstClockTime base = gst_element_get_base_time(GST_ELEMENT(self));
    if (!self->is_live || !self->is_playing || !GST_CLOCK_TIME_IS_VALID(base) ||
        due_us > (gint64)(G_MAXINT64 / GST_USECOND))
        return;
    const GstClockTime due = base + (GstClockTime)MAX(due_us, 0) * GST_USECOND;
    if (self->timer != NULL && gst_clock_id_get_time(self->timer) <= due)
        return; /* the deadline moves on with each buffer; an early timer arms itself again */
    disarm(self);
    GstClock *clock = gst_element_get_clock(GST_ELEMENT(self));
    if (clock == NULL)
        return;
    self->timer = gst_clock_new_single_shot_id(clock, due);
    gst_clock_id_wait_async(self->timer, on_timer, gst_object_ref(self), gst_object_unref);
    gst_object_unref(clock);
}

static gboolean on_timer(GstClock *clock, GstClockTime time, GstClockID id, gpointer user)
{
    MpeCheck *self = user;
    (void)clock;
    g_mutex_lock(&self->session_lock);
    const gboolean is_due = self->timer == id && GST_CLOCK_TIME_IS_VALID(time);
    if (is_due) {
        gst_clock_id_unref(self->timer);
        self->timer = NULL;
        if (self->session != NULL)
            mpe_session_tick(self->session, time_now(self));
        arm(self);
    }
    g_mutex_unlock(&self->session_lock);
    if (is_due)
        post_findings(self);
    return TRUE;
}

static gboolean upstream_is_live(MpeCheck *self)
{
    GstQuery *query = gst_query_new_latency();
    gboolean is_live = FALSE;
    if (gst_pad_peer_query(GST_BASE_TRANSFORM_SINK_PAD(self), query))
        gst_query_parse_latency(query, &is_live, NULL, NULL);
    gst_query_unref(query);
    return is_live;
}

/* Opens the session when its first bytes come; not before that is it known whether the pipeline is live. */
static mpe_status open_session(MpeCheck *self)
{
    GST_OBJECT_LOCK(self);
    const gint protocol = self->protocol;
    GST_OBJECT_UNLOCK(self);
    int64_t media_clock = 1;
    self->is_live = upstream_is_live(self);
    if (!self->sets_clock)
        mpe_channel_set(self->channel, MPE_PARAM_MEDIA_CLOCK, !self->is_live);
    mpe_channel_get(self->channel, MPE_PARAM_MEDIA_CLOCK, &media_clock);
    GST_INFO_OBJECT(self, "time is %s", media_clock ? "the media's" : "the clock's");
    return mpe_session_new(&self->session, self->channel, protocol, NULL, NULL, time_now(self));
}

static mpe_status feed(MpeCheck *self, GstBuffer *buffer)
{
    mpe_status status = self->session == NULL ? open_session(self) : MPE_OK;
    /* Memory by memory: to map the buffer as a whole would copy one that has several. */
    for (guint i = 0; status == MPE_OK && i < gst_buffer_n_memory(buffer); i++) {
        GstMapInfo map;
        GstMemory *memory = gst_buffer_peek_memory(buffer, i);
        if (!gst_memory_map(memory, &map, GST_MAP_READ))
            return MPE_BAD_DATA;
        status = mpe_session_feed(self->session, map.data, map.size, time_now(self));
        gst_memory_unmap(memory, &map);
    }
    return status;
}

static void forget_session(MpeCheck *self)
{
    disarm(self);
    mpe_session_free(self->session);
    self->session = NULL;
    self->is_over = FALSE;
    self->position = 0;
}

/* What can only be judged at the end is judged now. */
static void finish_session(MpeCheck *self)
{
    g_mutex_lock(&self->session_lock);
    if (self->session != NULL && !self->is_over)
        mpe_session_finish(self->session, 0, time_now(self));
    self->is_over = TRUE;
    disarm(self);
    g_mutex_unlock(&self->session_lock);
    post_findings(self);
}

/* ------------------------------------------------------------------------------------------------- what passes */

static GstFlowReturn mpe_check_transform_ip(GstBaseTransform *base, GstBuffer *buffer)
{
    MpeCheck *self = MPE_CHECK(base);
    mpe_status status = MPE_OK;
    g_mutex_lock(&self->session_lock);
    if (!self->is_over)
        status = feed(self, buffer);
    self->position += gst_buffer_get_size(buffer);
    arm(self);
    g_mutex_unlock(&self->session_lock);
    if (status < 0) {
        GST_ELEMENT_ERROR(self, STREAM, FAILED, ("%s", mpe_status_text(status)), (NULL));
        return GST_FLOW_ERROR;
    }
    return post_findings(self) ? GST_FLOW_ERROR : GST_FLOW_OK;
}

/* A muxer that ends a file goes back to write sizes into its header; that is not what a live encoder sends. */
static void look_at_segment(MpeCheck *self, GstEvent *event)
{
    const GstSegment *segment;
    gst_event_parse_segment(event, &segment);
    g_mutex_lock(&self->session_lock);
    const gboolean is_jump = segment->format == GST_FORMAT_BYTES && segment->start != self->position;
    g_mutex_unlock(&self->session_lock);
    if (is_jump)
        finish_session(self);
}

static gboolean mpe_check_sink_event(GstBaseTransform *base, GstEvent *event)
{
    MpeCheck *self = MPE_CHECK(base);
    switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_SEGMENT:
        look_at_segment(self, event);
        break;
    case GST_EVENT_EOS:
        finish_session(self);
        break;
    case GST_EVENT_FLUSH_STOP:
        g_mutex_lock(&self->session_lock);
        forget_session(self);
        g_mutex_unlock(&self->session_lock);
        break;
    default:
        break;
    }
    return GST_BASE_TRANSFORM_CLASS(mpe_check_parent_class)->sink_event(base, event);
}

/* ------------------------------------------------------------------------------------------------- states */

/* Makes the channel that the properties describe. NULL, or one sentence, to be freed with g_free. */
static gchar *make_channel(MpeCheck *self)
{
    GST_OBJECT_LOCK(self);
    mpe_status status = mpe_channel_new(&self->channel, self->kind, NULL);
    if (status == MPE_OK)
        status = mpe_channel_set_text(self->channel, MPE_TEXT_APP, self->app);
    if (status == MPE_OK)
        status = mpe_channel_set(self->channel, MPE_PARAM_REPORT_ALL, self->report_all);
    if (status == MPE_OK)
        status = mpe_channel_set(self->channel, MPE_PARAM_CONDITIONS, self->conditions);
    gchar *why = status == MPE_OK ? settings_apply(self->channel, self->settings, &self->sets_clock)
                                  : g_strdup(mpe_status_text(status));
    GST_OBJECT_UNLOCK(self);
    return why;
}

static gboolean mpe_check_start(GstBaseTransform *base)
{
    MpeCheck *self = MPE_CHECK(base);
    gchar *why = make_channel(self);
    if (why == NULL)
        return TRUE;
    mpe_channel_free(self->channel);
    self->channel = NULL;
    GST_ELEMENT_ERROR(self, RESOURCE, SETTINGS, ("%s", why), (NULL));
    g_free(why);
    return FALSE;
}

static gboolean mpe_check_stop(GstBaseTransform *base)
{
    MpeCheck *self = MPE_CHECK(base);
    g_mutex_lock(&self->session_lock);
    forget_session(self);
    mpe_channel_free(self->channel);
    self->channel = NULL;
    self->now_us = 0;
    g_mutex_unlock(&self->session_lock);
    return TRUE;
}

/* Running time stands still while the pipeline pauses, and so does the timer. */
static void set_playing(MpeCheck *self, gboolean is_playing)
{
    g_mutex_lock(&self->session_lock);
    self->is_playing = is_playing;
    if (is_playing)
        arm(self);
    else
        disarm(self);
    g_mutex_unlock(&self->session_lock);
}

static GstStateChangeReturn mpe_check_change_state(GstElement *element, GstStateChange change)
{
    if (change == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
        set_playing(MPE_CHECK(element), FALSE);
    const GstStateChangeReturn result = GST_ELEMENT_CLASS(mpe_check_parent_class)->change_state(element, change);
    if (change == GST_STATE_CHANGE_PAUSED_TO_PLAYING && result != GST_STATE_CHANGE_FAILURE)
        set_playing(MPE_CHECK(element), TRUE);
    return result;
}

/* ------------------------------------------------------------------------------------------------- the object */

static void replace_text(gchar **text, const GValue *value)
{
    g_free(*text);
    *text = g_value_dup_string(value);
}

static void mpe_check_set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    MpeCheck *self = MPE_CHECK(object);
    GST_OBJECT_LOCK(self);
    switch (id) {
    case PROP_KIND:
        self->kind = g_value_get_enum(value);
        break;
    case PROP_PROTOCOL:
        self->protocol = g_value_get_enum(value);
        break;
    case PROP_APP:
        replace_text(&self->app, value);
        break;
    case PROP_SETTINGS:
        replace_text(&self->settings, value);
        break;
    case PROP_REPORT_ALL:
        self->report_all = g_value_get_boolean(value);
        break;
    case PROP_ERROR_ON_FINDING:
        self->error_on_finding = g_value_get_boolean(value);
        break;
    case PROP_CONDITIONS:
        self->conditions = g_value_get_boolean(value);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
        break;
    }
    GST_OBJECT_UNLOCK(self);
}

static void mpe_check_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    MpeCheck *self = MPE_CHECK(object);
    GST_OBJECT_LOCK(self);
    switch (id) {
    case PROP_KIND:
        g_value_set_enum(value, self->kind);
        break;
    case PROP_PROTOCOL:
        g_value_set_enum(value, self->protocol);
        break;
    case PROP_APP:
        g_value_set_string(value, self->app);
        break;
    case PROP_SETTINGS:
        g_value_set_string(value, self->settings);
        break;
    case PROP_REPORT_ALL:
        g_value_set_boolean(value, self->report_all);
        break;
    case PROP_ERROR_ON_FINDING:
        g_value_set_boolean(value, self->error_on_finding);
        break;
    case PROP_CONDITIONS:
        g_value_set_boolean(value, self->conditions);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
        break;
    }
    GST_OBJECT_UNLOCK(self);
}

static void mpe_check_finalize(GObject *object)
{
    MpeCheck *self = MPE_CHECK(object);
    g_free(self->app);
    g_free(self->settings);
    g_mutex_clear(&self->session_lock);
    G_OBJECT_CLASS(mpe_check_parent_class)->finalize(object);
}

static void mpe_check_init(MpeCheck *self)
{
    self->kind = MPE_ENCODING;
    g_mutex_init(&self->session_lock);
    gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), TRUE);
}

static void install_properties(GObjectClass *class)
{
    const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
    g_object_class_install_property(class, PROP_KIND,
                                    g_param_spec_enum("kind", "Kind",
                                                      "What the live event does with its input: decides the limits",
                                                      kind_type(), MPE_ENCODING, flags));
    g_object_class_install_property(
        class, PROP_PROTOCOL,
        g_param_spec_enum("protocol", "Protocol", "What the bytes are", protocol_type(), MPE_PROTOCOL_AUTO, flags));
    g_object_class_install_property(
        class, PROP_APP,
        g_param_spec_string("app", "App", "App that an RTMP encoder must name, as in live/TOKEN (unset: any)", NULL,
                            flags));
    g_object_class_install_property(
        class, PROP_SETTINGS,
        g_param_spec_string("settings", "Settings",
                            "Parameters of the channel: NAME=VALUE,NAME=VALUE (names: man 7 mpe_params); media_clock "
                            "is 0 in a live pipeline and 1 in others unless it is set here",
                            NULL, flags));
    g_object_class_install_property(
        class, PROP_REPORT_ALL,
        g_param_spec_boolean("report-all", "Report all", "Go on after the first finding", FALSE, flags));
    g_object_class_install_property(class, PROP_ERROR_ON_FINDING,
                                    g_param_spec_boolean("error-on-finding", "Error on finding",
                                                         "End the pipeline with an error after the first finding",
                                                         FALSE, flags));
    g_object_class_install_property(
        class, PROP_CONDITIONS,
        g_param_spec_boolean("conditions", "Conditions",
                             "Post what is wrong but no reason to refuse, too (limits: settings)", FALSE, flags));
}

static void mpe_check_class_init(MpeCheckClass *class)
{
    static GstStaticPadTemplate sink =
        GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
    static GstStaticPadTemplate source =
        GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
    GObjectClass *object = G_OBJECT_CLASS(class);
    GstElementClass *element = GST_ELEMENT_CLASS(class);
    GstBaseTransformClass *transform = GST_BASE_TRANSFORM_CLASS(class);

    object->set_property = mpe_check_set_property;
    object->get_property = mpe_check_get_property;
    object->finalize = mpe_check_finalize;
    install_properties(object);

    element->change_state = mpe_check_change_state;
    gst_element_class_add_static_pad_template(element, &sink);
    gst_element_class_add_static_pad_template(element, &source);
    gst_element_class_set_static_metadata(
        element, "Live ingest check", "Generic",
        "Passes a live stream on as it is (FLV or fragmented MP4 after a muxer, or the bytes that an RTMP encoder "
        "sends) and says why a live event would refuse it: one element message \"mpecheck\" per finding, with the "
        "fields code, event, reason, track, value, limit, unit, offset, media_ms and message; with conditions=true one "
        "\"mpecheck-condition\" per condition that is set or cleared",
        "libmpe");
    gst_type_mark_as_plugin_api(kind_type(), 0);
    gst_type_mark_as_plugin_api(protocol_type(), 0);

    transform->transform_ip = mpe_check_transform_ip;
    transform->transform_ip_on_passthrough = TRUE;
    transform->sink_event = mpe_check_sink_event;
    transform->start = mpe_check_start;
    transform->stop = mpe_check_stop;
    GST_DEBUG_CATEGORY_INIT(mpe_check_debug, "mpecheck", 0, "live ingest check");
}

static gboolean plugin_init(GstPlugin *plugin)
{
    return gst_element_register(plugin, "mpecheck", GST_RANK_NONE, MPE_TYPE_CHECK);
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, mpecheck, "Why a live ingest must be refused, or has broken",
                  plugin_init, VERSION_TEXT, "MIT/X11", "libmpe", "libmpe")
