/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What a source says of its text: how it is written, what its columns are, what to do with what does not fit. */

#define BIT(format) (1U << (format))
#define CSV_LIKE (BIT(FORMAT_CSV) | BIT(FORMAT_TSV))
#define LINES (CSV_LIKE | BIT(FORMAT_FIXED_WIDTH))
#define ANY_JSON (BIT(FORMAT_JSON) | BIT(FORMAT_JSONL))
#define ANY_TEXT (LINES | ANY_JSON)

/* Which formats a setting is for. */
static const struct {
    const char *key;
    unsigned formats;
} own_keys[] = {
    {"encoding", ANY_TEXT},
    {"delimiter", BIT(FORMAT_CSV)},
    {"quote", CSV_LIKE},
    {"header", LINES},
    {"comment", LINES},
    {"skip", LINES},
    {"footer", LINES},
    {"trim", CSV_LIKE},
    {"decimal", LINES},
    {"thousands", LINES},
    {"records", BIT(FORMAT_JSON)},
    {"widths", BIT(FORMAT_FIXED_WIDTH)},
    {"member", ANY_TEXT},
    {"nulls", ANY_TEXT},
    {"on_reject", ANY_TEXT},
    {"max_rejects", ANY_TEXT},
    {"on_change", ANY_TEXT},
};

static const char *const format_names[] = {"parquet", "csv",         "tsv",    "json",
                                           "jsonl",   "fixed_width", "series", "samples"};

bool source_is_text(const struct node *node)
{
    return node->kind == NODE_SOURCE && node->source.format >= FORMAT_CSV &&
           node->source.format <= FORMAT_FIXED_WIDTH;
}

const char *source_format_name(enum source_format format)
{
    return format_names[format];
}

static void refuse_key(struct loader *loader, const struct yaml *map, const char *key,
                       unsigned formats, enum source_format format)
{
    struct str list = STR_INIT(256);
    for (size_t i = 0; i <= FORMAT_FIXED_WIDTH; i++)
        if (formats & BIT(i))
            str_appendf(&list, "%s%s", list.len ? ", " : "", format_names[i]);
    problem_add(loader->problems, field_place(map, key), "\"%s\" is not a setting of %s", key,
                format_names[format]);
    if (format == FORMAT_TSV && str_eq(key, "delimiter"))
        problem_hint(loader->problems,
                     "TSV is divided by tabs; for another character write \"format: csv\".");
    else
        problem_hint(loader->problems, "It is for: %s.", str_text(&list));
    str_release(&list);
}

/* One ASCII character that is no letter, digit or line end; \t is a tab. 0: absent or wrong. */
static char load_char(struct loader *loader, const struct yaml *map, const char *key)
{
    const struct yaml *node = yaml_get(map, key);
    const char *text = node ? field_text(loader, map, key) : NULL;
    if (!text)
        return 0;
    if (str_eq(text, "\\t") || str_eq(text, "\t"))
        return '\t';
    unsigned char c = (unsigned char)text[0];
    if (strlen(text) == 1 && c >= ' ' && c < 127 && !isalnum(c))
        return text[0];
    problem_add(loader->problems, node->place,
                "\"%s\" is \"%s\"; expected one ASCII character, no letter and no digit", key,
                text);
    if (c >= 0x80 && utf8_length(text) == strlen(text))
        problem_hint(loader->problems, "A character outside ASCII cannot divide fields.");
    return 0;
}

static int64_t load_lines(struct loader *loader, const struct yaml *map, const char *key)
{
    return field_integer(loader, map, key, 0, 1000000, -1);
}

static enum text_header load_header(struct loader *loader, const struct yaml *map)
{
    if (!yaml_get(map, "header"))
        return HEADER_UNKNOWN;
    return field_boolean(loader, map, "header", true) ? HEADER_YES : HEADER_NO;
}

static bool read_number(const struct yaml *node, int *ret_number)
{
    char *end = NULL;
    if (node->kind != YAML_SCALAR || !isdigit((unsigned char)node->text[0]))
        return false;
    errno = 0;
    long value = strtol(node->text, &end, 10);
    *ret_number = (int)value;
    return errno == 0 && *end == '\0' && value <= 1000000;
}

/* A width, or [start, width]. */
static bool read_span(const struct yaml *item, int next, struct text_span *ret_span)
{
    ret_span->start = next;
    if (item->kind != YAML_LIST)
        return read_number(item, &ret_span->width) && ret_span->width > 0;
    return item->count == 2 && read_number(item->items[0], &ret_span->start) &&
           read_number(item->items[1], &ret_span->width) && ret_span->width > 0 &&
           ret_span->start >= next;
}

/* "dashes" or "header": what is to tell them. */
static bool load_widths_word(const struct yaml *word, struct text_dialect *said)
{
    if (word->kind != YAML_SCALAR)
        return false;
    said->widths = str_eq(word->text, "dashes")   ? WIDTHS_DASHES
                   : str_eq(word->text, "header") ? WIDTHS_HEADER
                                                  : WIDTHS_UNKNOWN;
    return said->widths != WIDTHS_UNKNOWN;
}

