/* Runs the suite of one tests/unit/check_*.c, which defines mpe_suite, and prints the closing line. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

Suite *mpe_suite(void);

int main(void)
{
    SRunner *runner = srunner_create(mpe_suite());
    srunner_run_all(runner, CK_ENV);
    int run = srunner_ntests_run(runner);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    printf("%d passed, %d failed\n", run - failed, failed);
    return run > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
