/* Compares findings, notices and tracks with what a case expects, and prints both where they differ. */
#include "compare.h"

#include <stdlib.h>
#include <string.h>

#include "names.h"

static const char *const field_names[FIELD_COUNT] = {
    [FIELD_CODE] = "code",         [FIELD_REASON] = "reason",
    [FIELD_EVENT] = "event",       [FIELD_TRACK] = "track",
    [FIELD_MEDIA] = "media",       [FIELD_FOURCC] = "fourcc",
    [FIELD_VALUE] = "value",       [FIELD_LIMIT] = "limit",
    [FIELD_OFFSET] = "offset",     [FIELD_MEDIA_US] = "media time in us",
    [FIELD_NOW_US] = "time in us", [FIELD_ON] = "on",
    [FIELD_REMOTE] = "remote",     [FIELD_EDGES] = "edges"};

/* true: the field holds something, and value is it. */
static bool read_field(const struct finding *finding, enum expected_field field, int64_t *value)
{
    const mpe_error *error = &finding->error;
    const int64_t values[FIELD_COUNT] = {[FIELD_CODE] = error->code,
                                         [FIELD_REASON] = error->reason,
                                         [FIELD_EVENT] = error->event,
                                         [FIELD_TRACK] = error->track,
                                         [FIELD_MEDIA] = error->media,
                                         [FIELD_FOURCC] = error->fourcc,
                                         [FIELD_VALUE] = error->value,
                                         [FIELD_LIMIT] = error->limit,
                                         [FIELD_OFFSET] = (int64_t)error->offset_bytes,
                                         [FIELD_MEDIA_US] = error->media_us,
                                         [FIELD_NOW_US] = error->now_us,
                                         [FIELD_ON] = finding->on,
                                         [FIELD_REMOTE] = error->remote_value,
                                         [FIELD_EDGES] = error->edges};
    static const uint32_t flags[FIELD_COUNT] = {
        [FIELD_VALUE] = MPE_ERROR_HAS_VALUE,   [FIELD_LIMIT] = MPE_ERROR_HAS_LIMIT,
        [FIELD_OFFSET] = MPE_ERROR_HAS_OFFSET, [FIELD_MEDIA_US] = MPE_ERROR_HAS_MEDIA_TIME,
        [FIELD_REMOTE] = MPE_ERROR_HAS_REMOTE, [FIELD_EDGES] = MPE_ERROR_HAS_REMOTE};

    *value = values[field];
    return field == FIELD_TRACK ? error->track >= 0 : flags[field] == 0 || (error->flags & flags[field]);
}

static bool compare_field(const struct expected_finding *expected, const struct finding *finding,
                          enum expected_field field, FILE *out)
{
    const struct range *range = &expected->fields[field];
    int64_t value;
    bool holds = read_field(finding, field, &value);

    if (!range->set || (range->none && !holds))
        return true;
    if (!range->none && holds && value >= range->low && value <= range->high)
        return true;
    fprintf(out, "  line %d: %s: ", expected->line, field_names[field]);
    if (range->none)
        fprintf(out, "expected none");
    else if (range->low == range->high)
        fprintf(out, "expected %lld", (long long)range->low);
    else
        fprintf(out, "expected %lld..%lld", (long long)range->low, (long long)range->high);
    if (holds)
        fprintf(out, ", got %lld\n", (long long)value);
    else
        fprintf(out, ", got none\n");
    return false;
}

static bool compare_finding(const struct test_case *test, const struct expected_finding *expected,
                            const struct finding *finding, FILE *out)
{
    bool equal = expected->session == finding->session;

    if (!equal)
        fprintf(out, "  line %d: session: expected %s, got %s\n", expected->line, test->inputs[expected->session].name,
                test->inputs[finding->session].name);
    for (int field = 0; field < FIELD_COUNT; field++)
        equal &= compare_field(expected, finding, (enum expected_field)field, out);
    if (expected->unit && strcmp(expected->unit, finding->error.unit) != 0) {
        fprintf(out, "  line %d: unit: expected %s, got %s\n", expected->line, expected->unit, finding->error.unit);
        equal = false;
    }
    if (expected->says && !strstr(finding->error.message, expected->says)) {
        fprintf(out, "  line %d: the message does not say \"%s\"\n", expected->line, expected->says);
        equal = false;
    }
    if (!equal) {
        fprintf(out, "    expected %s\n    got      ", expected->text);
        print_finding(test, finding, out);
    }
    return equal;
}

static bool compare_findings(const struct test_case *test, const struct outcome *outcome, FILE *out)
{
    bool equal = true;

    for (size_t i = 0; i < test->finding_count || i < outcome->finding_count; i++) {
        if (i < test->finding_count && i < outcome->finding_count) {
            equal &= compare_finding(test, &test->findings[i], &outcome->findings[i], out);
            continue;
        }
        equal = false;
        if (i < test->finding_count) {
            fprintf(out, "  line %d: did not come: %s\n", test->findings[i].line, test->findings[i].text);
        } else {
            fputs("  nobody expects: ", out);
            print_finding(test, &outcome->findings[i], out);
        }
    }
    return equal;
}

static int64_t read_fact(const struct session_outcome *seen, const struct expected_fact *fact)
{
    switch (fact->track) {
    case EXPECT_STATE:
        return seen->state;
    case EXPECT_PROTOCOL:
        return seen->protocol;
    case EXPECT_ENDING:
        return seen->ended == MPE_EVENT ? seen->ending.code : 0;
    default:
        return track_field(&seen->tracks[fact->track], fact->field);
    }
}

