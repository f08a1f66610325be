/* What came of a case against what it expects. */
#ifndef CASE_COMPARE_H
#define CASE_COMPARE_H

#include <stdbool.h>
#include <stdio.h>

#include "case.h"
#include "play.h"

/* Writes one line per difference. true: there is none. */
bool compare(const struct test_case *test, const struct outcome *outcome, FILE *out);

/* notice.c: the same for conditions and what happened alone. */
bool compare_notices(const struct test_case *test, const struct outcome *outcome, FILE *out);
/* The number of a kind of notice that is no condition; 0: there is none. */
int32_t notice_by_name(const char *name);

/* Writes each text that must not be said, and is. true: there is none. */
bool compare_secrets(const struct test_case *test, const struct outcome *outcome, FILE *out);

/* Writes findings, states, endings and tracks in the words of a case. */
void print_finding(const struct test_case *test, const struct finding *finding, FILE *out);
void print_notices(const struct test_case *test, const struct outcome *outcome, FILE *out);
void print_outcome(const struct test_case *test, const struct outcome *outcome, FILE *out);

#endif
