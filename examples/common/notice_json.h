/* A notice or a condition as the JSON object that the programs print: null where it holds nothing. */
#ifndef NOTICE_JSON_H
#define NOTICE_JSON_H

#include <jansson.h>
#include <mpe/health.h>

/*
 * {"type","name","state","severity","track","value","limit","unit","media_ms","now_ms","message"}, in this order; type
 * is "condition" or "notice". NULL: no memory. To be released with json_decref.
 */
json_t *notice_object(const mpe_notice *notice);

#endif
