/* Connections that were not served: counted by why, and said in the log now and then. */
#include "turned_away.h"

static const struct {
    const char *what;
    const char *sentence;
} whys[TURNED_WHYS] = {
    [TURNED_FULL] = {"connections were turned away", "as many as --max-connections allows are open"},
    [TURNED_ADDRESS_FULL] = {"connections were turned away", "one address has as many as --max-per-address allows"},
    [TURNED_OFTEN] = {"connections were turned away", "more came in a second than --handshakes-per-second"},
    [TURNED_ADDRESS_OFTEN] = {"connections were turned away",
                              "more of one address came in a second than --handshakes-per-address"},
    [TURNED_NO_HEADER] = {"connections were turned away", "they did not begin with a header of the PROXY protocol"},
    [TURNED_LATE_HEADER] = {"connections were turned away", "no proxy said whose connection it is"},
    [TURNED_NOT_TRUSTED] = {"connections were turned away",
                            "they came from none of the proxies that may name addresses"},
    [TURNED_PLAYS] = {"connections were turned away", "they wanted to play, which is not allowed here"},
    [TURNED_LATE] = {"connections were closed", "they did not say in time what they publish"},
    [TURNED_MEMORY] = {"connections were ended", "all together held more than --max-memory"},
};

void turned_away_open(struct turned_away *turned, struct log_out *log, uv_loop_t *loop)
{
    for (int i = 0; i < TURNED_WHYS; i++) {
        turned->losses[i] = (struct loss){.log = log, .loop = loop, .what = whys[i].what};
    }
}

void turned_away_count(struct turned_away *turned, enum turned_why why)
{
    loss_count(&turned->losses[why], whys[why].sentence);
}

void turned_away_close(struct turned_away *turned)
{
    for (int i = 0; i < TURNED_WHYS; i++) {
        loss_close(&turned->losses[i]);
    }
}

uint64_t turned_away_counted(const struct turned_away *turned, enum turned_why why)
{
    return turned->losses[why].count;
}
