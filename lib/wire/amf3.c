/* Reads the parts of AMF3 values. */
#include "wire/amf3.h"

/*
 *   0xxxxxxx                              7 bits
 *   1xxxxxxx 0xxxxxxx                    14
 *   1xxxxxxx 1xxxxxxx 0xxxxxxx           21
 *   1xxxxxxx 1xxxxxxx 1xxxxxxx xxxxxxxx  29
 */
bool mpe_amf3_number(struct mpe_cursor *in, uint32_t *number)
{
    *number = 0;
    for (int i = 0; in->at < in->end; i++) {
        const uint8_t byte = *in->at++;
        if (i == 3) {
            *number = *number << 8 | byte;
            return true;
        }
        *number = *number << 7 | (byte & 0x7F);
        if (byte < 0x80)
            return true;
    }
    return false;
}

/* A text that came. One that was not kept stands for itself by its reference, which was read last. */
static bool find_text(const struct mpe_amf3 *amf3, uint32_t number, const struct mpe_cursor *in, struct mpe_span *text)
{
    if (number >= amf3->text_count)
        return false;
    *text = number < MPE_AMF3_MAX_TEXTS ? amf3->texts[number] : (struct mpe_span){in->at - 1, 1};
    return true;
}

/* *is_new: it is here, and no reference. */
static bool read_text(const struct mpe_amf3 *amf3, struct mpe_cursor *in, struct mpe_span *text, bool *is_new)
{
    uint32_t head;
    if (!mpe_amf3_number(in, &head))
        return false;
    *is_new = (head & 1) != 0;
    if (!*is_new)
        return find_text(amf3, head >> 1, in, text);
    if (mpe_cursor_left(in) < head >> 1)
        return false;
    *text = (struct mpe_span){in->at, head >> 1};
    in->at += head >> 1;
    return true;
}

bool mpe_amf3_text(struct mpe_amf3 *amf3, struct mpe_cursor *in, struct mpe_span *text)
{
    bool is_new;
    if (!read_text(amf3, in, text, &is_new))
        return false;
    if (!is_new || text->len == 0) /* the empty text is never referred to */
        return true;
    if (amf3->text_count < MPE_AMF3_MAX_TEXTS)
        amf3->texts[amf3->text_count] = *text;
    amf3->text_count++;
    return true;
}

bool mpe_amf3_name(const struct mpe_amf3 *amf3, struct mpe_cursor *names, struct mpe_span *name)
{
    bool is_new;
    return read_text(amf3, names, name, &is_new);
}

/* The class, and the names, which come with their values later. */
static enum mpe_amf3_object read_traits(struct mpe_amf3 *amf3, struct mpe_cursor *in, struct mpe_amf3_traits *traits)
{
    struct mpe_span name;
    if (!mpe_amf3_text(amf3, in, &name))
        return MPE_AMF3_OBJECT_IS_BROKEN;
    traits->names = *in;
    for (uint32_t i = 0; i < traits->count; i++) {
        if (!mpe_amf3_text(amf3, in, &name))
            return MPE_AMF3_OBJECT_IS_BROKEN;
    }
    traits->names.end = in->at;
    if (amf3->traits_count < MPE_AMF3_MAX_TRAITS)
        amf3->traits[amf3->traits_count] = *traits;
    amf3->traits_count++;
    return MPE_AMF3_OBJECT_IS_HERE;
}

static enum mpe_amf3_object find_traits(const struct mpe_amf3 *amf3, uint32_t number, struct mpe_amf3_traits *traits)
{
    if (number >= amf3->traits_count)
        return MPE_AMF3_OBJECT_IS_BROKEN;
    if (number >= MPE_AMF3_MAX_TRAITS)
        return MPE_AMF3_OBJECT_IS_FOREIGN;
    *traits = amf3->traits[number];
    return MPE_AMF3_OBJECT_IS_HERE;
}

/*
 *   ...............................0  a reference to an object that came
 *   number of traits that came ...01  its traits came
 *   .............................111  only its class can read it
 *   count of names ........ dynamic 011  its traits follow: class name, names
 */
enum mpe_amf3_object mpe_amf3_object(struct mpe_amf3 *amf3, struct mpe_cursor *in, struct mpe_amf3_traits *traits)
{
    uint32_t head;
    if (!mpe_amf3_number(in, &head))
        return MPE_AMF3_OBJECT_IS_BROKEN;
    if ((head & 1) == 0)
        return MPE_AMF3_OBJECT_CAME;
    if ((head & 2) == 0)
        return find_traits(amf3, head >> 2, traits);
    if ((head & 4) != 0)
        return MPE_AMF3_OBJECT_IS_FOREIGN;
    *traits = (struct mpe_amf3_traits){.count = head >> 4, .is_dynamic = (head & 8) != 0};
    return read_traits(amf3, in, traits);
}
