# Reads the rows of a .def file, NAME(field, "text", ...) over one or more lines, and calls row(NAME) for each with its
# fields in field[1] .. field[fields], texts without their quotes. Load it with a second -f that defines row.
#
# A row ends with the line that ends in ") because the last field of every row is a text.

/^MPE_[A-Z]+\(/ {
    pending = ""
    in_row = 1
}

in_row {
    sub(/^[ \t]+/, "")
    pending = pending $0 " "
    if ($0 ~ /"\)$/) {
        in_row = 0
        split_row(pending)
        row(substr(pending, 1, index(pending, "(") - 1))
    }
}

END {
    if (in_row) {
        print FILENAME ": the last row does not end" > "/dev/stderr"
        exit 1
    }
}

function split_row(text,    at, c, quoted)
{
    for (at in field)
        delete field[at]
    fields = 1
    field[1] = ""
    for (at = index(text, "(") + 1; at <= length(text); at++) {
        c = substr(text, at, 1)
        if (c == "\\" && quoted)
            field[fields] = field[fields] substr(text, ++at, 1)
        else if (c == "\"")
            quoted = !quoted
        else if (quoted)
            field[fields] = field[fields] c
        else if (c == ",")
            field[++fields] = ""
        else if (c != " " && c != ")")
            field[fields] = field[fields] c
    }
}

# The sentence of a reason as a reader of the documents sees it: N where a number stands.
function plain_sentence(sentence)
{
    gsub(/%[vlbBsSfF]/, "N", sentence)
    gsub(/%w/, "W", sentence)
    gsub(/%h/, "H", sentence)
    gsub(/%c/, "CODEC", sentence)
    gsub(/%m/, "audio/video", sentence)
    gsub(/%d/, "what differs", sentence)
    gsub(/%t/, "what", sentence)
    return sentence
}
