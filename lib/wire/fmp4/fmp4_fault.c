/* The table of what can be wrong with fragmented MP4. */
#include "wire/fmp4/fmp4_fault.h"

#include "mpe.h"
#include "wire/fault.h"
#include "wire/fmp4/sample_entry.h"

static const char *const texts[MPE_FMP4_FAULT_COUNT] = {
    [MPE_FMP4_FINE] = "",

    [MPE_FMP4_BOX_SMALL] = "a box is smaller than its own header",
    [MPE_FMP4_BOX_LARGE] = "a box is larger than any stream",
    [MPE_FMP4_BOX_TYPE] = "the type of a box is not text",
    [MPE_FMP4_BOX_ALIEN] = "not fragmented MP4: no box that it begins with comes first",
    [MPE_FMP4_BODY_CUT] = "the body of a request ends inside a box",
    [MPE_FMP4_BOX_ENDLESS] = "ftyp, moov, moof or the manifest has no size",

    [MPE_FMP4_MOOF_CHILD_SMALL] = "moof: a box in it is smaller than its own header",
    [MPE_FMP4_MOOF_CHILD_LARGE] = "moof: a box in it is larger than moof",
    [MPE_FMP4_MOOF_CHILD_TYPE] = "moof: the type of a box in it is not text",
    [MPE_FMP4_MOOF_CHILD_ALIEN] = "moof: a box in it belongs to the top level",
    [MPE_FMP4_MOOF_REST] = "moof: the bytes at its end are no box",

    [MPE_FMP4_TRAF_CHILD_SMALL] = "moof/traf: a box in it is smaller than its own header",
    [MPE_FMP4_TRAF_CHILD_LARGE] = "moof/traf: a box in it is larger than traf",
    [MPE_FMP4_TRAF_CHILD_TYPE] = "moof/traf: the type of a box in it is not text",
    [MPE_FMP4_TRAF_CHILD_ALIEN] = "moof/traf: a box in it belongs to the levels above",
    [MPE_FMP4_TRAF_REST] = "moof/traf: the bytes at its end are no box",

    [MPE_FMP4_TFHD_SHORT] = "moof/traf/tfhd: shorter than its flags say",
    [MPE_FMP4_TFHD_TWICE] = "moof/traf/tfhd: twice in one traf",
    [MPE_FMP4_TFHD_MISSING] = "moof/traf: no tfhd",
    [MPE_FMP4_TFDT_SHORT] = "moof/traf/tfdt: shorter than its version says",
    [MPE_FMP4_TFDT_FAR] = "moof/traf/tfdt: a time that no stream reaches",
    [MPE_FMP4_TFXD_SHORT] = "moof/traf/tfxd: shorter than its version says",
    [MPE_FMP4_TFXD_FAR] = "moof/traf/tfxd: a time that no stream reaches",
    [MPE_FMP4_TRUN_SHORT] = "moof/traf/trun: shorter than its flags say",
    [MPE_FMP4_TRUN_SAMPLES] = "moof/traf/trun: more samples than the box holds",
    [MPE_FMP4_TFHD_LATE] = "moof/traf: trun, tfdt or tfxd before tfhd",
    [MPE_FMP4_MEDIA_DATA_MISSING] = "moof/traf/trun: the samples before this fragment have more bytes than mdat had",

    [MPE_FMP4_MOOV_BROKEN] = "moov: a box in it does not fit",
    [MPE_FMP4_MOOV_CHILD_ALIEN] = "moov: a box in it belongs to the top level",
    [MPE_FMP4_MOOV_NOT_FRAGMENTED] = "a plain MP4, not a live ingest: moov has no mvex",
    [MPE_FMP4_MVEX_BROKEN] = "moov/mvex: a box in it does not fit",
    [MPE_FMP4_TREX_SHORT] = "moov/mvex/trex: shorter than its fields",
    [MPE_FMP4_TRAK_BROKEN] = "moov/trak: a box in it does not fit",
    [MPE_FMP4_TRAK_CHILD_ALIEN] = "moov/trak: a box in it belongs to the levels above",
    [MPE_FMP4_TRAK_TWICE] = "a track id twice in moov",
    [MPE_FMP4_TKHD_MISSING] = "moov/trak: no tkhd",
    [MPE_FMP4_TKHD_SHORT] = "moov/trak/tkhd: shorter than its version says",
    [MPE_FMP4_MDIA_MISSING] = "moov/trak: no mdia",
    [MPE_FMP4_MDIA_BROKEN] = "moov/trak/mdia: a box in it does not fit",
    [MPE_FMP4_MDHD_MISSING] = "moov/trak/mdia: no mdhd",
    [MPE_FMP4_MDHD_SHORT] = "moov/trak/mdia/mdhd: shorter than its version says",
    [MPE_FMP4_MDHD_TIMESCALE] = "moov/trak/mdia/mdhd: the timescale is 0",
    [MPE_FMP4_HDLR_MISSING] = "moov/trak/mdia: no hdlr",
    [MPE_FMP4_HDLR_SHORT] = "moov/trak/mdia/hdlr: shorter than its fields",
    [MPE_FMP4_MINF_MISSING] = "moov/trak/mdia: no minf",
    [MPE_FMP4_MINF_BROKEN] = "moov/trak/mdia/minf: a box in it does not fit",
    [MPE_FMP4_STBL_MISSING] = "moov/trak/mdia/minf: no stbl",
    [MPE_FMP4_STBL_BROKEN] = "moov/trak/mdia/minf/stbl: a box in it does not fit",
    [MPE_FMP4_STSD_MISSING] = "moov/trak/mdia/minf/stbl: no stsd",
    [MPE_FMP4_STSD_BROKEN] = "moov/trak/mdia/minf/stbl/stsd: no sample entry that fits",
    [MPE_FMP4_STSD_ENTRIES] = "sample entries of a track (stsd)",
    [MPE_FMP4_ENTRY_SHORT] = "moov/trak/mdia/minf/stbl/stsd: a sample entry is shorter than its fields",
    [MPE_FMP4_ENTRY_BROKEN] = "moov/trak/mdia/minf/stbl/stsd: a box in a sample entry does not fit",
    [MPE_FMP4_ESDS_BROKEN] = "moov/trak/mdia/minf/stbl/stsd/mp4a/esds: a descriptor does not fit",

    [MPE_FMP4_MANIFEST_BOMB] = "uuid (live server manifest): document type declarations or nesting of a bomb",
};

static int32_t reason_of(enum mpe_fmp4_fault fault)
{
    if (fault == MPE_FMP4_TRAK_TWICE)
        return MPE_REASON_DUPLICATE_ENTRY;
    if (fault == MPE_FMP4_MOOV_NOT_FRAGMENTED || fault == MPE_FMP4_BOX_ALIEN)
        return MPE_REASON_PROTOCOL_NOT_SUPPORTED;
    return MPE_REASON_MALFORMED_INPUT;
}

void mpe_fmp4_set_fault(struct mpe_unit *unit, enum mpe_fmp4_fault fault)
{
    if (fault == MPE_FMP4_STSD_ENTRIES)
        mpe_unit_set_fault(unit, MPE_REASON_INTERNAL_LIMIT, texts[fault], MPE_MAX_SAMPLE_ENTRIES + 1,
                           MPE_MAX_SAMPLE_ENTRIES);
    else
        mpe_unit_set_fault(unit, reason_of(fault), texts[fault], 0, 0);
}