static void load_widths(struct loader *loader, const struct yaml *map, struct text_dialect *said)
{
    const struct yaml *list = yaml_get(map, "widths");
    if (!list || load_widths_word(list, said))
        return;
    if (list->kind != YAML_LIST || list->count == 0 || list->count > TEXT_MAX_FIELDS) {
        problem_add(loader->problems, list->place,
                    "\"widths\" is neither dashes nor header nor a list such as [10, 5, 8]");
        problem_hint(loader->problems, "Without it the dashes line or the header tells.");
        return;
    }
    struct text_span *spans = ARENA_ARRAY(loader->arena, struct text_span, list->count);
    int next = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!read_span(list->items[i], next, &spans[i])) {
            problem_add(loader->problems, list->items[i]->place,
                        "column %zu of \"widths\" is wrong; expected a width, or [start, width] "
                        "with a start from %d on",
                        i + 1, next);
            return;
        }
        next = spans[i].start + spans[i].width;
    }
    said->spans = spans;
    said->span_count = list->count;
}

static void load_marks(struct loader *loader, const struct yaml *map, struct text_dialect *said)
{
    static const char decimals[] = {0, '.', ','};
    const struct yaml *thousands = yaml_get(map, "thousands");
    said->decimal = decimals[field_choice(loader, map, LEVEL_SOURCE, "decimal", -1) + 1];
    /* A blank is a mark too: 1 234,5. */
    said->thousands = load_char(loader, map, "thousands");
    if (!said->thousands)
        return;
    if (!said->decimal && (said->thousands == '.' || said->thousands == ',')) {
        /* What divides thousands divides nothing else, so the other mark is known. */
        said->decimal = said->thousands == '.' ? ',' : '.';
    } else if (said->decimal == said->thousands) {
        problem_add(loader->problems, thousands->place,
                    "\"thousands\" and \"decimal\" are both \"%c\"; expected different marks",
                    said->decimal);
    } else if (strchr("\"+-\t", said->thousands)) {
        problem_add(loader->problems, thousands->place,
                    "\"thousands\" is \"%c\"; expected a mark such as . , ' _ or a blank",
                    said->thousands);
    }
}

static void check_chars(struct loader *loader, const struct yaml *map,
                        const struct text_dialect *said)
{
    if (said->delimiter && said->delimiter == said->quote)
        problem_add(loader->problems, field_place(map, "quote"),
                    "\"quote\" and \"delimiter\" are both \"%c\"; expected different characters",
                    said->quote);
    if (said->comment && (said->comment == said->delimiter || said->comment == said->quote))
        problem_add(loader->problems, field_place(map, "comment"),
                    "\"comment\" is \"%c\", which is the %s too", said->comment,
                    said->comment == said->quote ? "quote" : "delimiter");
    if (said->quote == TEXT_NO_QUOTE && said->delimiter && said->delimiter == said->decimal)
        problem_add(loader->problems, field_place(map, "decimal"),
                    "\"decimal\" and \"delimiter\" are both \"%c\", and there are no quotes",
                    said->decimal);
}

static void load_dialect(struct loader *loader, const struct yaml *map, struct node *node)
{
    static const enum text_format formats[] = {[FORMAT_CSV] = TEXT_CSV,
                                               [FORMAT_TSV] = TEXT_CSV,
                                               [FORMAT_JSON] = TEXT_JSON,
                                               [FORMAT_JSONL] = TEXT_JSON_LINES,
                                               [FORMAT_FIXED_WIDTH] = TEXT_FIXED_WIDTH};
    static const enum text_encoding encodings[] = {ENCODING_UNKNOWN,  ENCODING_UTF8,
                                                   ENCODING_LATIN1,   ENCODING_WINDOWS_1252,
                                                   ENCODING_UTF16_LE, ENCODING_UTF16_BE};
    struct text_dialect *said = &node->source.said;
    const struct yaml *quote = yaml_get(map, "quote");
    struct text_list nulls = field_texts(loader, map, "nulls");
    text_dialect_init(said, formats[node->source.format]);
    said->encoding = encodings[field_choice(loader, map, LEVEL_SOURCE, "encoding", -1) + 1];
    said->header = load_header(loader, map);
    said->delimiter =
        node->source.format == FORMAT_TSV ? '\t' : load_char(loader, map, "delimiter");
    bool is_unquoted = quote && quote->kind == YAML_SCALAR && str_eq(quote->text, "none");
    said->quote = is_unquoted ? TEXT_NO_QUOTE : load_char(loader, map, "quote");
    said->comment = load_char(loader, map, "comment");
    said->skip_lines = load_lines(loader, map, "skip");
    said->footer_lines = load_lines(loader, map, "footer");
    said->is_trimmed = field_boolean(loader, map, "trim", false);
    said->records = field_text(loader, map, "records");
    said->null_words = nulls.items, said->null_word_count = nulls.count;
    load_marks(loader, map, said);
    load_widths(loader, map, said);
    if (said->widths == WIDTHS_HEADER && said->header == HEADER_NO)
        problem_add(loader->problems, field_place(map, "widths"),
                    "\"widths\" is header, but \"header: false\" says that there is none");
    check_chars(loader, map, said);
}