static const char *fact_text(const struct expected_fact *fact, int64_t value)
{
    switch (fact->track) {
    case EXPECT_STATE:
        return name_of(states, value);
    case EXPECT_PROTOCOL:
        return name_of(protocols, value);
    case EXPECT_ENDING:
        return mpe_code_name((int32_t)value);
    default:
        return fact->field;
    }
}

static bool compare_fact(const struct outcome *outcome, const struct expected_fact *fact, FILE *out)
{
    const struct session_outcome *seen = &outcome->sessions[fact->session];
    int64_t value;

    if (fact->track >= seen->track_count) {
        fprintf(out, "  line %d: there is no track %d\n", fact->line, fact->track);
        return false;
    }
    value = read_fact(seen, fact);
    if (value >= fact->range.low && value <= fact->range.high)
        return true;
    fprintf(out, "  line %d: expected %s (%lld..%lld), got %s (%lld)\n", fact->line, fact_text(fact, fact->range.low),
            (long long)fact->range.low, (long long)fact->range.high, fact_text(fact, value), (long long)value);
    return false;
}

bool compare_secrets(const struct test_case *test, const struct outcome *outcome, FILE *out)
{
    bool kept = true;

    for (size_t secret = 0; secret < test->never_says_count; secret++) {
        for (size_t i = 0; i < outcome->finding_count; i++) {
            const struct finding *finding = &outcome->findings[i];

            if (!strstr(finding->error.message, test->never_says[secret]) &&
                !strstr(finding->notification, test->never_says[secret]))
                continue;
            fprintf(out, "  \"%s\" stands in: %s\n    or: %s\n", test->never_says[secret], finding->error.message,
                    finding->notification);
            kept = false;
        }
    }
    return kept;
}

bool compare(const struct test_case *test, const struct outcome *outcome, FILE *out)
{
    bool equal = compare_findings(test, outcome, out);

    for (size_t i = 0; i < test->fact_count; i++)
        equal &= compare_fact(outcome, &test->facts[i], out);
    equal &= compare_notices(test, outcome, out);
    return compare_secrets(test, outcome, out) && equal;
}

static void print_fourcc(uint32_t fourcc, FILE *out)
{
    if (fourcc == 0)
        return;
    fprintf(out, " fourcc=");
    for (int shift = 24; shift >= 0; shift -= 8)
        fputc((fourcc >> shift & 0xff) >= 0x20 ? (int)(fourcc >> shift & 0xff) : '.', out);
}

void print_finding(const struct test_case *test, const struct finding *finding, FILE *out)
{
    const mpe_error *error = &finding->error;

    fprintf(out, "%s reason=%s event=%s", mpe_code_name(error->code), mpe_reason_name(error->reason),
            name_of(events, error->event));
    if (error->track >= 0)
        fprintf(out, " track=%d media=%s", (int)error->track, name_of(medias, error->media));
    print_fourcc(error->fourcc, out);
    if (error->flags & MPE_ERROR_HAS_VALUE)
        fprintf(out, " value=%lld", (long long)error->value);
    if (error->flags & MPE_ERROR_HAS_LIMIT)
        fprintf(out, " limit=%lld", (long long)error->limit);
    if (error->unit[0])
        fprintf(out, " unit=\"%s\"", error->unit);
    if (error->flags & MPE_ERROR_HAS_OFFSET)
        fprintf(out, " offset=%llu", (unsigned long long)error->offset_bytes);
    if (error->flags & MPE_ERROR_HAS_MEDIA_TIME)
        fprintf(out, " media_ms=%.3f", (double)error->media_us / 1000);
    fprintf(out, " now_ms=%.3f on=%s", (double)error->now_us / 1000, name_of(occasions, finding->on));
    if (test->input_count > 1)
        fprintf(out, " session=%s", test->inputs[finding->session].name);
    fprintf(out, "\n      # %s\n", error->message);
}

static void print_track(const mpe_track *track, int index, FILE *out)
{
    const char *field;

    fprintf(out, "expect-track %d", index);
    for (size_t i = 0; (field = track_field_name(i)); i++) {
        if (strcmp(field, "fourcc") == 0)
            print_fourcc(track->fourcc, out);
        else if (strcmp(field, "media") == 0)
            fprintf(out, " media=%s", name_of(medias, track->media));
        else if (track_field(track, field) != 0)
            fprintf(out, " %s=%lld", field, (long long)track_field(track, field));
    }
    fputc('\n', out);
}

void print_outcome(const struct test_case *test, const struct outcome *outcome, FILE *out)
{
    if (outcome->error[0])
        fprintf(out, "# %s\n", outcome->error);
    if (outcome->finding_count == 0)
        fputs("expect nothing\n", out);
    for (size_t i = 0; i < outcome->finding_count; i++) {
        fputs("expect ", out);
        print_finding(test, &outcome->findings[i], out);
    }
    print_notices(test, outcome, out);
    for (int i = 0; i < test->input_count; i++) {
        const struct session_outcome *seen = &outcome->sessions[i];

        fprintf(out, "# session %s\nexpect-state %s\nexpect-protocol %s\nexpect-ending %s\n", test->inputs[i].name,
                name_of(states, seen->state), name_of(protocols, seen->protocol),
                seen->ended == MPE_EVENT ? mpe_code_name(seen->ending.code) : "none");
        for (int track = 0; track < seen->track_count; track++)
            print_track(&seen->tracks[track], track, out);
    }
}
