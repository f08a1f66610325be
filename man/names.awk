# man/manN/page.N ... -> one line "manN/name.N manN/page.N" for every .Nm in the NAME section of each page.

FNR == 1 {
    in_name = 0
    page = FILENAME
    sub(/^man\//, "", page)
    folder = page
    sub(/\/.*/, "", folder)
    section = page
    sub(/.*\./, "", section)
}

/^\.Sh/ { in_name = $2 == "NAME" }

in_name && $1 == ".Nm" { print folder "/" $2 "." section, page }
