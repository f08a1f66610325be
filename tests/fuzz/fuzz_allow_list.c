/*
 * Allow lists: lines of text, the last one the peer's address, those before it entries; then an ingest URL is judged by
 * the same text. What the public functions say is compared with what the parsers say one by one.
 */
#include <stdbool.h>
#include <string.h>

#include "channel/address.h"
#include "channel/channel.h"
#include "channel/name.h"
#include "channel/url.h"
#include "fuzz.h"
#include "memory.h"
#include "mpe.h"
#include "notify/notify.h"

static bool is_same(const struct mpe_address *a, const struct mpe_address *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static void check_network(const struct mpe_network *network)
{
    for (int i = 0; i < 16; i++)
        PROMISE((network->address.bytes[i] & ~network->mask.bytes[i]) == 0, "host bits stay in byte %d", i);
}

/* A text that the library writes is one that it reads. */
static void check_peer(const struct mpe_peer *peer)
{
    char text[MPE_ADDRESS_TEXT_BYTES];
    struct mpe_network network;
    struct mpe_peer again;

    mpe_address_text(&peer->address, true, text, sizeof(text));
    PROMISE(strstr(text, "xxx") != NULL, "%s", text);
    mpe_address_text(&peer->address, false, text, sizeof(text));
    again = mpe_peer_parse(text);
    PROMISE(again.known && is_same(&again.address, &peer->address), "%s", text);
    PROMISE(mpe_network_parse(&network, text) && is_same(&network.address, &peer->address), "%s", text);
    PROMISE(mpe_network_holds(&network, &peer->address), "%s", text);
}

static void check_url(const char *text, size_t len)
{
    struct mpe_ingest_path path = mpe_ingest_path_parse((struct mpe_span){(const uint8_t *)text, len});
    struct mpe_name name;
    char redacted[64];

    if (path.app.len > 0)
        PROMISE(path.app.bytes >= (const uint8_t *)text && path.app.len <= len, "the app leaves the text");
    if (path.stream_name.len > 0)
        PROMISE(path.stream_name.bytes >= (const uint8_t *)text && path.stream_name.len <= len, "the name leaves it");
    if (mpe_name_normalise(&name, (struct mpe_span){(const uint8_t *)text, len})) {
        struct mpe_name again;
        size_t name_len = strnlen(name.text, sizeof(name.text));

        PROMISE(mpe_name_normalise(&again, (struct mpe_span){(const uint8_t *)name.text, name_len}) &&
                    mpe_name_equal(&name, &again),
                "'%s' becomes '%s'", name.text, again.text);
    }
    mpe_redact_url(text, len, redacted, sizeof(redacted));
    PROMISE(memchr(redacted, 0, sizeof(redacted)) != NULL, "no end");
    PROMISE(strpbrk(redacted, "@?#") == NULL, "%s", redacted);
}

static void check_session(mpe_channel *channel, const char *peer_text, bool may_connect)
{
    mpe_session *session;
    bool is_rejected;

    PROMISE(mpe_session_new(&session, channel, MPE_PROTOCOL_AUTO, peer_text, NULL, 0) == MPE_OK, "no session");
    is_rejected = mpe_session_state(session) == MPE_STATE_REJECTED;
    PROMISE(is_rejected == !may_connect, "%s", peer_text);
    mpe_session_free(session);
}

/* Ends text at its next line and returns that, or NULL. */
static char *next_line(char *text)
{
    char *end = strchr(text, '\n');

    if (end != NULL)
        *end++ = '\0';
    return end;
}

static void check_lines(char *line)
{
    struct memory memory = {0};
    mpe_allocator allocator = memory_allocator(&memory);
    mpe_channel *channel;
    struct mpe_network networks[64];
    size_t count = 0;
    bool is_held = false;
    struct mpe_peer peer;

    PROMISE(mpe_channel_new(&channel, MPE_ENCODING, &allocator) == MPE_OK, "no channel");
    for (char *next = next_line(line); next != NULL && count < 64; line = next, next = next_line(line)) {
        bool is_good = mpe_network_parse(&networks[count], line);

        PROMISE(mpe_channel_allow(channel, line) == (is_good ? MPE_OK : MPE_BAD_ADDRESS), "'%s'", line);
        if (is_good)
            check_network(&networks[count++]);
    }
    peer = mpe_peer_parse(line);
    if (peer.known)
        check_peer(&peer);
    for (size_t i = 0; i < count && peer.known; i++)
        is_held |= mpe_network_holds(&networks[i], &peer.address);
    check_session(channel, line, count == 0 || is_held);
    check_url(line, strlen(line));
    mpe_channel_free(channel);
    PROMISE(memory.blocks == 0, "%zu blocks were not released", memory.blocks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    check_lines(text);
    free(text);
    return 0;
}
