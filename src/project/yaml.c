/* SPDX-License-Identifier: Apache-2.0 */
#include "project/yaml.h"

#include "base/str.h"

#include <libfyaml.h>
#include <string.h>

/* One document on its way from events to a tree. */
struct builder {
    const char *file;
    int first_line;
    struct arena *arena;
    struct problems *problems;
    struct fy_parser *parser;
    struct map anchors; /* complete nodes only, so that no tree can contain itself */
    size_t node_count, depth;
    bool has_failed; /* a problem has been added */
};

static struct yaml *build_node(struct builder *b, struct fy_event *event);

static struct place token_place(const struct builder *b, struct fy_token *token)
{
    struct place place = {b->file, b->first_line, 1};
    const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
    if (mark) {
        place.line += mark->line;
        place.column += mark->column;
    }
    return place;
}

static struct yaml *fail(struct builder *b, struct place place, const char *message)
{
    if (!b->has_failed)
        problem_add(b->problems, place, "%s", message);
    b->has_failed = true;
    return NULL;
}

static struct yaml *node_new(struct builder *b, enum yaml_kind kind, struct place place)
{
    if (++b->node_count > YAML_MAX_NODES)
        return fail(b, place, "the YAML is too large: it has more than 200,000 values");
    struct yaml *node = ARENA_NEW(b->arena, struct yaml);
    node->kind = kind;
    node->place = place;
    node->weight = 1;
    return node;
}

static const char *token_text(struct builder *b, struct fy_token *token)
{
    size_t len = 0;
    const char *text = token ? fy_token_get_text(token, &len) : NULL;
    return text ? arena_strndup(b->arena, text, len) : "";
}

static void remember_anchor(struct builder *b, struct fy_token *anchor, struct yaml *node)
{
    if (anchor && node)
        map_put(&b->anchors, token_text(b, anchor), node);
}

static struct yaml *build_scalar(struct builder *b, struct fy_event *event)
{
    struct fy_token *token = event->scalar.value;
    struct yaml *node = node_new(b, YAML_SCALAR, token_place(b, token));
    if (!node)
        return NULL;
    enum fy_scalar_style style = token ? fy_token_scalar_style(token) : FYSS_PLAIN;
    node->is_plain = style == FYSS_PLAIN || style == FYSS_ANY;
    node->is_block = style == FYSS_LITERAL || style == FYSS_FOLDED;
    node->text = token_text(b, token);
    if (!node->is_plain && !node->is_block)
        node->place.column--; /* the token begins behind its quote */
    if (event->scalar.tag)
        return fail(b, node->place, "tags (\"!…\") are not taken here: write the value alone");
    remember_anchor(b, event->scalar.anchor, node);
    return node;
}

/* An alias without an anchor was meant as a text: says so, and goes on with that text. */
static struct yaml *build_alias(struct builder *b, struct fy_event *event)
{
    const char *name = token_text(b, event->alias.anchor);
    struct place place = token_place(b, event->alias.anchor);
    struct yaml *node = map_get(&b->anchors, name);
    if (node)
        return node;
    place.column--; /* the token begins behind the "*" */
    node = node_new(b, YAML_SCALAR, place);
    if (!node)
        return NULL;
    node->text = arena_printf(b->arena, "*%s", name);
    problem_add(b->problems, place,
                "a value that begins with \"*\" is an alias in YAML, and there is no \"&%s\"",
                name);
    problem_hint(b->problems, "Quote it: \"*%s\".", name);
    return node;
}

/* Counts a finished child, so that aliases of aliases cannot grow without bound. */
static bool add_weight(struct builder *b, struct yaml *parent, const struct yaml *child)
{
    parent->weight += child->weight;
    if (parent->weight > YAML_MAX_NODES)
        fail(b, parent->place,
             "the YAML is too large: its aliases stand for more than 200,000 values");
    return !b->has_failed;
}

static struct fy_event *next_event(struct builder *b)
{
    return b->has_failed ? NULL : fy_parser_parse(b->parser);
}

