/* What a case says when its sessions are bound late, against what it says when they are opened on their channel. */
#ifndef CASE_LATE_H
#define CASE_LATE_H

#include <stdbool.h>
#include <stdio.h>

#include "case.h"
#include "play.h"

/* Writes what differs and may not. true: nothing does. */
bool late_agrees(const struct test_case *test, const struct outcome *whole, const struct outcome *late, FILE *out);

#endif
