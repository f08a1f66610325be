/* The origin of notifications. */
#include "session/origin.h"

static const char *subject_of(const struct mpe_session *session)
{
    const char *const subject = mpe_policy_text(mpe_session_policy(session), MPE_TEXT_SUBJECT);
    return subject != NULL ? subject : "liveEvent/channel";
}

struct mpe_origin mpe_origin_of(const struct mpe_session *session, char address[MPE_ADDRESS_TEXT_BYTES])
{
    const struct mpe_peer peer = mpe_session_peer(session);
    address[0] = '\0';
    if (peer.known)
        mpe_address_text(&peer.address, session->tools.limits->mask_address, address, MPE_ADDRESS_TEXT_BYTES);
    return (struct mpe_origin){
        .topic = mpe_policy_text(mpe_session_policy(session), MPE_TEXT_TOPIC),
        .subject = subject_of(session),
        .ingest_url = session->ingest_url,
        .stream_id = session->stream_name != NULL ? session->stream_name : mpe_session_id(session),
        .encoder_ip = address,
        .encoder_port = peer.port,
        .session_serial = session->serial,
    };
}
