/* Prints size and offsets of the output structs, and how many bytes of padding they hold. See layout.sh. */
#include <mpe/health.h>
#include <mpe/mpe.h>
#include <mpe/share.h>
#include <stdio.h>

static size_t end_of_last;
static size_t padding;

static void field(const char *name, size_t offset, size_t size)
{
    padding += offset - end_of_last;
    end_of_last = offset + size;
    printf("  %4zu %4zu %s\n", offset, size, name);
}

static void end(size_t size)
{
    padding += size - end_of_last;
    printf("  padding %zu\n", padding);
    end_of_last = 0;
    padding = 0;
}

#define FIELD(name) field(#name, offsetof(STRUCT, name), sizeof(((STRUCT *)NULL)->name))

static void print_sums(void)
{
#define STRUCT mpe_channel_sums
    printf("mpe_channel_sums %zu\n", sizeof(STRUCT));
    FIELD(struct_size);
    FIELD(kind);
    FIELD(sessions);
    FIELD(active_sessions);
    FIELD(video_qualities);
    FIELD(audio_qualities);
    FIELD(max_video_qualities);
    FIELD(max_audio_qualities);
    FIELD(measured_bps);
    FIELD(declared_bps);
    FIELD(max_bitrate_bps);
    FIELD(excess_bits);
    FIELD(edges);
    FIELD(remote_sessions);
    FIELD(remote_measured_bps);
    FIELD(remote_declared_bps);
    FIELD(oldest_us);
    end(sizeof(STRUCT));
#undef STRUCT
}

static void print_snapshot(void)
{
#define STRUCT mpe_health_snapshot
    printf("mpe_health_snapshot %zu\n", sizeof(STRUCT));
    FIELD(struct_size);
    FIELD(reserved);
    FIELD(now_us);
    FIELD(lead_us);
    FIELD(silence_us);
    FIELD(bytes_since_key_frame);
    FIELD(lost_us);
    FIELD(gain_permille);
    FIELD(key_frame_interval_us);
    FIELD(encode_to_ingest_us);
    end(sizeof(STRUCT));
#undef STRUCT
}

static void print_edge(void)
{
#define STRUCT mpe_edge_sums
    printf("mpe_edge_sums %zu\n", sizeof(STRUCT));
    FIELD(struct_size);
    FIELD(sessions);
    FIELD(active_sessions);
    FIELD(video_tracks);
    FIELD(audio_tracks);
    FIELD(reserved);
    FIELD(edge);
    FIELD(measured_bps);
    FIELD(declared_bps);
    FIELD(written_us);
    FIELD(expires_us);
    end(sizeof(STRUCT));
#undef STRUCT
}

int main(void)
{
#define STRUCT mpe_error
    printf("mpe_error %zu\n", sizeof(STRUCT));
    FIELD(struct_size);
    FIELD(code);
    FIELD(event);
    FIELD(reason);
    FIELD(track);
    FIELD(media);
    FIELD(flags);
    FIELD(fourcc);
    FIELD(value);
    FIELD(limit);
    FIELD(offset_bytes);
    FIELD(media_us);
    FIELD(now_us);
    FIELD(remote_value);
    FIELD(remote_age_us);
    FIELD(edges);
    FIELD(reserved);
    FIELD(unit);
    FIELD(message);
    end(sizeof(STRUCT));
#undef STRUCT
#define STRUCT mpe_track
    printf("mpe_track %zu\n", sizeof(STRUCT));
    FIELD(struct_size);
    FIELD(media);
    FIELD(track_id);
    FIELD(stream_id);
    FIELD(fourcc);
    FIELD(header_seen);
    FIELD(profile);
    FIELD(bit_depth);
    FIELD(width_px);
    FIELD(height_px);
    FIELD(sample_rate_hz);
    FIELD(channels);
    FIELD(aac_object_type);
    FIELD(measured_mfps);
    FIELD(declared_mfps);
    FIELD(composition_offset_us);
    FIELD(measured_bps);
    FIELD(declared_bps);
    FIELD(frames);
    FIELD(key_frames);
    FIELD(bytes);
    FIELD(first_dts_us);
    FIELD(last_dts_us);
    FIELD(media_us);
    FIELD(codec);
    end(sizeof(STRUCT));
    print_sums();
    print_snapshot();
    print_edge();
    return 0;
}
