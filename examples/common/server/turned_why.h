/* Why a connection was not served. */
#ifndef SERVER_TURNED_WHY_H
#define SERVER_TURNED_WHY_H

enum turned_why {
    TURNED_FULL,          /* too many at once */
    TURNED_ADDRESS_FULL,  /* ... of one address */
    TURNED_OFTEN,         /* too many in a second */
    TURNED_ADDRESS_OFTEN, /* ... of one address */
    TURNED_NO_HEADER,     /* of the PROXY protocol */
    TURNED_LATE_HEADER,
    TURNED_NOT_TRUSTED, /* to send one */
    TURNED_PLAYS,
    TURNED_LATE, /* nothing was published in time, or no request came */
    TURNED_MEMORY,
    TURNED_WHYS
};

/* A word for a label. */
const char *turned_away_name(enum turned_why why);

#endif
