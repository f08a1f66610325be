# codes.def reasons.def -> man/man7/mpe_codes.7. Needs rows.awk.

function row(kind)
{
    if (kind == "MPE_CODE") {
        order[++codes] = field[2]
        number[field[2]] = field[1]
        wire_name[field[2]] = field[3]
        class[field[2]] = field[4]
        title[field[2]] = field[5]
        cause[field[2]] = field[6]
        remedy[field[2]] = field[7]
    } else if (kind == "MPE_REASON") {
        reasons[field[3]] = reasons[field[3]] ".It Dv MPE_REASON_" field[2] " Pq " field[1] "\n" \
                            plain_sentence(field[5]) "\n" (field[4] == "" ? "" : "(value in " field[4] ")\n") \
                            (field[6] == "" ? "" : ".br\n.Em Remedy :\n" field[6] "\n")
    }
}

function print_code(code)
{
    print ".It Dv " code " Pq " number[code]
    if (wire_name[code] != code)
        print "Written as\n.Qq " wire_name[code] " ."
    print title[code] "."
    print cause[code]
    print ".br"
    print ".Em Remedy :"
    print remedy[code]
    if (reasons[code] != "")
        print ".Bl -tag -width Ds -compact\n" reasons[code] ".El"
}

function print_section(heading, wanted,    i)
{
    print ".Ss " heading
    print ".Bl -tag -width Ds"
    for (i = 1; i <= codes; i++) {
        if (class[order[i]] == wanted)
            print_code(order[i])
    }
    print ".El"
}

END {
    print ".\\\" Generated from lib/codes/codes.def and lib/codes/reasons.def by lib/codes/codes_man.awk: edit those."
    print ".Dd November 22, 2026"
    print ".Dt MPE_CODES 7"
    print ".Os"
    print ".Sh NAME"
    print ".Nm mpe_codes"
    print ".Nd result codes of libmpe, what leads to each, and what to do about it"
    print ".Sh DESCRIPTION"
    print "A code is a finding about a stream, or the way in which a session ended."
    print "Its reason says which way to the code it was."
    print "Numbers are pinned and never used again."
    print "In the sentences,"
    print ".Va N , W"
    print "and"
    print ".Va H"
    print "stand for numbers,"
    print ".Va CODEC"
    print "for the name of a codec and"
    print ".Va what"
    print "for a fixed text."
    print_section("Rejected: Microsoft.Media.LiveEventConnectionRejected", "REJECTED")
    print_section("Disconnected: Microsoft.Media.LiveEventEncoderDisconnected", "DISCONNECTED")
    print_section("Rejected before admission, disconnected after it", "BOTH")
    print_section("Endings that are no fault", "ENDING")
    print ".Sh SEE ALSO"
    print ".Xr libmpe 3 ,"
    print ".Xr mpe_code_name 3 ,"
    print ".Xr mpe_session_poll_error 3 ,"
    print ".Xr mpe_params 7"
}
