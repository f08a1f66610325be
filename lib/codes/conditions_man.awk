# conditions.def elsewhere.def -> man/man7/mpe_conditions.7. Needs rows.awk.

function row(kind)
{
    if (kind == "MPE_CONDITION")
        conditions = conditions ".It Dv MPE_CONDITION_" field[2] " Pq " field[1] ", " tolower(field[3]) "\n" \
                     field[5] ":\n" plain_sentence(field[6]) ".\n" (field[4] == "" ? "" : "(value in " field[4] ")\n") \
                     ".br\n.Em Remedy :\n" field[7] "\n"
    else if (kind == "MPE_ELSEWHERE")
        elsewhere = elsewhere ".It " field[1] " Ta " field[2] " Ta " field[3] "\n"
}

END {
    print ".\\\" Generated from lib/codes/conditions.def and lib/codes/elsewhere.def by lib/codes/conditions_man.awk: edit those."
    print ".Dd November 27, 2026"
    print ".Dt MPE_CONDITIONS 7"
    print ".Os"
    print ".Sh NAME"
    print ".Nm mpe_conditions"
    print ".Nd conditions of a stream, what sets each, and what other services call it"
    print ".Sh DESCRIPTION"
    print "A condition is what is wrong with a stream but no reason to refuse it."
    print "A channel with the parameter"
    print ".Va conditions"
    print "says when one is set, and when it is over; each changes at most once in 10 s for each track or session."
    print "What happened once is over 10 s after the last time."
    print "An operator may refuse one with"
    print ".Xr mpe_channel_set_action 3 :"
    print "the code is"
    print ".Dv MPE_POLICY_CONDITION"
    print "then, with the condition as its reason."
    print "Numbers are pinned and never used again."
    print "In the sentences,"
    print ".Va N"
    print "stands for numbers; limits are those of"
    print ".Xr mpe_params 7 ."
    print ".Ss Conditions"
    print ".Bl -tag -width Ds"
    printf "%s", conditions
    print ".El"
    print ".Ss Names of other services"
    print ".Bl -column \"OvenMediaEngine\" \"LiveEventIncomingVideoStreamsOutOfSync\" \"KEY_FRAME_INTERVAL_LONG\""
    print ".It Em service Ta Em its name Ta Em here"
    printf "%s", elsewhere
    print ".El"
    print ".Sh SEE ALSO"
    print ".Xr libmpe 3 ,"
    print ".Xr mpe_session_poll_notice 3 ,"
    print ".Xr mpe_codes 7 ,"
    print ".Xr mpe_params 7"
}
