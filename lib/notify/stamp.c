/* The time (RFC 3339) and the id of a notification. */
#include "notify/stamp.h"

#include "notify/text.h"

#define SECONDS_PER_DAY INT64_C(86400)
#define MICROSECONDS    INT64_C(1000000)
#define FIRST_SECOND    INT64_C(-62135596800) /* 0001-01-01 */
#define LAST_SECOND     INT64_C(253402300799) /* 9999-12-31T23:59:59 */

struct date {
    int64_t year, month, day;
};

/*
 * Counts in eras of 400 years (146097 days) that begin on 1 March, so that the leap day is the last of its year. From
 * March on, month lengths repeat in groups of five of 153 days.
 */
static struct date date_of(int64_t days_since_1970)
{
    int64_t days = days_since_1970 + 719468; /* since 1 March of year 0 */
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day = days - era * 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= year * 365 + year / 4 - year / 100;
    int64_t month = (day * 5 + 2) / 153; /* 0: March */
    day -= (month * 153 + 2) / 5;
    month = month < 10 ? month + 3 : month - 9;
    return (struct date){era * 400 + year + (month <= 2), month, day + 1};
}

static void put(struct mpe_text_out *out, int64_t number, unsigned width, const char *then)
{
    mpe_text_padded(out, (uint64_t)number, width);
    mpe_text_string(out, then);
}

void mpe_time_text(int64_t unix_us, char out[MPE_TIME_TEXT_BYTES])
{
    struct mpe_text_out text = mpe_text_begin(out, MPE_TIME_TEXT_BYTES);
    int64_t fraction = (unix_us % MICROSECONDS + MICROSECONDS) % MICROSECONDS;
    int64_t seconds = unix_us / MICROSECONDS - (unix_us % MICROSECONDS < 0);
    seconds = seconds < FIRST_SECOND ? FIRST_SECOND : seconds > LAST_SECOND ? LAST_SECOND : seconds;
    int64_t of_day = (seconds % SECONDS_PER_DAY + SECONDS_PER_DAY) % SECONDS_PER_DAY;
    struct date date = date_of((seconds - of_day) / SECONDS_PER_DAY);
    put(&text, date.year, 4, "-");
    put(&text, date.month, 2, "-");
    put(&text, date.day, 2, "T");
    put(&text, of_day / 3600, 2, ":");
    put(&text, of_day / 60 % 60, 2, ":");
    put(&text, of_day % 60, 2, ".");
    put(&text, fraction, 6, "Z");
}

struct mpe_id_hash mpe_id_begin(void)
{
    return (struct mpe_id_hash){UINT64_C(0xcbf29ce484222325), UINT64_C(0x9e3779b97f4a7c15)};
}

static void add_byte(struct mpe_id_hash *hash, uint8_t byte)
{
    hash->high = (hash->high ^ byte) * UINT64_C(0x100000001b3);
    hash->low = (hash->low ^ byte) * UINT64_C(0x100000001b3);
}

/* The NUL goes in, too: "a","bc" and "ab","c" differ. */
void mpe_id_text(struct mpe_id_hash *hash, const char *text)
{
    do
        add_byte(hash, (uint8_t)*text);
    while (*text++);
}

void mpe_id_number(struct mpe_id_hash *hash, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        add_byte(hash, (uint8_t)(number >> 8 * i));
}

/* Spreads every bit over all others (the finalizer of SplitMix64): FNV leaves its upper bits little mixed. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

void mpe_id_end(struct mpe_id_hash hash, char out[MPE_ID_TEXT_BYTES])
{
    static const char hex[] = "0123456789abcdef";
    uint64_t high = (mix(hash.high) & ~(UINT64_C(15) << 12)) | UINT64_C(8) << 12; /* version */
    uint64_t low = (mix(hash.low) & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62;    /* variant */
    struct mpe_text_out text = mpe_text_begin(out, MPE_ID_TEXT_BYTES);
    for (unsigned i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            mpe_text_string(&text, "-");
        mpe_text_bytes(&text, &hex[(i < 16 ? high : low) >> (60 - i % 16 * 4) & 15], 1);
    }
}
