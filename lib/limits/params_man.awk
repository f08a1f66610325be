# limits.def -> man/man7/mpe_params.7. Needs lib/codes/rows.awk.

# A default, or one for each kind where they differ.
function defaults(encoding, basic, standard, open)
{
    if (encoding == basic && basic == standard && standard == open)
        return "Default " encoding "."
    return "Default " encoding " (encoding), " basic " (pass-through basic), " standard " (pass-through standard), " open " (open)."
}

function row(kind)
{
    params = params ".It Va " field[3] " Pq Dv MPE_PARAM_" field[2] " = " field[1] "\n" \
             toupper(substr(field[11], 1, 1)) substr(field[11], 2) ".\n.br\n" \
             "Unit: " field[4] ", from " field[5] " to " field[6] ".\n" defaults(field[7], field[8], field[9], field[10]) "\n"
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
    print "at any time, or with the option"
    print ".Fl -set"
    print "of the programs."
    print "Those of sums,"
    print ".Va max_bitrate_bps , bitrate_tolerance_percent , trust_declared_bitrate , sum_redundant ,"
    print ".Va max_video_qualities , max_audio_qualities"
    print "and"
    print ".Va takeover_us ,"
    print "count at once, all others for sessions made later."
    print "The default depends on the kind of the channel."
    print ".Bl -tag -width Ds"
    printf "%s", params
    print ".El"
    print ".Ss Qualities"
    print "A quality counts once, as long as a track with its header pushes it."
    print "One whose declared rate is not known yet is no further quality while there is another of the same size, or of the"
    print "same sample rate and channels; metadata that comes later decides."
    print "It leaves with its session, when that session had no frame for"
    print ".Va bitrate_window_us ,"
    print "and when another session publishes the same stream name after it had none for"
    print ".Va takeover_us ;"
    print "a further quality of that stream name is judged when one of the two is known."
    print "It is back, and judged again, with the next frame of its session."
    print ".Ss Bit rates"
    print "The sum is that of the rates of all tracks of the channel, each over its own media time."
    print "Two sessions of one stream name with the same quality are a redundant push: they count once, the higher rate;"
    print "a third adds up."
    print "Where the sum is above the limit, what is above it adds up in the time of the caller;"
    print "when that is as much as the limit allows in 2 s, the session that came last is refused."
    print "The rates of a session are part of the sum from"
    print ".Va bitrate_window_us"
    print "after it was opened until it had no frame for as long, see"
    print ".Xr mpe_session_deadline 3 ."
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
