/* The conditions of a stream. Generated from lib/codes/conditions.def: edit that. */
#ifndef MPE_CONDITIONS_H
#define MPE_CONDITIONS_H

/* What is wrong with a stream but no reason to refuse it. Numbers are pinned and never used again. */
enum mpe_condition {
    /* Key frames are far apart */
    MPE_CONDITION_KEY_FRAME_INTERVAL_LONG = 501
};

#endif
