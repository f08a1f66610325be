# conditions.def -> include/mpe/conditions.h. Needs rows.awk.

function row(kind)
{
    conditions = conditions (conditions == "" ? "" : ",\n") "    /* " field[5] " */\n    MPE_CONDITION_" field[2] " = " field[1]
}

END {
    print "/* The conditions of a stream. Generated from lib/codes/conditions.def: edit that. */"
    print "#ifndef MPE_CONDITIONS_H"
    print "#define MPE_CONDITIONS_H"
    print ""
    print "/* What is wrong with a stream but no reason to refuse it. Numbers are pinned and never used again. */"
    print "enum mpe_condition {"
    print conditions
    print "};"
    print ""
    print "#endif"
}
