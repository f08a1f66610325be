# codes.def reasons.def -> include/mpe/codes.h. Needs rows.awk.

function row(kind)
{
    if (kind == "MPE_CODE")
        codes = codes separator(codes) "    /* " field[5] name_on_the_wire() " */\n    " field[2] " = " field[1]
    else if (kind == "MPE_REASON")
        reasons = reasons separator(reasons) "    /* " plain_sentence(field[5]) " */\n    MPE_REASON_" field[2] " = " field[1]
}

# C99 in pedantic mode allows a comma after the last enumerator, C++98 does not: none is written.
function separator(list)
{
    return list == "" ? "" : ",\n"
}

function name_on_the_wire()
{
    return field[2] == field[3] ? "" : " (\"" field[3] "\")"
}

END {
    print "/* The result codes and the reasons for them. Generated from lib/codes/codes.def and reasons.def: edit those. */"
    print "#ifndef MPE_CODES_H"
    print "#define MPE_CODES_H"
    print ""
    print "/* What is wrong with a stream, or how it ended. Numbers are pinned and never used again. */"
    print "enum mpe_code {"
    print codes
    print "};"
    print ""
    print "/* Which way to a code it was. N, W and H stand for numbers. */"
    print "enum mpe_reason {"
    print reasons
    print "};"
    print ""
    print "#endif"
}
