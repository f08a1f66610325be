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
    print "#include \"version.h\""
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
    print "#ifdef __cplusplus"
    print "extern \"C\" {"
    print "#endif"
    print ""
    print "/* The table of result codes, in the order of its rows. A code or index that does not exist gives 0 or \"\". */"
    print "MPE_API int32_t mpe_code_count(void);"
    print "MPE_API int32_t mpe_code_at(int32_t index);"
    print "MPE_API const char *mpe_code_name(int32_t code);   /* \"MPE_INGEST_CODEC_NOT_SUPPORTED\" */"
    print "MPE_API const char *mpe_code_title(int32_t code);  /* what it means, in a few words */"
    print "MPE_API const char *mpe_code_cause(int32_t code);  /* what leads to it */"
    print "MPE_API const char *mpe_code_remedy(int32_t code); /* what to do about it */"
    print "MPE_API int32_t mpe_code_by_name(const char *name);"
    print "MPE_API const char *mpe_reason_name(int32_t reason);   /* \"FRAME_RATE\", \"MALFORMED_INPUT\", ... */"
    print "MPE_API const char *mpe_reason_remedy(int32_t reason); /* its own, or that of its code; \"\" of MPE_REASON_ENDED */"
    print "MPE_API const char *mpe_event_name(int32_t event);     /* \"Microsoft.Media.LiveEventConnectionRejected\", ... */"
    print ""
    print "#ifdef __cplusplus"
    print "}"
    print "#endif"
    print ""
    print "#endif"
}
