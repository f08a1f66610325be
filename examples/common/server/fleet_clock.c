/* The time of another machine, from answers that take a while: the quickest says it best. */
#include "fleet_clock.h"

#define FORGET_PARTS 16 /* an answer that is as much slower is taken, too, after as many */

void fleet_clock_learn(struct fleet_clock *clock, int64_t there_us, int64_t asked_us, int64_t answered_us)
{
    const int64_t trip_us = answered_us > asked_us ? answered_us - asked_us : 1;
    if (clock->trip_us > 0 && trip_us > clock->trip_us) {
        clock->trip_us += clock->trip_us / FORGET_PARTS + 1;
        return;
    }
    clock->trip_us = trip_us;
    clock->offset_us = there_us - (asked_us + trip_us / 2);
}

int64_t fleet_clock_us(const struct fleet_clock *clock, int64_t now_us)
{
    return now_us + clock->offset_us;
}
