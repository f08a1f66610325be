/* Finds the end of the sample entries of a track in a moov that still arrives. */
#include "wire/fmp4/moov_scan.h"

#include "wire/fmp4/box.h"

/* The way down to stsd; a container lies in the one before. */
static const uint32_t way[MPE_MOOV_SCAN_LEVELS] = {MPE_FOURCC('t', 'r', 'a', 'k'), MPE_FOURCC('m', 'd', 'i', 'a'),
                                                   MPE_FOURCC('m', 'i', 'n', 'f'), MPE_FOURCC('s', 't', 'b', 'l'),
                                                   MPE_FOURCC('s', 't', 's', 'd')};

void mpe_moov_scan_begin(struct mpe_moov_scan *scan, uint32_t head_bytes, uint32_t moov_bytes)
{
    *scan = (struct mpe_moov_scan){.at = head_bytes, .ends = {moov_bytes}, .moov_head_bytes = (uint8_t)head_bytes};
}

static void enter(struct mpe_moov_scan *scan, uint32_t head_bytes, uint32_t end)
{
    scan->at += head_bytes;
    scan->ends[++scan->level] = end;
    if (scan->level != 1)
        return;
    scan->trak_at = scan->at;
    if (scan->trak_count != UINT8_MAX)
        scan->trak_count++;
}

/* false: wanted_bytes of moov are needed for it. */
static bool has(struct mpe_span moov, uint32_t bytes, uint32_t *wanted_bytes)
{
    *wanted_bytes = bytes;
    return moov.len >= bytes;
}

struct head {
    uint32_t type;
    uint32_t head_bytes;
    uint32_t box_bytes; /* 0: the box does not fit */
};

/* The head of the box at scan->at, for which there is room. false: more is needed. */
static bool read_head(const struct mpe_moov_scan *scan, struct mpe_span moov, uint32_t *wanted_bytes, struct head *head)
{
    const uint32_t room = scan->ends[scan->level] - scan->at;
    if (!has(moov, scan->at + MPE_BOX_HEAD_BYTES, wanted_bytes))
        return false;
    uint64_t bytes = mpe_load_be32(moov.bytes + scan->at);
    const bool is_large = bytes == 1;
    *head = (struct head){mpe_load_be32(moov.bytes + scan->at + 4),
                          is_large ? MPE_BOX_LARGE_HEAD_BYTES : MPE_BOX_HEAD_BYTES, 0};
    if (room < head->head_bytes)
        return true;
    if (!has(moov, scan->at + head->head_bytes, wanted_bytes))
        return false;
    if (is_large)
        bytes = mpe_load_be64(moov.bytes + scan->at + MPE_BOX_HEAD_BYTES);
    else if (bytes == 0)
        bytes = room;
    head->box_bytes = bytes < head->head_bytes || bytes > room ? 0 : (uint32_t)bytes;
    return true;
}

/* Fewer bytes than a head needs end a container, as in mpe_box_next. false: moov ended. */
static bool has_room(struct mpe_moov_scan *scan)
{
    while (scan->ends[scan->level] - scan->at < MPE_BOX_HEAD_BYTES) {
        if (scan->level == 0)
            return false;
        scan->at = scan->ends[scan->level--];
    }
    return true;
}

bool mpe_moov_scan_next(struct mpe_moov_scan *scan, struct mpe_span moov, uint32_t *wanted_bytes)
{
    while (!scan->is_over && has_room(scan)) {
        struct head head;
        if (!read_head(scan, moov, wanted_bytes, &head))
            return false;
        const uint32_t end = scan->at + head.box_bytes;
        const bool is_on_way = head.type == way[scan->level];
        const bool is_stsd = is_on_way && scan->level + 1 == MPE_MOOV_SCAN_LEVELS;
        if (is_stsd && !has(moov, end, wanted_bytes))
            return false;
        if (head.box_bytes == 0)
            scan->is_over = true;
        else if (is_on_way && !is_stsd)
            enter(scan, head.head_bytes, end);
        else
            scan->at = end;
        if (is_stsd && head.box_bytes != 0)
            return true;
    }
    *wanted_bytes = scan->ends[0];
    return false;
}
