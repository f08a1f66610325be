"""Of /api/v1/channels on standard input: sessions or bps of one channel, of this edge and all others. CHANNEL WHAT"""
import json
import sys

name, what = sys.argv[1:]
for channel in json.load(sys.stdin)["channels"]:
    if channel["name"] == name:
        if what == "bps":
            print(channel["bitrate_bps"])
        else:
            print(sum(edge["sessions"] for edge in channel["edges"]))
