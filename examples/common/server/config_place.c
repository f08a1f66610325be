/* Finds the line of a key or value in a YAML file with libyaml. */
#include "config_place.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#define LINE_BYTES 4096

static bool is_text(const yaml_node_t *node, const char *text, size_t length)
{
    return node != NULL && node->type == YAML_SCALAR_NODE && node->data.scalar.length == length &&
           memcmp(node->data.scalar.value, text, length) == 0;
}

/* The value under a key or an index, or NULL. */
static yaml_node_t *step(yaml_document_t *document, const yaml_node_t *node, const char *part, size_t length)
{
    if (node->type == YAML_SEQUENCE_NODE) {
        const long index = strtol(part, NULL, 10);
        const long count = node->data.sequence.items.top - node->data.sequence.items.start;
        return index < count ? yaml_document_get_node(document, node->data.sequence.items.start[index]) : NULL;
    }
    if (node->type == YAML_MAPPING_NODE) {
        const yaml_node_pair_t *const end = node->data.mapping.pairs.top;
        for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < end; pair++) {
            if (is_text(yaml_document_get_node(document, pair->key), part, length)) {
                return yaml_document_get_node(document, pair->value);
            }
        }
    }
    return NULL;
}

static unsigned follow(yaml_document_t *document, const char *path)
{
    const yaml_node_t *node = yaml_document_get_root_node(document);
    unsigned line = 1;
    while (node != NULL) {
        const size_t length = strcspn(path, "/");
        line = (unsigned)node->start_mark.line + 1;
        if (length == 0) {
            break;
        }
        node = step(document, node, path, length);
        path += length + (path[length] == '/');
    }
    return line;
}

/* The line of what path leads to, or, where it is no YAML, the line that is wrong. */
static unsigned look_into(const char *file, const char *path)
{
    yaml_parser_t parser;
    yaml_document_t document;
    unsigned line = 1;
    FILE *const stream = fopen(file, "r");
    if (stream == NULL || !yaml_parser_initialize(&parser)) {
        if (stream != NULL) {
            fclose(stream);
        }
        return line;
    }
    yaml_parser_set_input_file(&parser, stream);
    if (yaml_parser_load(&parser, &document)) {
        line = path != NULL ? follow(&document, path) : line;
        yaml_document_delete(&document);
    } else {
        line = (unsigned)parser.problem_mark.line + 1;
    }
    yaml_parser_delete(&parser);
    fclose(stream);
    return line;
}

unsigned config_line_of(const char *file, const char *path)
{
    return look_into(file, path);
}

unsigned config_line_of_syntax(const char *file)
{
    return look_into(file, NULL);
}

static bool holds_key(const char *line, const char *key)
{
    const char *const at = strstr(line, key);
    return at != NULL && (at == line || strchr(" {,-\"'", at[-1]) != NULL) && strchr(": \"'", at[strlen(key)]) != NULL;
}

unsigned config_line_of_key(const char *file, const char *key, unsigned from)
{
    char text[LINE_BYTES];
    unsigned line = 0;
    unsigned found = from;
    FILE *const stream = fopen(file, "r");
    while (stream != NULL && fgets(text, sizeof(text), stream) != NULL) {
        if (++line >= from && holds_key(text, key)) {
            found = line;
            break;
        }
    }
    if (stream != NULL) {
        fclose(stream);
    }
    return found;
}
