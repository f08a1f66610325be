/* The origin of notifications. */
#include "session/origin.h"

static const char *subject_of(const struct mpe_session *session)
{
    const char *const subject = mpe_policy_text(mpe_session_policy(session), MPE_TEXT_SUBJECT);
    return subject != NULL ? subject : "liveEvent/channel";
}

struct mpe_origin mpe_origin_of(const struct mpe_session *session, char address[MPE_ADDRESS_TEXT_BYTES])
{
    address[0] = '\0';
    if (session->peer.known)
        mpe_address_text(&session->peer.address, session->tools.limits->mask_address, address, MPE_ADDRESS_TEXT_BYTES);
    return (struct mpe_origin){
        .topic = mpe_policy_text(mpe_session_policy(session), MPE_TEXT_TOPIC),
        .subject = subject_of(session),
        .ingest_url = session->ingest_url,
        .stream_id = session->stream_name != NULL ? session->stream_name : session->session_id,
        .encoder_ip = address,
        .encoder_port = session->peer.port,
        .session_serial = session->serial,
    };
}
