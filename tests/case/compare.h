/* What came of a case against what it expects. */
#ifndef CASE_COMPARE_H
#define CASE_COMPARE_H

#include <stdbool.h>
#include <stdio.h>

#include "case.h"
#include "play.h"

/* Writes one line per difference. true: there is none. */
bool compare(const struct test_case *test, const struct outcome *outcome, FILE *out);

/* condition.c: the same for conditions alone. */
bool compare_conditions(const struct test_case *test, const struct outcome *outcome, FILE *out);
/* Writes each text that must not be said, and is. true: there is none. */
bool compare_secrets(const struct test_case *test, const struct outcome *outcome, FILE *out);

/* Writes findings, states, endings and tracks in the words of a case. */
void print_finding(const struct test_case *test, const struct finding *finding, FILE *out);
void print_condition(const struct test_case *test, const struct condition *condition, FILE *out);
void print_outcome(const struct test_case *test, const struct outcome *outcome, FILE *out);

#endif
