/*
 * case_runner [--cuts N] DIR-or-FILE... plays each case in many cuts and compares; --cuts: in N ways only
 * case_runner --print FILE              says what the library says
 * case_runner --write-bytes OUT FILE    writes the bytes of the first session
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "compare.h"
#include "late.h"

enum { EXIT_USAGE = 2, MANY_CUTS = 200, SHORT_INPUT = 4096, LEAST_PER_CODE = 2 };

/* Bytes that the many cuts of one case may feed in all, so that a long case does not take for ever. */
#define CUT_BUDGET_BYTES   6000000u
#define BYTE_BY_BYTE_LIMIT 2000000u

/* What the cases of a directory cover. */
struct coverage {
    int raising[1000]; /* by code */
    int quiet[1000];
    int reasons[1000];
    int set[1000]; /* by condition or notice: cases that bring it, that clear it, that stay quiet */
    int cleared[1000];
    int near_misses[1000];
};

struct tally {
    int64_t cuts; /* 0: all of them */
    int passed;
    int failed;
    bool whole_directory;
    struct coverage coverage;
};

static void describe_cut(const struct cut *cut, FILE *out)
{
    if (cut->is_late)
        fputs("bound late, ", out);
    switch (cut->kind) {
    case CUT_NONE:
        fputs("as written", out);
        break;
    case CUT_BYTES:
        fprintf(out, "in feeds of %llu bytes", (unsigned long long)cut->size);
        break;
    case CUT_CYCLE:
        fputs("in feeds of 1 to 7 bytes", out);
        break;
    case CUT_ONCE:
        fprintf(out, "cut before byte %llu", (unsigned long long)cut->at);
        break;
    case CUT_RANDOM:
        fprintf(out, "in random pieces (%llu)", (unsigned long long)cut->seed);
        break;
    }
}

static bool same_when_cut(const struct test_case *test, const struct outcome *whole, const struct cut *cut, FILE *out)
{
    struct outcome outcome;
    bool same;

    play(test, cut, OFFSET_NONE, &outcome);
    same = outcome_equal(test, whole, &outcome);
    if (!same) {
        fputs("  other findings ", out);
        describe_cut(cut, out);
        fputs(":\n", out);
        print_outcome(test, &outcome, out);
        fputs("  than as written:\n", out);
        print_outcome(test, whole, out);
    }
    outcome_free(&outcome);
    return same;
}

/* Inside a handshake a cut decides nothing but at its edges. */
static bool is_skimmed(const struct test_case *test, uint64_t at)
{
    for (size_t i = 0; i < test->skim_count; i++) {
        uint64_t start = test->skim[i][0] + 4, end = test->skim[i][1] - 4;

        if (at > start && at < end && (at - start) % 256 != 0)
            return true;
    }
    return false;
}

static uint64_t skimmed_bytes(const struct test_case *test)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < test->skim_count; i++)
        bytes += test->skim[i][1] - test->skim[i][0];
    return bytes;
}

static bool same_at_every_cut(const struct test_case *test, bool is_late, const struct outcome *whole, FILE *out)
{
    uint64_t total = case_total_bytes(test);
    bool same = true;

    for (uint64_t at = 1; at < total && same; at++)
        if (!is_skimmed(test, at))
            same = same_when_cut(test, whole, &(struct cut){.kind = CUT_ONCE, .is_late = is_late, .at = at}, out);
    return same;
}

static bool same_at_many_cuts(const struct test_case *test, bool is_late, const struct outcome *whole, FILE *out)
{
    uint64_t total = case_total_bytes(test);
    uint64_t turns = total > 0 ? CUT_BUDGET_BYTES / total : 0;
    bool same = true;

    turns = turns > MANY_CUTS ? MANY_CUTS : turns < 2 ? 2 : turns;
    for (uint64_t seed = 1; seed <= turns && same; seed++)
        same = same_when_cut(test, whole, &(struct cut){.kind = CUT_RANDOM, .is_late = is_late, .seed = seed}, out);
    return same;
}

/* Where all cuts would take too long. */
static bool same_in_few_cuts(const struct test_case *test, bool is_late, const struct outcome *whole, int64_t cuts,
                             FILE *out)
{
    bool same = true;

    for (int64_t i = 1; i <= cuts && same; i++)
        same =
            same_when_cut(test, whole, &(struct cut){.kind = CUT_RANDOM, .is_late = is_late, .seed = (uint64_t)i}, out);
    return same;
}

