/* SPDX-License-Identifier: Apache-2.0 */
#include "text/dialect.h"
#include "base/str.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#define DESCRIPTION_BYTES ((size_t)1 << 20)

static const struct {
    enum text_encoding encoding;
    const char *name; /* the first of an encoding is the one that is shown */
} encodings[] = {
    {ENCODING_UTF8, "utf-8"},          {ENCODING_UTF8, "utf8"},
    {ENCODING_LATIN1, "latin-1"},      {ENCODING_LATIN1, "latin1"},
    {ENCODING_LATIN1, "iso-8859-1"},   {ENCODING_WINDOWS_1252, "windows-1252"},
    {ENCODING_WINDOWS_1252, "cp1252"}, {ENCODING_UTF16_LE, "utf-16le"},
    {ENCODING_UTF16_BE, "utf-16be"},
};

void text_dialect_init(struct text_dialect *dialect, enum text_format format)
{
    *dialect = (struct text_dialect){.format = format, .skip_lines = -1, .footer_lines = -1};
}

const char *text_encoding_name(enum text_encoding encoding)
{
    for (size_t i = 0; i < ARRAY_COUNT(encodings); i++)
        if (encodings[i].encoding == encoding)
            return encodings[i].name;
    return "unknown";
}

bool text_encoding_find(const char *name, enum text_encoding *ret_encoding)
{
    for (size_t i = 0; i < ARRAY_COUNT(encodings); i++) {
        if (strcasecmp(encodings[i].name, name) == 0) {
            *ret_encoding = encodings[i].encoding;
            return true;
        }
    }
    return false;
}

bool text_encoding_is_blamed(const char *wrong)
{
    return strstr(wrong, "which is not UTF-8") || strstr(wrong, "which is not Windows-1252") ||
           strstr(wrong, "which windows-1252 does not define");
}

int text_encoding_hint(struct err *err, const char *otherwise)
{
    return err_hint(err,
                    "Only utf-8, utf-16le, utf-16be, latin-1 and windows-1252 can be read: declare "
                    "the one it is. Convert any other (windows-1257, say) to utf-8, as with iconv, "
                    "or letters come out wrong. %s",
                    otherwise);
}

static const char *char_name(char c, char *buffer)
{
    if (c == '\t')
        return "tab";
    buffer[0] = c;
    buffer[1] = '\0';
    return buffer;
}

static void add(struct str *out, const char *what, const char *value)
{
    str_appendf(out, "%s%s%s%s", out->len ? ", " : "", what, *what && *value ? " " : "", value);
}

static void add_lines(struct str *out, int64_t lines, const char *what)
{
    char count[64];
    snprintf(count, sizeof(count), "%" PRId64 " %s %s", lines, lines == 1 ? "line" : "lines", what);
    if (lines > 0)
        add(out, count, "");
}

static void describe_csv(struct str *out, const struct text_dialect *dialect)
{
    char buffer[2];
    add(out, "delimiter", char_name(dialect->delimiter ? dialect->delimiter : '?', buffer));
    if (dialect->quote == TEXT_NO_QUOTE)
        add(out, "no quote", "");
    else
        add(out, "quote", char_name(dialect->quote ? dialect->quote : '?', buffer));
    if (dialect->comment && dialect->comment != TEXT_NO_COMMENT)
        add(out, "comment", char_name(dialect->comment, buffer));
    if (dialect->is_trimmed)
        add(out, "blanks trimmed", "");
}

char *text_dialect_describe(const struct text_dialect *dialect, struct arena *arena)
{
    AUTO(str_release) struct str out = STR_INIT(DESCRIPTION_BYTES);
    char buffer[2];
    bool is_json = dialect->format == TEXT_JSON || dialect->format == TEXT_JSON_LINES;
    if (dialect->format == TEXT_CSV)
        describe_csv(&out, dialect);
    if (dialect->format == TEXT_FIXED_WIDTH)
        str_appendf(&out, "fixed width, %zu columns", dialect->span_count);
    if (is_json)
        str_append(&out, dialect->format == TEXT_JSON ? "json" : "json lines");
    if (dialect->records && *dialect->records)
        add(&out, "records", dialect->records);
    if (dialect->decimal && !is_json)
        add(&out, "decimal", char_name(dialect->decimal, buffer));
    if (dialect->thousands)
        add(&out, "thousands", char_name(dialect->thousands, buffer));
    add(&out, text_encoding_name(dialect->encoding), "");
    if (dialect->packing == PACKING_GZIP || dialect->packing == PACKING_ZSTD)
        add(&out, dialect->packing == PACKING_GZIP ? "gzip" : "zstd", "");
    if (dialect->header != HEADER_UNKNOWN && !is_json)
        add(&out, dialect->header == HEADER_YES ? "header" : "no header", "");
    add_lines(&out, dialect->skip_lines, "skipped");
    add_lines(&out, dialect->footer_lines, "of footer");
    return arena_strdup(arena, str_text(&out));
}
