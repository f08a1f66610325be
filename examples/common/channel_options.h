/*
 * What the example programs have in common: the options that describe a channel.
 *
 * Every function that fails writes one sentence to why (why_size bytes, always NUL-terminated): what is wrong with the
 * text and how to put it right. A why_size of 400 holds the longest of them.
 */
#ifndef CHANNEL_OPTIONS_H
#define CHANNEL_OPTIONS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <mpe/mpe.h>

/* "encoding", "pass-through-basic", "pass-through-standard" to enum mpe_channel_kind. 0, or -1: no such kind. */
int channel_option_kind(const char *text, int32_t *kind);

/* "auto", "rtmp", "flv", "fmp4" to enum mpe_protocol. 0, or -1: no such protocol. */
int channel_option_protocol(const char *text, int32_t *protocol);

/* Sets a parameter from "NAME=VALUE", value a whole number in the parameter's unit. 0, or -1 and why. */
int channel_option_set(mpe_channel *channel, const char *name_equals_value, char *why, size_t why_size);

/* Adds an entry to the allow list. 0, or -1 and why. */
int channel_option_allow(mpe_channel *channel, const char *entry, char *why, size_t why_size);

/* Sets a text (enum mpe_text) of the channel. 0, or -1 and why, which names the option but not the text: a secret. */
int channel_option_text(mpe_channel *channel, int32_t which, const char *option, const char *text, char *why,
                        size_t why_size);

/* Writes the table of parameters for --help: name, bounds, default for kind, meaning. */
void channel_options_print(FILE *out, int32_t kind);

/* The same with the values of a channel, where a program has defaults of its own. */
void channel_options_print_of(FILE *out, const mpe_channel *channel);

#endif
