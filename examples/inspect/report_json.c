/* The report as JSON, one object a line. */
#include <stdio.h>
#include <stdlib.h>

#include "../common/finding_json.h"
#include "complain.h"
#include "report.h"

int report_json_finding(const mpe_error *error)
{
    char *line = finding_line(finding_object(error));
    int status = 0;
    if (line == NULL)
        status = complain("not enough memory to write a finding");
    else if (puts(line) < 0 || fflush(stdout) != 0)
        status = complain("cannot write to standard output");
    free(line);
    return status;
}
