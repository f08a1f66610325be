// MP4 for download, which is no live ingest.

package main

import (
	"encoding/binary"
	"io"
	"os"
)

// maxBoxes is more than any MP4 for download has side by side.
const maxBoxes = 10000

// place is a part of a file; the body of a box.
type place struct{ at, end int64 }

// find gives the body of the first box of a kind in a part of a file; nil: there is none.
func find(file io.ReaderAt, kind string, in place) *place {
	for i := 0; i < maxBoxes && in.end-in.at >= 8; i++ {
		var head [16]byte
		if count, _ := file.ReadAt(head[:], in.at); count < 8 {
			break
		}
		size, body := uint64(binary.BigEndian.Uint32(head[:4])), in.at+8
		if size == 1 {
			size, body = binary.BigEndian.Uint64(head[8:]), in.at+16
		}
		if left := in.end - in.at; size == 0 || size > uint64(left) {
			size = uint64(left)
		}
		in.at += int64(size)
		if string(head[4:8]) == kind {
			return &place{body, in.at}
		} else if in.at < body {
			break
		}
	}
	return nil
}

// isPlainMP4 tells an MP4 for download, in which the order means nothing: moov and media, no fragment, no mvex.
func isPlainMP4(file *os.File) bool {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	whole := place{0, info.Size()}
	moov := find(file, "moov", whole)
	return moov != nil && find(file, "mdat", whole) != nil && find(file, "moof", whole) == nil &&
		find(file, "mvex", *moov) == nil
}
