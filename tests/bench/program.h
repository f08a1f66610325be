/* A program under test: started, measured with all its processes, ended. */
#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H

#include <stdint.h>
#include <sys/types.h>

struct cost {
    double cpu_seconds; /* its own and the kernel's for it */
    double peak_bytes;  /* resident, of each process the most */
};

/* Returns when it listens on port. What it writes goes to log. */
pid_t start_program(char *const arguments[], uint16_t port, const char *log);

/* Since it began, with its children. */
struct cost cost_of(pid_t program);

void stop_program(pid_t program);

#endif