static struct yaml *build_list(struct builder *b, struct fy_event *start)
{
    struct yaml *list =
        node_new(b, YAML_LIST, token_place(b, start->sequence_start.sequence_start));
    VEC(struct yaml *) items = {0};
    struct fy_event *event;
    while (list && (event = next_event(b)) && event->type != FYET_SEQUENCE_END) {
        struct yaml *item = build_node(b, event);
        fy_parser_event_free(b->parser, event);
        if (!item || !add_weight(b, list, item))
            return NULL;
        VEC_PUSH(b->arena, items, item);
    }
    if (!list || !event)
        return NULL;
    fy_parser_event_free(b->parser, event);
    list->items = items.items;
    list->count = items.count;
    return list;
}

/* False when the map cannot be read on. */
static bool key_is_good(struct builder *b, const struct yaml *key, const struct map *seen)
{
    const struct yaml *before = key->kind == YAML_SCALAR ? map_get(seen, key->text) : NULL;
    if (key->kind != YAML_SCALAR)
        fail(b, key->place, "a key must be plain text");
    else if (key->is_plain && str_eq(key->text, "<<"))
        fail(b, key->place, "merge keys (\"<<\") are not taken here: write the keys out");
    if (before) {
        problem_add(b->problems, key->place, "key \"%s\" is there twice: first in line %d",
                    key->text, before->place.line);
        problem_hint(b->problems, "Keep one of the two.");
    }
    return !b->has_failed;
}

static struct yaml *build_map(struct builder *b, struct fy_event *start)
{
    struct yaml *map = node_new(b, YAML_MAP, token_place(b, start->mapping_start.mapping_start));
    VEC(struct yaml *) keys = {0}, values = {0};
    struct map seen;
    map_init(&seen, b->arena);
    struct fy_event *event;
    while (map && (event = next_event(b)) && event->type != FYET_MAPPING_END) {
        struct yaml *node = build_node(b, event);
        fy_parser_event_free(b->parser, event);
        if (!node || !add_weight(b, map, node))
            return NULL;
        if (keys.count > values.count) {
            if (yaml_is_null(node) && node->place.line == b->first_line && node->place.column == 1)
                node->place = keys.items[keys.count - 1]->place; /* an absent value has no token */
            VEC_PUSH(b->arena, values, node);
            continue;
        }
        if (!key_is_good(b, node, &seen))
            return NULL;
        map_put(&seen, node->text, node);
        VEC_PUSH(b->arena, keys, node);
    }
    if (!map || !event)
        return NULL;
    fy_parser_event_free(b->parser, event);
    map->keys = keys.items;
    map->items = values.items;
    map->count = values.count;
    if (map->count > 0) /* the token of a block mapping lies where its first value begins */
        map->place = map->keys[0]->place;
    return map;
}

static struct yaml *build_collection(struct builder *b, struct fy_event *event)
{
    bool is_map = event->type == FYET_MAPPING_START;
    if (++b->depth > YAML_MAX_DEPTH)
        return fail(b,
                    token_place(b, is_map ? event->mapping_start.mapping_start
                                          : event->sequence_start.sequence_start),
                    "the YAML is nested more than 32 deep");
    if (is_map ? event->mapping_start.tag : event->sequence_start.tag)
        return fail(b,
                    token_place(b, is_map ? event->mapping_start.tag : event->sequence_start.tag),
                    "tags (\"!…\") are not taken here: write the value alone");
    struct yaml *node = is_map ? build_map(b, event) : build_list(b, event);
    b->depth--;
    remember_anchor(b, is_map ? event->mapping_start.anchor : event->sequence_start.anchor, node);
    return node;
}

static struct yaml *build_node(struct builder *b, struct fy_event *event)
{
    switch (event->type) {
    case FYET_SCALAR:
        return build_scalar(b, event);
    case FYET_ALIAS:
        return build_alias(b, event);
    case FYET_MAPPING_START:
    case FYET_SEQUENCE_START:
        return build_collection(b, event);
    default:
        return NULL;
    }
}

