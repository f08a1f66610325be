/* Asks a service by POST whether a publish may go on, and reads its answer. */
#include "authorize.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_schema.h"

#define ANSWER_BYTES 16384u
#define FORM_BYTES   16384u
#define LONGEST_MS   60000
#define USUAL_MS     2000

struct authorize_request {
    struct authorizer *authorizer;
    CURL *easy;
    void (*on_answer)(void *user, const struct authorize_answer *answer);
    void *user;
    bool is_too_long;
    size_t length;
    char body[ANSWER_BYTES];
};

/* ---------------------------------------------------------------- settings */

/* "2s", "500ms". 0: it is none. */
static long read_time_ms(const char *text)
{
    char *end;
    const long value = strtol(text, &end, 10);
    const long unit_ms = strcmp(end, "s") == 0 ? 1000 : strcmp(end, "ms") == 0 ? 1 : 0;
    const bool is_time = *text >= '0' && *text <= '9' && unit_ms > 0 && value > 0 && value <= LONGEST_MS / unit_ms;
    return is_time ? value * unit_ms : 0;
}

const char *authorize_read(struct authorize_target *target, const struct config_authorize *settings)
{
    const char *const otherwise = settings->otherwise != NULL ? settings->otherwise : "refuse";
    target->timeout_ms = settings->timeout != NULL ? read_time_ms(settings->timeout) : USUAL_MS;
    target->accepts_otherwise = strcmp(otherwise, "accept") == 0;
    if (settings->url == NULL ||
        (strncmp(settings->url, "http://", 7) != 0 && strncmp(settings->url, "https://", 8) != 0)) {
        return "url: give a URL that begins with http:// or https://";
    }
    if (target->timeout_ms == 0) {
        return "timeout: give a time up to 60s, as in 2s or 500ms";
    }
    if (!target->accepts_otherwise && strcmp(otherwise, "refuse") != 0) {
        return "otherwise: give refuse or accept";
    }
    target->url = strdup(settings->url);
    return target->url != NULL ? NULL : "out of memory";
}

/* ---------------------------------------------------------------- the form */

struct form {
    CURL *easy;
    size_t length;
    bool is_whole;
    char text[FORM_BYTES];
};

static void add_field(struct form *form, const char *name, int name_length, const char *value, int value_length)
{
    char *const escaped_name = curl_easy_escape(form->easy, name, name_length);
    char *const escaped = value_length > 0 ? curl_easy_escape(form->easy, value, value_length) : NULL;
    const size_t room = sizeof(form->text) - form->length;
    const int length = snprintf(form->text + form->length, room, "%s%s=%s", form->length > 0 ? "&" : "",
                                escaped_name != NULL ? escaped_name : "", escaped != NULL ? escaped : "");
    form->is_whole = form->is_whole && escaped_name != NULL && (size_t)length < room;
    form->length += form->is_whole ? (size_t)length : 0;
    curl_free(escaped_name);
    curl_free(escaped);
}

static void add_text(struct form *form, const char *name, const char *value)
{
    add_field(form, name, (int)strlen(name), value, (int)strlen(value));
}

