/* One channel on the edges of a fleet, simulated: who hears what of whom, and when. By seed, without a socket. */
#ifndef TESTS_UNIT_FLEET_SIM_H
#define TESTS_UNIT_FLEET_SIM_H

#include <stdbool.h>
#include <stdint.h>

/* What sessions bring too much of. */
enum fleet_load {
    LOAD_QUALITIES, /* several sizes at nearly the same moment, where one is allowed */
    LOAD_RATES      /* 2.9 Mbit/s each, to the double of what is allowed, 20 Mbit/s */
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
    int64_t dies_at_us;  /* one edge, with its sessions */
    bool is_one_process; /* all sessions are on one edge */
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