/* The whole stream: at most one document. */
static struct yaml *build_stream(struct builder *b)
{
    struct yaml *root = NULL;
    struct fy_event *event;
    int documents = 0;
    while ((event = next_event(b))) {
        enum fy_event_type type = event->type;
        if (type == FYET_DOCUMENT_START && ++documents > 1)
            fail(b, token_place(b, event->document_start.document_start),
                 "a second YAML document (\"---\") begins here; one is expected");
        else if (type == FYET_SCALAR || type == FYET_ALIAS || type == FYET_MAPPING_START ||
                 type == FYET_SEQUENCE_START)
            root = build_node(b, event);
        fy_parser_event_free(b->parser, event);
        if (type == FYET_STREAM_END)
            return b->has_failed ? NULL : root;
    }
    return NULL;
}

/* What the parser says of the first thing it did not understand. */
static void add_parser_error(struct builder *b, struct fy_diag *diag)
{
    void *at = NULL;
    const struct fy_diag_error *error = fy_diag_errors_iterate(diag, &at);
    struct place place = {b->file, b->first_line, 1};
    if (!error) {
        problem_add(b->problems, place, "the YAML could not be read");
        return;
    }
    place.line += error->line > 0 ? error->line - 1 : 0;
    place.column = error->column > 0 ? error->column : 1;
    problem_add(b->problems, place, "this is not YAML: %s", error->msg);
}

/* Bytes of the character that begins here; 0 when it is none (over-long forms are left to the parser). */
static size_t utf8_len(const unsigned char *at, size_t left)
{
    size_t len = at[0] < 0x80   ? 1
                 : at[0] < 0xC2 ? 0
                 : at[0] < 0xE0 ? 2
                 : at[0] < 0xF0 ? 3
                 : at[0] < 0xF5 ? 4
                                : 0;
    if (len > left || at[0] == '\0')
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    return len;
}

static bool is_utf8(struct builder *b, const char *text, size_t len)
{
    struct place place = {b->file, b->first_line, 1};
    for (size_t at = 0, step; at < len; at += step) {
        step = utf8_len((const unsigned char *)text + at, len - at);
        if (step == 0) {
            problem_add(b->problems, place, "byte 0x%02X is not text in UTF-8",
                        (unsigned char)text[at]);
            return false;
        }
        place.line += text[at] == '\n';
        place.column = text[at] == '\n' ? 1 : place.column + 1;
    }
    return true;
}

struct yaml *yaml_parse(const char *file, int first_line, const char *text, size_t len,
                        struct arena *arena, struct problems *problems)
{
    struct builder b = {
        .file = file, .first_line = first_line, .arena = arena, .problems = problems};
    if (len > YAML_MAX_BYTES)
        return fail(&b, (struct place){file, first_line, 1}, "the YAML is larger than 1 MB");
    if (!is_utf8(&b, text, len))
        return NULL;
    map_init(&b.anchors, arena);
    struct fy_diag *diag =
        fy_diag_create(&(struct fy_diag_cfg){.level = FYET_ERROR, .module_mask = ~0u});
    if (diag)
        fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg config = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG, .diag = diag};
    b.parser = fy_parser_create(&config);
    struct yaml *root = NULL;
    bool is_empty = false;
    if (b.parser && fy_parser_set_string(b.parser, text, len) == 0) {
        root = build_stream(&b);
        is_empty = !root && !b.has_failed && !fy_parser_get_stream_error(b.parser);
    }
    if (!root && !is_empty &&
        (b.has_failed || yaml_explain(file, first_line, text, len, problems) == 0) && !b.has_failed)
        add_parser_error(&b, diag);
    fy_parser_destroy(b.parser);
    fy_diag_destroy(diag);
    if (is_empty || (root && yaml_is_null(root))) {
        root = ARENA_NEW(arena, struct yaml);
        *root = (struct yaml){.kind = YAML_MAP, .place = {file, first_line, 1}, .weight = 1};
    }
    return root;
}

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
    for (size_t i = 0; map && map->kind == YAML_MAP && i < map->count; i++)
        if (str_eq(map->keys[i]->text, key))
            return map->items[i];
    return NULL;
}

bool yaml_is_null(const struct yaml *node)
{
    if (node->kind != YAML_SCALAR || !node->is_plain)
        return false;
    return node->text[0] == '\0' || str_eq(node->text, "null") || str_eq(node->text, "~");
}
