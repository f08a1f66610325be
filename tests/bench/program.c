/* A program under test: started, measured with all its processes, ended. */
#include "program.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load.h"

pid_t start_program(char *const arguments[], uint16_t port, const char *log)
{
    const pid_t program = fork();
    need(program >= 0, "no process for a program under test");
    if (program == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* where the bench cannot go on */
        const int out = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
        execvp(arguments[0], arguments);
        perror(arguments[0]);
        _exit(127);
    }
    close(connect_to(port));
    return program;
}

/* The fields of /proc/PID/stat after the name, which may hold anything. false: it is gone. */
static bool read_stat(pid_t pid, pid_t *parent, double *cpu_seconds)
{
    char path[64], text[1024];
    unsigned long user = 0, system = 0;
    int parent_pid = 0;
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *const file = fopen(path, "r");
    if (file == NULL)
        return false;
    const size_t len = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[len] = '\0';
    const char *const after = strrchr(text, ')');
    if (after == NULL ||
        sscanf(after + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &parent_pid, &user, &system) != 3)
        return false;
    *parent = parent_pid;
    *cpu_seconds = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
    return true;
}

static double peak_bytes(pid_t pid)
{
    char path[64], line[256];
    long kib = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *const file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL && sscanf(line, "VmHWM: %ld kB", &kib) != 1)
        continue;
    if (file != NULL)
        fclose(file);
    return (double)kib * 1024;
}

struct cost cost_of(pid_t program)
{
    struct cost cost = {0};
    struct dirent *entry;
    DIR *const folder = opendir("/proc");
    need(folder != NULL, "no /proc");
    while ((entry = readdir(folder)) != NULL) {
        const pid_t pid = (pid_t)atoi(entry->d_name);
        pid_t parent = 0;
        double seconds = 0;
        if (pid <= 0 || !read_stat(pid, &parent, &seconds) || (pid != program && parent != program))
            continue;
        cost.cpu_seconds += seconds;
        cost.peak_bytes += peak_bytes(pid);
    }
    closedir(folder);
    return cost;
}

void stop_program(pid_t program)
{
    kill(program, SIGTERM);
    need(waitpid(program, NULL, 0) == program, "a program under test cannot be ended");
}