static bool same_however_cut(const struct test_case *test, bool is_late, const struct outcome *whole, FILE *out)
{
    uint64_t total = case_total_bytes(test);
    bool same = true;

    if (total <= BYTE_BY_BYTE_LIMIT) {
        for (uint64_t size = 1; size <= 7 && same; size += total < 100000 ? 1 : 6)
            same = same_when_cut(test, whole, &(struct cut){.kind = CUT_BYTES, .is_late = is_late, .size = size}, out);
        same = same && same_when_cut(test, whole, &(struct cut){.kind = CUT_CYCLE, .is_late = is_late}, out);
    }
    if (!same)
        return false;
    if (total - skimmed_bytes(test) < SHORT_INPUT)
        return same_at_every_cut(test, is_late, whole, out);
    return same_at_many_cuts(test, is_late, whole, out);
}

/* A finding of a feed comes with the byte that its offset names, and not before. */
static bool decided_by_its_byte(const struct test_case *test, const struct outcome *whole, size_t index, FILE *out)
{
    static const struct cut cut = {.kind = CUT_NONE};
    const struct finding *finding = &whole->findings[index];
    uint64_t at = case_global_index(test, finding->session, finding->error.offset_bytes);
    struct outcome before, with;
    bool right;

    if (at == OFFSET_NONE) {
        fputs("  the offset is not one of the bytes that were fed\n", out);
        return false;
    }
    play(test, &cut, at, &before);
    play(test, &cut, at + 1, &with);
    right = before.finding_count <= index && with.finding_count > index &&
            memcmp(&with.findings[index].error, &finding->error, sizeof(finding->error)) == 0;
    if (!right)
        fprintf(out, "  byte %llu does not decide: %zu findings without it, %zu with it\n",
                (unsigned long long)finding->error.offset_bytes, before.finding_count, with.finding_count);
    outcome_free(&before);
    outcome_free(&with);
    return right;
}

/* A finding of a tick comes at a time that mpe_session_deadline named, and with the same code. */
static bool came_by_deadline(const struct test_case *test, const struct finding *finding, FILE *out)
{
    if (play_deadlines(test, finding->action) >= 0)
        return true;
    fputs("  mpe_session_deadline did not ask for the tick that brought the finding\n", out);
    return false;
}

static bool decided_in_time(const struct test_case *test, const struct outcome *whole, FILE *out)
{
    bool right = true;

    for (size_t i = 0; i < test->finding_count; i++) {
        const struct finding *finding = &whole->findings[i];

        if (finding->on == ACTION_FEED && test->findings[i].fields[FIELD_OFFSET].set &&
            (finding->error.flags & MPE_ERROR_HAS_OFFSET))
            right &= decided_by_its_byte(test, whole, i, out);
        if (finding->on == ACTION_TICK)
            right &= came_by_deadline(test, finding, out);
    }
    return right;
}

/* conditions/NAME/set-slug.case: NAME must be set; cleared-: and cleared; quiet-: nothing of it. */
static bool keeps_its_condition(const struct test_case *test, const char *name, int32_t kind,
                                struct coverage *coverage, FILE *out)
{
    bool is_set = false, is_cleared = false;

    for (size_t i = 0; i < test->notices[NOTICES_OF_CONDITIONS].count; i++) {
        const struct range *fields = test->notices[NOTICES_OF_CONDITIONS].items[i].fields;

        is_set |= fields[NOTICE_KIND].low == kind && fields[NOTICE_STATE].low == MPE_NOTICE_SET;
        is_cleared |= fields[NOTICE_KIND].low == kind && fields[NOTICE_STATE].low == MPE_NOTICE_CLEARED;
    }
    if (strncmp(name, "set-", 4) == 0 && is_set)
        coverage->set[kind]++;
    else if (strncmp(name, "cleared-", 8) == 0 && is_cleared)
        coverage->cleared[kind]++;
    else if (strncmp(name, "quiet-", 6) == 0 && !is_set)
        coverage->near_misses[kind]++;
    else {
        fputs("  a set- case must set the condition of its directory, a cleared- case clear it, a quiet- neither\n",
              out);
        return false;
    }
    return true;
}

/* notices/KIND/raise-slug.case: KIND must happen; quiet-slug.case: it must not. */
static bool keeps_its_notice(const struct test_case *test, const char *name, int32_t kind, struct coverage *coverage,
                             FILE *out)
{
    const struct expected_notices *notices = &test->notices[NOTICES_OF_EVENTS];
    bool happens = false;

    for (size_t i = 0; i < notices->count; i++)
        happens |= notices->items[i].fields[NOTICE_KIND].low == kind;
    if (strncmp(name, "raise-", 6) == 0 && happens)
        coverage->set[kind]++;
    else if (strncmp(name, "quiet-", 6) == 0 && notices->expects && !happens)
        coverage->near_misses[kind]++;
    else {
        fputs("  a raise- case must bring the notice of its directory, a quiet- case must expect others, or nothing\n",
              out);
        return false;
    }
    return true;
}

