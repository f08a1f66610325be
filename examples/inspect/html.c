/* Writes text into HTML, escaped. */
#include "html.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

/* Decodes one character (RFC 3629); returns its bytes. -1 in *code: it is none, and one byte long. */
static int decode(const unsigned char *text, int32_t *code)
{
    static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const int len = text[0] < 0x80 ? 1 : text[0] >> 5 == 6 ? 2 : text[0] >> 4 == 14 ? 3 : text[0] >> 3 == 30 ? 4 : 0;
    int32_t value = len == 1 ? text[0] : text[0] & (0x7F >> len);
    bool is_sound = len > 0;
    for (int i = 1; is_sound && i < len; i++) {
        is_sound = text[i] >> 6 == 2;
        value = value << 6 | (text[i] & 0x3F);
    }
    is_sound = is_sound && value >= least[len] && value <= 0x10FFFF && !(value >= 0xD800 && value < 0xE000);
    *code = is_sound ? value : -1;
    return is_sound ? len : 1;
}

/* C0 and C1 controls, and the marks of Unicode that embed, override and isolate the direction of text. */
static bool is_hidden(int32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0x200E || code == 0x200F;
}

static const char *entity(int32_t code)
{
    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return is_hidden(code) ? "\xEF\xBF\xBD" : NULL;
    }
}

void html_text(FILE *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        int32_t code;
        const int len = decode(at, &code);
        const char *const replaced = entity(code);
        if (replaced != NULL)
            fputs(replaced, out);
        else
            fwrite(at, 1, (size_t)len, out);
        at += len;
    }
}

void html_printf(FILE *out, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    html_text(out, text);
}