/* What the service is told of an encoder, the encoder does not tell it. */
static bool is_own_field(const char *name)
{
    static const char *const own[] = {"call", "app", "name", "type", "addr", "tcurl", "flashver", "clientid"};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (strcmp(own[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_query_field(struct form *form, const char *field, size_t length)
{
    char text[AUTHORIZE_NAME_BYTES];
    int name_length = 0;
    int value_length = 0;
    snprintf(text, sizeof(text), "%.*s", (int)length, field);
    for (char *plus = strchr(text, '+'); plus != NULL; plus = strchr(plus, '+')) {
        *plus = ' ';
    }
    char *const equals = strchr(text, '=');
    if (equals != NULL) {
        *equals = '\0';
    }
    char *const name = curl_easy_unescape(form->easy, text, 0, &name_length);
    char *const value = equals != NULL ? curl_easy_unescape(form->easy, equals + 1, 0, &value_length) : NULL;
    if (name != NULL && name_length > 0 && !is_own_field(name)) {
        add_field(form, name, name_length, value != NULL ? value : "", value_length);
    }
    curl_free(name);
    curl_free(value);
}

static void add_query(struct form *form, const char *query)
{
    while (*query != '\0') {
        const size_t length = strcspn(query, "&");
        add_query_field(form, query, length);
        query += length + (query[length] == '&');
    }
}

static void fill_form(struct form *form, const struct authorize_question *question)
{
    const size_t length = strcspn(question->name, "?");
    add_text(form, "call", "publish");
    add_text(form, "app", question->app);
    add_field(form, "name", 4, question->name, (int)length);
    add_text(form, "type", "live");
    add_text(form, "addr", question->address);
    add_text(form, "tcurl", question->tc_url);
    add_text(form, "flashver", question->flash_ver);
    add_text(form, "clientid", question->client_id);
    add_query(form, question->name[length] == '?' ? question->name + length + 1 : "");
}

/* ---------------------------------------------------------------- the answer */

/* The last segment of Location, which may be a name alone or a URL. */
static void take_name(struct authorize_answer *answer, CURL *easy)
{
    struct curl_header *header;
    if (curl_easy_header(easy, "Location", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        answer->fault = "it renames, and says not to what";
        return;
    }
    const char *const slash = strrchr(header->value, '/');
    const char *const name = slash != NULL ? slash + 1 : header->value;
    if (*name == '\0' || strlen(name) >= sizeof(answer->name)) {
        answer->fault = "it renames, and says not to what";
        return;
    }
    snprintf(answer->name, sizeof(answer->name), "%s", name);
}

static void take_body(struct authorize_answer *answer, const struct authorize_request *request,
                      struct config_answer **parsed)
{
    if (request->length == 0 || request->body[0] != '{') {
        return; /* back-ends of nginx-rtmp answer anything */
    }
    *parsed = config_answer_parse(request->body, request->length);
    if (*parsed == NULL) {
        answer->fault = "its answer is an object that cannot be read";
        return;
    }
    answer->channel = (*parsed)->channel;
    answer->set = (*parsed)->set;
}

static void understand(struct authorize_answer *answer, const struct authorize_request *request, CURLcode result,
                       struct config_answer **parsed)
{
    long status = 0;
    curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
    answer->is_accepted = status >= 200 && status < 400;
    if (result != CURLE_OK) {
        answer->fault = request->is_too_long ? "its answer is longer than 16 KiB" : curl_easy_strerror(result);
    } else if (status < 200 || status >= 500) {
        answer->fault = "it has a fault of its own";
    } else if (status >= 300 && status < 400) {
        take_name(answer, request->easy);
    } else if (status < 300) {
        take_body(answer, request, parsed);
    }
    if (answer->fault != NULL) {
        answer->is_accepted = request->authorizer->target->accepts_otherwise;
        answer->name[0] = '\0';
    }
}

static void on_done(CURL *easy, CURLcode result)
{
    struct authorize_request *request = NULL;
    struct authorize_answer answer = {.fault = NULL};
    struct config_answer *parsed = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &request);
    understand(&answer, request, result, &parsed);
    void (*const on_answer)(void *, const struct authorize_answer *) = request->on_answer;
    void *const user = request->user;
    authorize_cancel(request);
    on_answer(user, &answer);
    config_answer_free(parsed);
}

static size_t take_bytes(char *bytes, size_t size, size_t count, void *user)
{
    struct authorize_request *const request = user;
    const size_t length = size * count;
    if (length > sizeof(request->body) - request->length) {
        request->is_too_long = true;
        return 0;
    }
    memcpy(request->body + request->length, bytes, length);
    request->length += length;
    return length;
}

/* ------------------------------------------------------------------- asking */

int authorizer_open(struct authorizer *authorizer, const struct authorize_target *target, uv_loop_t *loop)
{
    authorizer->target = target;
    return target->url != NULL ? http_loop_open(&authorizer->http, loop, on_done) : 0;
}

void authorizer_close(struct authorizer *authorizer)
{
    http_loop_close(&authorizer->http);
}

static bool set_up(struct authorize_request *request, const struct authorize_question *question)
{
    CURL *const easy = request->easy;
    struct form form = {.easy = easy, .is_whole = true};
    fill_form(&form, question);
    if (!form.is_whole) {
        return false;
    }
    curl_easy_setopt(easy, CURLOPT_URL, request->authorizer->target->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, request->authorizer->target->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "mpe-guard");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
    return curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)form.length) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, form.text) == CURLE_OK;
}

struct authorize_request *authorize_ask(struct authorizer *authorizer, const struct authorize_question *question,
                                        void (*on_answer)(void *user, const struct authorize_answer *answer),
                                        void *user)
{
    struct authorize_request *const request = calloc(1, sizeof(*request));
    if (request == NULL) {
        return NULL;
    }
    request->authorizer = authorizer;
    request->on_answer = on_answer;
    request->user = user;
    request->easy = curl_easy_init();
    if (request->easy == NULL || !set_up(request, question) ||
        curl_multi_add_handle(authorizer->http.multi, request->easy) != CURLM_OK) {
        curl_easy_cleanup(request->easy);
        free(request);
        return NULL;
    }
    return request;
}

void authorize_cancel(struct authorize_request *request)
{
    if (request != NULL) {
        curl_multi_remove_handle(request->authorizer->http.multi, request->easy);
        curl_easy_cleanup(request->easy);
        free(request);
    }
}
