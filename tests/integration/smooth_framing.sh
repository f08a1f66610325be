#!/bin/sh
# mpe-smooth and requests that two servers can read in two ways: RFC 9112, 2.2, 5.1, 5.2, 6.1 to 6.3, 7.1 and 11.2.
# BUILD: the build directory.
cd "$(dirname "$0")/../.." || exit 2
. tests/servers.sh

needs_program mpe-smooth
cd "$scratch" || exit 2
build_peer || exit 2

start_program log "$build/bin/mpe-smooth" --listen 127.0.0.1:0 --events events

# One request of HTTP/1.1: what stands for its headers and for its body, as printf reads them. After it comes another request, which
# nobody may take for one.
send()
{
    { printf 'POST /a/ingest.isml/Streams(a) HTTP/%s\r\nHost: a\r\n' "${version:-1.1}"
        printf "$1\r\n\r\n$2"
        printf 'POST /b/ingest.isml/Streams(a) HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n'; } >request
    timeout 5 ./tcp_peer send "$port" request reply 65536
    cat -v reply && echo
}

# libmicrohttpd 0.9 writes the head of an answer of its own twice; the next request would have another one.
is_refused() { send "$1" "$2" && head -n 1 reply | grep -q '^HTTP/1.1 4' && [ "$(grep '^HTTP/1.1' reply | sort -u | wc -l)" -eq 1 ]; }
is_taken() { send "$1" "$2" && [ "$(grep -c '^HTTP/1.1 200 ' reply)" -eq 2 ]; }

refused() { check "refused: $1" is_refused "$2" "${3:-}"; }
taken() { check "taken: $1" is_taken "$2" "${3:-}"; }

chunk='5\r\nhello\r\n0\r\n\r\n'

taken 'a length' 'Content-Length: 0'
taken 'a length of two digits' 'Content-Length: 00'
taken 'a length without a space' 'content-length:0'
taken 'a length between spaces' 'Content-Length: \t 0'
taken 'chunks' 'Transfer-Encoding: chunked' '0\r\n\r\n'
taken 'chunks in capitals' 'Transfer-Encoding: CHUNKED' '0\r\n\r\n'
taken 'a header after the chunks' 'Transfer-Encoding: chunked' '0\r\nX: a\r\n\r\n'
taken 'no length' 'X: a'
taken 'headers without values' 'X:\r\nY:\r\nContent-Length:0\r\nZ: '
taken 'a header of spaces' 'X: \t \r\nContent-Length: 0'
taken 'the same header twice' 'X: a\r\nX: a\r\nContent-Length: 0'
taken 'a value with colons and spaces' 'X: a: b  c\r\nContent-Length: 0\r\nCookie: a=b; c="d"'
taken 'a value beyond ASCII' 'X: \303\251 \351\r\nContent-Length: 0'

refused 'two lengths' 'Content-Length: 5\r\nContent-Length: 0' hello
refused 'the same length twice' 'Content-Length: 5\r\nContent-Length: 5' hello
refused 'a length and chunks' 'Content-Length: 5\r\nTransfer-Encoding: chunked' "$chunk"
refused 'chunks and a length' 'Transfer-Encoding: chunked\r\nContent-Length: 0' "$chunk"
refused 'two encodings' 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity' "$chunk"

version=1.0
refused 'chunks of HTTP/1.0' 'Connection: keep-alive\r\nTransfer-Encoding: chunked' "$chunk"
taken 'a length of HTTP/1.0' 'Connection: keep-alive\r\nContent-Length: 0'
version=

refused 'a folded length' 'Content-Length: 5\r\n 0' hello
refused 'a length after a fold' 'Content-Length:\r\n 5' hello
refused 'a length after a fold by a tab' 'Content-Length:\r\n\t5' hello
refused 'a length after spaces and a fold' 'Content-Length:                    \r\n 5' hello
refused 'a length before an empty fold' 'Content-Length: 5\r\n ' hello
refused 'a length before two folds' 'Content-Length: 5\r\n \r\n\t0' hello
refused 'folded chunks' 'Transfer-Encoding: chun\r\n ked' "$chunk"
refused 'chunks after a fold' 'Transfer-Encoding:\r\n chunked' "$chunk"
refused 'a length inside a fold' 'X: a\r\n Content-Length: 5' hello
refused 'a name from a fold' 'Content-:\r\n Length\r\nX: a' hello
refused 'a fold of a header that is not asked for' 'X: a\r\n b\r\nContent-Length: 0'
refused 'a fold at the end' 'Content-Length: 0\r\nX: a\r\n b'

refused 'a space before the colon' 'Content-Length : 5' hello
refused 'a tab before the colon' 'Content-Length\t: 5' hello
refused 'a space before the colon of chunks' 'Transfer-Encoding : chunked' "$chunk"
refused 'a space in a name' 'Content Length: 5' hello
refused 'no colon' 'Content-Length 5' hello
refused 'no name' ': 5' hello

for length in '' ' ' +5 -5 -0 +0 0x5 5h '5 5' 5,5 '5, 5' '5;' '5;a' 5.0 5e0 '"5"' five '\v5' '5\f' 18446744073709551616 \
    18446744073709551621 99999999999999999999999999; do
    refused "the length '$length'" "Content-Length: $length" hello
done
for encoding in '' gzip identity 'chunked, chunked' chunked,identity 'gzip, chunked' 'chunked, gzip' xchunked chunkedx \
    'chunked;q=1' '"chunked"' '\vchunked' 'chunked\f'; do
    refused "the encoding '$encoding'" "Transfer-Encoding: $encoding" "$chunk"
done

refused 'the end of a line that is LF alone' 'X: a\nContent-Length: 5' hello
refused 'CR alone in a value' 'X: a\rContent-Length: 5' hello
refused 'CR alone in a length' 'Content-Length: 5\r0' hello
refused 'CR alone in the last header' 'Content-Length: 0\r\nX: a\rb'
refused 'an empty line of LF alone' 'Content-Length: 0\n'
refused 'NUL after a length' 'Content-Length: 0\0005' hello
refused 'NUL before a length' 'Content-Length: \0005' hello
refused 'NUL in the last header' 'Content-Length: 0\r\nX: a\000b'
refused 'NUL in a name' 'Content-Length\000a: 5' hello
refused 'NUL before a line' '\000Content-Length: 5' hello

for size in '' +5 -5 0x5 ' 5' '5 5' FFFFFFFFFFFFFFFFF 10000000000000005 '5\0000' g; do
    refused "the chunk size '$size'" 'Transfer-Encoding: chunked' "$size\r\nhello\r\n0\r\n\r\n"
done
refused 'a chunk that is longer than it says' 'Transfer-Encoding: chunked' '5\r\nhelloworld\r\n0\r\n\r\n'
refused 'a chunk without its end' 'Transfer-Encoding: chunked' '5\r\nhello0\r\n\r\n'

check 'no event of these' test ! -s events
stop 'requests that are read in two ways'
closing