/* DIR/CODE/raise-slug.case: CODE must be expected; quiet-slug.case: nothing, and the state must be. */
static bool keeps_its_name(const struct test_case *test, struct coverage *coverage, FILE *out)
{
    const char *slash = strrchr(test->path, '/');
    const char *name = slash ? slash + 1 : test->path;
    bool named = false, state = false;
    char code_name[160];
    const char *folder;
    int32_t code;

    snprintf(code_name, sizeof(code_name), "%.*s", slash ? (int)(slash - test->path) : 0, test->path);
    folder = strrchr(code_name, '/') ? strrchr(code_name, '/') + 1 : code_name;
    if (notice_by_name(folder) != 0 && strstr(code_name, "notices/"))
        return keeps_its_notice(test, name, notice_by_name(folder), coverage, out);
    if (mpe_condition_by_name(folder) != 0)
        return keeps_its_condition(test, name, mpe_condition_by_name(folder), coverage, out);
    code = mpe_code_by_name(folder);
    for (size_t i = 0; i < test->finding_count; i++) {
        named |= test->findings[i].fields[FIELD_CODE].low == code;
        if (test->findings[i].fields[FIELD_REASON].set)
            coverage->reasons[test->findings[i].fields[FIELD_REASON].low]++;
    }
    for (size_t i = 0; i < test->fact_count; i++)
        state |= test->facts[i].track == EXPECT_STATE;
    if (code == 0)
        return true;
    if (strncmp(name, "raise-", 6) == 0 && named)
        coverage->raising[code]++;
    else if (strncmp(name, "quiet-", 6) == 0 && test->finding_count == 0 && state)
        coverage->quiet[code]++;
    else {
        fputs("  a raise- case must expect the code of its directory, a quiet- case nothing, and a state\n", out);
        return false;
    }
    return true;
}

/* Bound late, the case says the same, but for what late.c names; and that in every cut. */
static bool same_when_late(const struct test_case *test, const struct outcome *whole, int64_t cuts, FILE *out)
{
    static const struct cut cut = {.kind = CUT_NONE, .is_late = true};
    struct outcome late;
    bool same;

    play(test, &cut, OFFSET_NONE, &late);
    if (late.error[0])
        fprintf(out, "  bound late: %s\n", late.error);
    same = !late.error[0] && late_agrees(test, whole, &late, out) && compare_secrets(test, &late, out);
    if (same)
        same = cuts > 0 ? same_in_few_cuts(test, true, &late, cuts, out) : same_however_cut(test, true, &late, out);
    outcome_free(&late);
    return same;
}

static bool run_case(struct test_case *test, struct coverage *coverage, int64_t cuts, FILE *out)
{
    static const struct cut cut = {.kind = CUT_NONE};
    struct outcome whole;
    bool passed;

    play(test, &cut, OFFSET_NONE, &whole);
    if (whole.error[0])
        fprintf(out, "  %s\n", whole.error);
    passed = !whole.error[0] && compare(test, &whole, out);
    passed = keeps_its_name(test, coverage, out) && passed;
    if (passed)
        passed =
            cuts > 0 ? same_in_few_cuts(test, false, &whole, cuts, out) : same_however_cut(test, false, &whole, out);
    passed = passed && same_when_late(test, &whole, cuts, out);
    passed = passed && decided_in_time(test, &whole, out);
    outcome_free(&whole);
    return passed;
}

static void run_file(struct tally *tally, const char *path)
{
    struct test_case test;
    char *report = NULL;
    size_t report_len = 0;
    FILE *out = open_memstream(&report, &report_len);
    bool passed = false;

    if (case_read(&test, path))
        passed = run_case(&test, &tally->coverage, tally->cuts, out);
    else
        fprintf(out, "  %s\n", test.error);
    case_free(&test);
    fclose(out);
    if (!passed)
        printf("FAIL %s\n%s", path, report);
    free(report);
    tally->passed += passed;
    tally->failed += !passed;
    fflush(stdout);
}

static bool is_directory(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool is_case(const char *name)
{
    size_t len = strlen(name);

    return len > 5 && strcmp(name + len - 5, ".case") == 0;
}

/* The cases of a directory and of the directories in it. */
static void run_directory(struct tally *tally, const char *path, int depth)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort);

    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        char child[1024];

        snprintf(child, sizeof(child), "%s/%s", path, name);
        if (is_case(name))
            run_file(tally, child);
        else if (name[0] != '.' && depth > 0 && is_directory(child))
            run_directory(tally, child, depth - 1);
        free(entries[i]);
    }
    free(entries);
}

static bool is_fault(int32_t code)
{
    return code < MPE_S_OK;
}

