# limits.def -> man/man7/mpe_params.7. Needs lib/codes/rows.awk.

# A default, or one for each kind where they differ.
function defaults(encoding, basic, standard)
{
    if (encoding == basic && basic == standard)
        return "Default " encoding "."
    return "Default " encoding " (encoding), " basic " (pass-through basic), " standard " (pass-through standard)."
}

function row(kind)
{
    params = params ".It Va " field[3] " Pq Dv MPE_PARAM_" field[2] " = " field[1] "\n" \
             toupper(substr(field[10], 1, 1)) substr(field[10], 2) ".\n.br\n" \
             "Unit: " field[4] ", from " field[5] " to " field[6] ".\n" defaults(field[7], field[8], field[9]) "\n"
}

END {
    print ".\\\" Generated from lib/limits/limits.def by lib/limits/params_man.awk: edit that."
    print ".Dd November 22, 2026"
    print ".Dt MPE_PARAMS 7"
    print ".Os"
    print ".Sh NAME"
    print ".Nm mpe_params"
    print ".Nd parameters of a libmpe channel, their units, bounds and defaults"
    print ".Sh DESCRIPTION"
    print "Each parameter is a whole number, set with"
    print ".Xr mpe_channel_set 3"
    print "before the first session of the channel is made, or with the option"
    print ".Fl -set"
    print "of the programs."
    print "The default depends on the kind of the channel."
    print ".Bl -tag -width Ds"
    printf "%s", params
    print ".El"
    print ".Ss Qualities"
    print "A quality counts once, as long as a track with its header pushes it."
    print "One whose declared rate is not known yet is no further quality while there is another of the same size, or of the"
    print "same sample rate and channels; metadata that comes later decides."
    print ".Ss Bit rates"
    print "A rate is that of a window of at least"
    print ".Va bitrate_window_us ."
    print "Where one key frame more would matter, the window ends at a key frame, or when it is four times as long; until then"
    print "the rate without the largest frame stands for it."
    print "The rate of a session without a frame for a window expires, see"
    print ".Xr mpe_session_deadline 3 ."
    print "A rate measured in a burst, before the session was open for a window of the caller's time, is judged alone and not"
    print "added to those of other sessions."
    print ".Pp"
    print "Qualities and rates leave the channel with the session, and with an RTMP stream that is unpublished"
    print ".Pq FCUnpublish, closeStream or deleteStream ."
    print ".Ss The media as clock"
    print "With"
    print ".Va media_clock"
    print "the media sets the clock: nothing leads it, and nothing is ever idle."
    print ".Sh SEE ALSO"
    print ".Xr mpe-guard 1 ,"
    print ".Xr mpe-inspect 1 ,"
    print ".Xr mpe-smooth 1 ,"
    print ".Xr mpe_channel_set 3 ,"
    print ".Xr mpe_param_bounds 3 ,"
    print ".Xr mpe_session_deadline 3 ,"
    print ".Xr mpe_codes 7"
}
