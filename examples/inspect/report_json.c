/* The report as JSON, one object a line. */
#include <stdio.h>
#include <stdlib.h>

#include "../common/finding_json.h"
#include "../common/notice_json.h"
#include "complain.h"
#include "report.h"

/* Prints the object, which it takes. */
static int print_object(json_t *object)
{
    char *const line = finding_line(object);
    int status = 0;
    if (line == NULL)
        status = complain("not enough memory to write a line of JSON");
    else if (puts(line) < 0 || fflush(stdout) != 0)
        status = complain("cannot write to standard output");
    free(line);
    return status;
}

int report_json_finding(const mpe_error *error)
{
    return print_object(finding_object(error));
}

int report_json_notice(const mpe_notice *notice)
{
    return print_object(notice_object(notice));
}
