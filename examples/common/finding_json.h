/* A finding as the JSON object that the programs print: null where it holds nothing. */
#ifndef FINDING_JSON_H
#define FINDING_JSON_H

#include <jansson.h>
#include <mpe/mpe.h>

/*
 * {"code","event","track","value","limit","unit","offset","media_ms","message"}, in this order. NULL: no memory.
 * To be released with json_decref.
 */
json_t *finding_object(const mpe_error *error);

/* One line without newline, to be freed; NULL: object is NULL, or no memory. Takes object. */
char *finding_line(json_t *object);

#endif
