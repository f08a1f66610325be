/* Splits a line into words and options, and evaluates its numbers. */
#include "line.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void line_error(struct line *line, const char *format, ...)
{
    va_list args;

    if (line->error[0])
        return;
    va_start(args, format);
    vsnprintf(line->error, sizeof(line->error), format, args);
    va_end(args);
}

bool text_to_number(const char *text, int64_t *number)
{
    char *end;

    *number = strtoll(text, &end, 0);
    if (end == text)
        return false;
    if (*end == 'k' || *end == 'M')
        *number *= *end++ == 'k' ? 1000 : 1000000;
    return *end == '\0';
}

bool text_to_decimal(const char *text, double *decimal)
{
    char *end;

    *decimal = strtod(text, &end);
    if (end != text && *end == '/') {
        const char *divisor = end + 1;

        *decimal /= strtod(divisor, &end);
        return end != divisor && *end == '\0';
    }
    return end != text && *end == '\0';
}

/* A sum of products of numbers and n, up to ")". */
static int64_t evaluate(const char **at, int64_t n)
{
    int64_t sum = 0, product = 1;

    for (;;) {
        if (**at == 'n') {
            product *= n;
            ++*at;
        } else {
            char *end;
            product *= strtoll(*at, &end, 10);
            *at = end > *at ? end : *at + (**at != '\0');
        }
        if (**at == '*') {
            ++*at;
            continue;
        }
        sum += product;
        product = 1;
        if (**at != '+')
            return sum;
        ++*at;
    }
}

static void substitute(struct line *line, const char *text, int64_t n)
{
    size_t len = 0;

    while (*text && *text != '\n' && len + 24 < sizeof(line->text)) {
        if (text[0] == '$' && text[1] == '(') {
            text += 2;
            len += (size_t)snprintf(line->text + len, 24, "%lld", (long long)evaluate(&text, n));
            if (*text == ')')
                text++;
        } else {
            line->text[len++] = *text++;
        }
    }
    line->text[len] = '\0';
    if (*text && *text != '\n')
        line_error(line, "the line is too long");
}

/* The end of the key when the word is key=value. */
static char *key_end(char *word)
{
    char *at = word;

    while (isalnum((unsigned char)*at) || *at == '_' || *at == '-')
        at++;
    return at > word && *at == '=' ? at : NULL;
}

/* Reads a value, quoted or not, and returns what follows it. */
static char *read_value(struct line *line, struct word *word, char *at)
{
    word->quoted = *at == '"';
    if (word->quoted) {
        word->value = ++at;
        at += strcspn(at, "\"");
        if (!*at)
            line_error(line, "a quote is not closed");
    } else {
        word->value = at;
        at += strcspn(at, " \t");
    }
    if (*at)
        *at++ = '\0';
    return at;
}

static char *read_word(struct line *line, char *at)
{
    struct word *word = &line->words[line->count];
    char *equals = *at == '"' ? NULL : key_end(at);

    *word = (struct word){0};
    if (line->count == LINE_MAX_WORDS - 1) {
        line_error(line, "too many words");
        return at + strlen(at);
    }
    line->count++;
    if (equals) {
        word->key = at;
        *equals = '\0';
        at = equals + 1;
    }
    return read_value(line, word, at);
}

/* "label:" at the start, but not a ":" that stands alone. */
static void take_label(struct line *line)
{
    char *word = line->count > 0 && !line->words[0].key ? line->words[0].value : NULL;
    size_t len = word ? strlen(word) : 0;

    if (len < 2 || word[len - 1] != ':' || line->words[0].quoted)
        return;
    word[len - 1] = '\0';
    line->label = word;
    line->words[0].used = true;
}

void line_split(struct line *line, int number, const char *text, int64_t n)
{
    char *at = line->text;

    line->number = number;
    line->label = NULL;
    line->count = 0;
    line->error[0] = '\0';
    substitute(line, text, n);
    for (;;) {
        at += strspn(at, " \t\r");
        if (!*at || *at == '#')
            break;
        at = read_word(line, at);
    }
    take_label(line);
}

struct word *line_next(struct line *line)
{
    for (int i = 0; i < line->count; i++) {
        if (line->words[i].used || line->words[i].key)
            continue;
        line->words[i].used = true;
        return &line->words[i];
    }
    return NULL;
}

const char *line_need(struct line *line, const char *what)
{
    struct word *word = line_next(line);

    if (!word)
        line_error(line, "%s is missing", what);
    return word ? word->value : NULL;
}

const char *line_option(struct line *line, const char *key)
{
    for (int i = 0; i < line->count; i++) {
        if (line->words[i].used || !line->words[i].key || strcmp(line->words[i].key, key) != 0)
            continue;
        line->words[i].used = true;
        return line->words[i].value;
    }
    return NULL;
}

bool line_flag(struct line *line, const char *key)
{
    const char *text = line_option(line, key);

    if (text && strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
        line_error(line, "%s=%s: yes or no", key, text);
    return text && strcmp(text, "yes") == 0;
}

int64_t line_number(struct line *line, const char *key, int64_t standard)
{
    const char *text = line_option(line, key);
    int64_t number = standard;

    if (text && !text_to_number(text, &number))
        line_error(line, "%s=%s is not a number", key, text);
    return number;
}

double line_decimal(struct line *line, const char *key, double standard)
{
    const char *text = line_option(line, key);
    double decimal = standard;

    if (text && !text_to_decimal(text, &decimal))
        line_error(line, "%s=%s is not a number", key, text);
    return decimal;
}

void line_finish(struct line *line)
{
    for (int i = 0; i < line->count; i++) {
        const struct word *word = &line->words[i];

        if (!word->used)
            line_error(line, "unknown word %s%s%s", word->key ? word->key : "", word->key ? "=" : "", word->value);
    }
}
