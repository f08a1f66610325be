/* One line of a case: "label: command word key=value "quoted text" # comment". */
#ifndef CASE_LINE_H
#define CASE_LINE_H

#include <stdbool.h>
#include <stdint.h>

enum { LINE_MAX_WORDS = 1024, LINE_MAX_CHARS = 8192 };

struct word {
    char *key;   /* of key=value, else NULL */
    char *value; /* the word, or what follows "=" */
    bool quoted; /* value stood in quotes */
    bool used;
};

struct line {
    int number;
    char *label; /* NULL: none */
    struct word words[LINE_MAX_WORDS];
    int count;
    char text[LINE_MAX_CHARS];
    char error[256]; /* "": none */
};

/* Splits text into words; $(...) is replaced by its value, n being the turn of the innermost repeat. */
void line_split(struct line *line, int number, const char *text, int64_t n);

/* Keeps the first complaint. */
void line_error(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The next word without a key, or NULL. */
struct word *line_next(struct line *line);
/* The text of the next word without a key; NULL and a complaint when there is none. */
const char *line_need(struct line *line, const char *what);
/* The value of key=value, or NULL. */
const char *line_option(struct line *line, const char *key);
bool line_flag(struct line *line, const char *key); /* key=yes */
/* key=number, or standard. */
int64_t line_number(struct line *line, const char *key, int64_t standard);
double line_decimal(struct line *line, const char *key, double standard);
/* Complains about words that nobody asked for. */
void line_finish(struct line *line);

/* Decimal or 0x hexadecimal with an optional k or M after it. false: not a number. */
bool text_to_number(const char *text, int64_t *number);
/* "29.97" or "30000/1001". */
bool text_to_decimal(const char *text, double *decimal);

#endif
