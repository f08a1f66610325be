/* Reads a capture of packets (pcap, pcapng) and judges every ingest in it. */
#define _GNU_SOURCE /* fopencookie */

#include "capture.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "capture_out.h"
#include "complain.h"
#include "connection.h"
#include "packet.h"
#include "progress.h"

bool capture_is(const struct input *input)
{
    static const unsigned char magics[][4] = {
        {0xA1, 0xB2, 0xC3, 0xD4}, {0xD4, 0xC3, 0xB2, 0xA1}, /* pcap, either order of bytes */
        {0xA1, 0xB2, 0x3C, 0x4D}, {0x4D, 0x3C, 0xB2, 0xA1}, /* with nanoseconds */
        {0xA1, 0xB2, 0xCD, 0x34}, {0x34, 0xCD, 0xB2, 0xA1}, /* with more in each packet's header */
        {0x0A, 0x0D, 0x0D, 0x0A}                            /* pcapng */
    };
    bool is = false;
    for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
        is |= input->end - input->begin >= 4 && memcmp(input->buffer + input->begin, magics[i], 4) == 0;
    return is;
}

/* libpcap reads a FILE; what was looked at to detect the format is to be read again, also from a pipe. */
static ssize_t read_input(void *cookie, char *buffer, size_t size)
{
    const unsigned char *data;
    size_t len;
    if (input_next(cookie, size, &data, &len) != 0)
        return -1;
    memcpy(buffer, data, len);
    return (ssize_t)len;
}

/* NULL after one sentence. */
static pcap_t *open_capture(struct input *input)
{
    char why[PCAP_ERRBUF_SIZE] = "not enough memory";
    const cookie_io_functions_t functions = {.read = read_input};
    FILE *const file = fopencookie(input, "r", functions);
    pcap_t *const pcap = file == NULL ? NULL : pcap_fopen_offline(file, why);
    if (pcap != NULL && packet_link_is_known(pcap_datalink(pcap)))
        return pcap;
    if (pcap == NULL && file != NULL)
        fclose(file);
    if (pcap == NULL)
        complain("%s begins as a capture, but cannot be read: %s", input->name, why);
    else
        complain("%s is a capture of packets of the kind %s; capture Ethernet, loopback or any (tcpdump -i any)",
                 input->name, pcap_datalink_val_to_name(pcap_datalink(pcap)));
    if (pcap != NULL)
        pcap_close(pcap);
    return NULL;
}

static void take_packet(struct connections *connections, struct capture_totals *totals, int link,
                        const struct pcap_pkthdr *header, const uint8_t *data)
{
    struct segment segment;
    const int64_t time_us = (int64_t)header->ts.tv_sec * 1000000 + header->ts.tv_usec;
    if (totals->packets++ == 0)
        totals->first_us = time_us;
    totals->last_us = time_us;
    totals->cut_packets += header->caplen < header->len;
    switch (packet_read(link, data, header->caplen, header->len, &segment)) {
    case PACKET_TCP:
        segment.time_us = time_us;
        connections_take(connections, &segment);
        break;
    case PACKET_FRAGMENT:
        totals->fragments++;
        break;
    case PACKET_OTHER:
        totals->other_packets++;
        break;
    }
}

static void read_packets(pcap_t *pcap, struct connections *connections, struct capture_totals *totals,
                         struct progress *progress, const struct input *input)
{
    struct pcap_pkthdr *header;
    const uint8_t *data;
    const int link = pcap_datalink(pcap);
    int result = 1;
    while (connections->status == 0 && (result = pcap_next_ex(pcap, &header, &data)) == 1) {
        take_packet(connections, totals, link, header, data);
        if (totals->packets % 1024 == 0)
            progress_show(progress, input->given_bytes);
    }
    if (result == PCAP_ERROR)
        totals->why_cut = pcap_geterr(pcap);
}

static int say_nothing_judged(const struct input *input, const struct connections *connections)
{
    if (connections->ingests > 0)
        return complain(
            "%s lacks the beginning of each of its ingests, and none can be judged; start tcpdump first, then "
            "let the encoder connect: tcpdump -i any -s 0 -B 65536 -w capture.pcap tcp port 1935",
            input->name);
    return complain("%s holds no RTMP connection and no HTTP ingest; capture on the server that the encoder pushes to: "
                    "tcpdump -i any -s 0 -w capture.pcap tcp port 1935",
                    input->name);
}

static int judge(const struct options *options, struct input *input, pcap_t *pcap, struct page *page)
{
    struct capture_out out = {.options = options, .page = page};
    struct capture_totals totals = {.name = input->name};
    struct connections connections;
    struct progress progress;
    connections_begin(&connections, options, &out);
    progress_begin(&progress, !options->json, input->size_bytes);
    read_packets(pcap, &connections, &totals, &progress, input);
    progress_clear(&progress);
    connections_end(&connections);
    int status = connections.status;
    if (status == 0)
        status = capture_out_totals(&out, &connections, &totals);
    capture_out_free(&out);
    if (status != 0)
        return status;
    if (connections.judged == 0)
        return say_nothing_judged(input, &connections);
    return connections.with_findings > 0 ? EXIT_FINDINGS : EXIT_NO_FINDING;
}

int capture_inspect(const struct options *options, struct input *input)
{
    pcap_t *const pcap = open_capture(input);
    struct page *page = NULL;
    int status = pcap == NULL ? EXIT_UNUSABLE : 0;
    if (status == 0 && options->report_path != NULL)
        status = page_open(&page, options, input->name);
    if (status == 0)
        status = judge(options, input, pcap, page);
    if (page != NULL && status != EXIT_UNUSABLE && page_write(page) != 0)
        status = EXIT_UNUSABLE;
    page_free(page);
    if (pcap != NULL)
        pcap_close(pcap);
    return status;
}
