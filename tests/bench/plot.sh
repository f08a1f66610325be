#!/bin/sh
# Draws tests/bench/speed.svg from what the last "make bench" wrote. BUILD: the build directory.
set -eu

build=${BUILD:-build}
json=$build/bench.json
data=$build/bench/speed.dat
[ -s "$json" ] || { echo 'bench-plot: run "make bench" first' >&2; exit 1; }
command -v gnuplot >/dev/null || { echo 'bench-plot: install gnuplot (Debian: gnuplot-nox)' >&2; exit 1; }

# A line per rate: GB/s of FLV, libavformat, fragmented MP4, libavformat, RTMP, memcpy; feeds of 64 KiB, chunks of 4096.
awk '
    /"name"/ {
        name = $0; sub(/.*"name": "/, "", name); sub(/".*/, "", name)
        value = $0; sub(/.*"value": /, "", value); sub(/,.*/, "", value)
        rows[name] = value
    }
    function speed(name) { return rows[name ", feeds of 65536"] }
    function peer(name, of) { return speed(name) / rows[name ", feeds of 65536, against " of] }
    END {
        split("0.5 4 20", rates, " ")
        for (i = 1; i <= 3; i++) {
            flv = "FLV " rates[i] " Mbit/s"
            fmp4 = "fMP4 " rates[i] " Mbit/s"
            rtmp = "RTMP " rates[i] " Mbit/s, chunks of 4096"
            printf "\"%s Mbit/s\" %f %f %f %f %f %f\n", rates[i], speed(flv), peer(flv, "libavformat"),
                speed(fmp4), peer(fmp4, "libavformat"), speed(rtmp), peer(rtmp, "memcpy")
        }
    }' "$json" >"$data"

machine=$(sed -n 's/.*"machine": "\([^"]*\)".*/\1/p' "$json" | head -n 1)
gnuplot <<EOF
set terminal svg size 820,440 font "sans-serif,13" background "white"
set output "tests/bench/speed.svg"
set title "Streams gone through, feeds of 64 KiB, $machine" noenhanced
set style data histograms
set style histogram clustered gap 1
set style fill solid border -1
set boxwidth 0.9
set logscale y
set yrange [0.5:1000]
set ylabel "GB/s"
set grid ytics
set key outside bottom center horizontal maxrows 2
plot "$data" using 2:xtic(1) title "libmpe, FLV" lc rgb "#1f77b4", \
    "" using 3 title "libavformat, FLV" lc rgb "#aec7e8", \
    "" using 4 title "libmpe, fragmented MP4" lc rgb "#2ca02c", \
    "" using 5 title "libavformat, fragmented MP4" lc rgb "#98df8a", \
    "" using 6 title "libmpe, RTMP" lc rgb "#d62728", \
    "" using 7 title "memcpy of the same" lc rgb "#ff9896"
EOF
echo 'tests/bench/speed.svg'
