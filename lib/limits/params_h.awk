# limits.def -> include/mpe/params.h. Needs lib/codes/rows.awk.

function row(kind)
{
    params = params (params == "" ? "" : ",\n") "    /* " field[3] ", " field[4] ": " field[11] " */\n    MPE_PARAM_" \
             field[2] " = " field[1]
}

END {
    print "/* The parameters of a channel, for mpe_channel_set. Generated from lib/limits/limits.def: edit that. */"
    print "#ifndef MPE_PARAMS_H"
    print "#define MPE_PARAMS_H"
    print ""
    print "/* Name, unit and meaning stand above each; mpe_param_bounds gives bounds and defaults. */"
    print "enum mpe_param {"
    print params
    print "};"
    print ""
    print "#endif"
}
