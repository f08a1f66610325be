/* How mpe-inspect says that it cannot do its work. */
#ifndef INSPECT_COMPLAIN_H
#define INSPECT_COMPLAIN_H

/* The exit statuses, as the manual page promises them. */
enum exit_status {
    EXIT_NO_FINDING = 0,
    EXIT_FINDINGS = 1,
    EXIT_UNUSABLE = 2 /* wrong usage, or an input that cannot be read */
};

/* Writes "mpe-inspect: <sentence>" to standard error and returns EXIT_UNUSABLE. */
__attribute__((format(printf, 1, 2))) int complain(const char *format, ...);

#endif