static void load_policy(struct loader *loader, const struct yaml *map, struct node *node)
{
    static const enum on_change changes[] = {ON_CHANGE_DEFAULT, ON_CHANGE_FAIL,
                                             ON_CHANGE_ADD_COLUMNS, ON_CHANGE_REJECT};
    node->source.on_change = changes[field_choice(loader, map, LEVEL_SOURCE, "on_change", -1) + 1];
    bool is_kept = field_choice(loader, map, LEVEL_SOURCE, "on_reject", 0) == 1;
    node->source.keeps_rejects = is_kept || node->source.on_change == ON_CHANGE_REJECT;
    node->source.max_rejects = field_integer(loader, map, "max_rejects", 1, 10000000, 1000);
    if (yaml_get(map, "max_rejects") && !node->source.keeps_rejects) {
        problem_add(loader->problems, field_place(map, "max_rejects"),
                    "\"max_rejects\" says how many records are kept, but none are");
        problem_hint(loader->problems, "Write \"on_reject: keep\" too.");
    }
}

void text_settings_load(struct loader *loader, const struct yaml *map, struct node *node)
{
    enum source_format format = node->source.format;
    for (size_t i = 0; i < ARRAY_COUNT(own_keys); i++)
        if (!(own_keys[i].formats & BIT(format)) && yaml_get(map, own_keys[i].key))
            refuse_key(loader, map, own_keys[i].key, own_keys[i].formats, format);
    if (format == FORMAT_PARQUET)
        return;
    node->source.member = field_text(loader, map, "member");
    load_dialect(loader, map, node);
    load_policy(loader, map, node);
}

/* ---- columns ---- */

static void say_unknown_type(struct loader *loader, const struct node_column *column,
                             const struct yaml *map)
{
    static const char *const names[] = {
        "boolean",  "tinyint", "smallint",  "integer",     "bigint", "utinyint", "usmallint",
        "uinteger", "ubigint", "decimal",   "float",       "double", "varchar",  "text",
        "date",     "time",    "timestamp", "timestamptz", "uuid",   "blob",     "string"};
    problem_add(loader->problems, field_place(map, "type"),
                "\"%s\" is no type that text can be read as, for column \"%s\"", column->type,
                column->name);
    problem_nearest(loader->problems, column->type, names, ARRAY_COUNT(names));
}

static bool is_moment(enum text_kind kind)
{
    return kind == TEXT_DATE || kind == TEXT_TIMESTAMP || kind == TEXT_TIMESTAMPTZ ||
           kind == TEXT_TIME;
}

static bool declare(struct loader *loader, const struct node_column *column, const struct yaml *map,
                    struct text_column *ret_column)
{
    struct text_type type = {0};
    if (!column->type) {
        if (column->format || column->timezone)
            problem_add(loader->problems, field_place(map, column->format ? "format" : "timezone"),
                        "column \"%s\" has a %s but no type; expected %s", column->name,
                        column->format ? "\"format\"" : "\"timezone\"",
                        column->format ? "\"type: date\" or another of time"
                                       : "\"type: timestamptz\"");
        return false;
    }
    if (!text_type_parse(column->type, &type)) {
        say_unknown_type(loader, column, map);
        return false;
    }
    if (column->format && !is_moment(type.kind))
        problem_add(loader->problems, field_place(map, "format"),
                    "\"format\" is for dates and times; column \"%s\" is %s", column->name,
                    column->type);
    const char *wrong = column->format && is_moment(type.kind)
                            ? text_format_check(column->format, type.kind)
                            : NULL;
    if (wrong)
        problem_add(loader->problems, field_place(map, "format"),
                    "\"format\" of column \"%s\" is \"%s\": %s", column->name, column->format,
                    wrong);
    if (column->timezone && type.kind != TEXT_TIMESTAMPTZ) {
        problem_add(loader->problems, field_place(map, "timezone"),
                    "\"timezone\" makes instants of local times; column \"%s\" is %s", column->name,
                    column->type);
        problem_hint(loader->problems, "Write \"type: timestamptz\".");
    }
    type.format = column->format;
    type.zone = column->zone;
    *ret_column = (struct text_column){
        .name = column->name, .type = type, .is_typed = true, .is_declared = true};
    return true;
}

void text_settings_declare(struct loader *loader, const struct yaml *map, struct node *node)
{
    struct text_column *columns =
        ARENA_ARRAY(loader->arena, struct text_column, node->column_count + 1);
    for (size_t i = 0; i < node->column_count; i++)
        if (declare(loader, &node->columns[i], map->items[i],
                    &columns[node->source.declared_count]))
            node->source.declared_count++;
    node->source.declared = columns;
}
