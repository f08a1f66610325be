/* One channel on the edges of a fleet, simulated: who hears what of whom, and when. By seed, without a socket. */
#ifndef TESTS_UNIT_FLEET_SIM_H
#define TESTS_UNIT_FLEET_SIM_H

#include <stdbool.h>
#include <stdint.h>

/* What mpe_fleet(7) promises, and how the simulation goes. Bit rates: those of one session, and the limit. */
enum {
    FLEET_STEP_US = 20000,          /* messages and edges are looked at so often, */
    FLEET_SESSION_STEP_US = 100000, /* each session */
    FLEET_COALESCE_US = 50000,      /* a report follows another after so long at least */
    FLEET_REFRESH_US = 2500000,
    FLEET_LEASE_US = 10000000,
    FLEET_WINDOW_US = 5000000, /* a rate is known after so long */
    FLEET_BEGIN_US = 15000000, /* sessions begin, */
    FLEET_SPREAD_US = 1000000, /* those of rates within so long */
    FLEET_SESSIONS = 14,       /* those of rates */
    FLEET_SESSION_BPS = 2900000,
    FLEET_LIMIT_BPS = 20000000,
    FLEET_HIGHEST_BPS = 21000000 /* 5 % are tolerated */
};

/* What sessions bring too much of. */
enum fleet_load {
    LOAD_QUALITIES, /* several sizes at nearly the same moment, where one is allowed */
    LOAD_RATES      /* to the double of what is allowed */
};

/* What goes wrong. Times on the simulation's clock; 0 and 0: never. */
struct fleet_setting {
    const char *name;
    double loss;            /* of messages, each way */
    int64_t least_delay_us; /* of a message, */
    int64_t most_delay_us;
    int64_t skew_us;       /* clocks are off by up to so much, to either side */
    int64_t split_from_us; /* each half of the edges has a server of its own */
    int64_t split_until_us;
    int64_t away_from_us; /* the server does not answer */
    int64_t away_until_us;
    int64_t dies_at_us;    /* one edge, with its sessions */
    int64_t hangs_from_us; /* one edge stands still as a process that is stopped, and goes on; after its lease others */
    int64_t hangs_until_us; /* may take its places, and those whose size was refused try again each 3 s */
    bool is_one_process;    /* all sessions are on one edge */
};

/* What came of it. */
struct fleet_result {
    int64_t over_us;      /* the longest time above the limit (of rates: and 5 %) */
    int64_t late_over_us; /* the same after all that goes wrong is over for a lease */
    int64_t peak_bps;     /* the highest sum of rates */
    int32_t refused;
    int32_t wrong; /* refused while no more was there than is allowed */
    int32_t left;  /* qualities, or Mbit/s, at the end */
    uint64_t reports;
    uint64_t report_bytes;
    uint64_t answers; /* shares that the server gave to edges */
    uint64_t answer_bytes;
    int64_t edge_us; /* time of all edges together */
};

struct fleet_result fleet_sim_run(const struct fleet_setting *setting, enum fleet_load load, uint64_t seed);

#endif