/* Each code needs cases on both sides, each reason one that raises it. Counts as one more test. */
static void check_coverage(struct tally *tally)
{
    const struct coverage *coverage = &tally->coverage;
    bool covered = true;

    for (int32_t i = 0; i < mpe_code_count(); i++) {
        int32_t code = mpe_code_at(i);

        if (!is_fault(code) || (coverage->raising[code] >= LEAST_PER_CODE && coverage->quiet[code] >= LEAST_PER_CODE))
            continue;
        printf("FAIL %s has %d raising and %d quiet cases, %d of each are needed\n", mpe_code_name(code),
               coverage->raising[code], coverage->quiet[code], LEAST_PER_CODE);
        covered = false;
    }
    for (int32_t i = 0; i < mpe_condition_count(); i++) {
        int32_t kind = mpe_condition_at(i);

        if (coverage->set[kind] >= LEAST_PER_CODE && coverage->cleared[kind] >= 1 &&
            coverage->near_misses[kind] >= LEAST_PER_CODE)
            continue;
        printf("FAIL condition %s is set in %d cases, cleared in %d, quiet in %d: 2, 1 and 2 are needed\n",
               mpe_condition_name(kind), coverage->set[kind], coverage->cleared[kind], coverage->near_misses[kind]);
        covered = false;
    }
    for (int32_t kind = MPE_NOTICE_ENCODER_CONNECTED; kind <= MPE_NOTICE_ENCODER_DISCONNECTED; kind++) {
        if (coverage->set[kind] >= LEAST_PER_CODE && coverage->near_misses[kind] >= LEAST_PER_CODE)
            continue;
        printf("FAIL notice %s happens in %d cases, and not in %d: 2 and 2 are needed\n", mpe_reason_name(kind),
               coverage->set[kind], coverage->near_misses[kind]);
        covered = false;
    }
    for (int32_t reason = 1; reason < MPE_REASON_ENDED; reason++) {
        int needed = reason >= MPE_REASON_OUT_OF_MEMORY ? LEAST_PER_CODE : 1;

        if (!mpe_reason_name(reason)[0] || coverage->reasons[reason] >= needed)
            continue;
        printf("FAIL reason %s is raised in %d cases, %d are needed\n", mpe_reason_name(reason),
               coverage->reasons[reason], needed);
        covered = false;
    }
    tally->passed += covered;
    tally->failed += !covered;
}

static int run_all(char **paths, int count, int64_t cuts)
{
    static struct tally tally;

    tally.cuts = cuts;
    for (int i = 0; i < count; i++) {
        if (is_directory(paths[i])) {
            tally.whole_directory |= strstr(paths[i], "MPE_") == NULL;
            run_directory(&tally, paths[i], 2);
        } else {
            run_file(&tally, paths[i]);
        }
    }
    if (tally.whole_directory)
        check_coverage(&tally);
    printf("%d passed, %d failed\n", tally.passed, tally.failed);
    return tally.failed > 0;
}

static int print_case(const char *path)
{
    static const struct cut cut = {.kind = CUT_NONE};
    struct test_case test;
    struct outcome outcome;
    bool readable = case_read(&test, path);

    if (readable) {
        play(&test, &cut, OFFSET_NONE, &outcome);
        print_outcome(&test, &outcome, stdout);
        outcome_free(&outcome);
    } else {
        fprintf(stderr, "%s: %s\n", path, test.error);
    }
    case_free(&test);
    return readable ? 0 : EXIT_USAGE;
}

static int write_bytes(const char *out_path, const char *path)
{
    struct test_case test;
    FILE *file = NULL;
    bool written = false;

    if (!case_read(&test, path)) {
        fprintf(stderr, "%s: %s\n", path, test.error);
    } else if ((file = fopen(out_path, "wb"))) {
        const struct buffer *bytes = &test.inputs[0].bytes;

        written = fwrite(bytes->at, 1, bytes->len, file) == bytes->len;
        written = fclose(file) == 0 && written;
    }
    if (!test.error[0] && !written)
        fprintf(stderr, "%s cannot be written\n", out_path);
    case_free(&test);
    return written ? 0 : EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--print") == 0)
        return print_case(argv[2]);
    if (argc == 4 && strcmp(argv[1], "--write-bytes") == 0)
        return write_bytes(argv[2], argv[3]);
    if (argc >= 4 && strcmp(argv[1], "--cuts") == 0)
        return run_all(argv + 3, argc - 3, strtol(argv[2], NULL, 10));
    if (argc >= 2 && argv[1][0] != '-')
        return run_all(argv + 1, argc - 1, 0);
    fputs("usage: case_runner [--cuts N] DIR-or-FILE... | --print FILE | --write-bytes OUT FILE\n", stderr);
    return EXIT_USAGE;
}
