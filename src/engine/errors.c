/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "engine/duck.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* DuckDB's exception types (duckdb/common/exception.cpp); what is not listed is a fault of ours. */
static const struct {
    const char *type;
    enum err_kind kind;
} kinds[] = {
    {"Binder", ERR_CONFIG},
    {"Catalog", ERR_CONFIG},
    {"Parser", ERR_CONFIG},
    {"Syntax", ERR_CONFIG},
    {"Settings", ERR_CONFIG},
    {"Invalid Configuration", ERR_CONFIG},
    {"Invalid type", ERR_CONFIG},
    {"Unknown Type", ERR_CONFIG},
    {"Not implemented", ERR_CONFIG},
    {"Parameter Not Resolved", ERR_CONFIG},
    {"Parameter Not Allowed", ERR_CONFIG},
    {"Missing Extension", ERR_CONFIG},
    {"Extension Autoloading", ERR_CONFIG},
    {"Dependency", ERR_CONFIG},
    {"Expression", ERR_CONFIG},
    {"Conversion", ERR_DATA},
    {"Out of Range", ERR_DATA},
    {"Constraint", ERR_DATA},
    {"Decimal", ERR_DATA},
    {"Mismatch Type", ERR_DATA},
    {"Divide by Zero", ERR_DATA},
    {"Object Size", ERR_DATA},
    {"Invalid Input", ERR_DATA},
    {"Sequence", ERR_DATA},
    {"Serialization", ERR_DATA},
    {"IO", ERR_IO},
    {"HTTP", ERR_NETWORK},
    {"Network", ERR_NETWORK},
    {"Connection", ERR_NETWORK},
    {"Permission", ERR_DENIED},
    {"Out of Memory", ERR_MEMORY_LIMIT},
    {"INTERRUPT", ERR_CANCELLED},
};

static enum err_kind kind_of(const char *type, const char *message)
{
    if (str_eq(type, "IO") && str_starts(message, "No files found"))
        return ERR_NOT_FOUND;
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        if (str_eq(type, kinds[i].type))
            return kinds[i].kind;
    }
    return ERR_INTERNAL;
}

void text_place(const char *text, size_t offset, int *ret_line, int *ret_column)
{
    int line = 1, column = 1;
    for (size_t i = 0; i < offset && text[i] != '\0'; i++) {
        column = text[i] == '\n' ? 1 : column + 1;
        line += text[i] == '\n';
    }
    *ret_line = line;
    *ret_column = column;
}

/* The first line, in our wording: lower case, no full stop. */
static void set_message(struct err *err, enum err_kind kind, const char *message)
{
    size_t len = strcspn(message, "\n");
    while (len > 0 && strchr(".! ", message[len - 1]) != NULL)
        len--;
    char text[sizeof(err->message)];
    snprintf(text, sizeof(text), "%.*s", (int)len, message);
    if (isupper((unsigned char)text[0]) && islower((unsigned char)text[1]))
        text[0] = (char)tolower((unsigned char)text[0]);
    err_set(err, kind, "%s", text);
}

/* "table "readings" does not exist" for things missing from the catalog, else DuckDB's own words. */
static void set_json_message(struct err *err, enum err_kind kind, json_t *root, const char *message)
{
    const char *type = json_string_value(json_object_get(root, "type"));
    const char *name = json_string_value(json_object_get(root, "name"));
    if (!str_eq(json_string_value(json_object_get(root, "error_subtype")), "MISSING_ENTRY") ||
        type == NULL || name == NULL) {
        set_message(err, kind, message);
        return;
    }
    err_set(err, kind, "%s \"%s\" does not exist", type, name);
    for (char *at = err != NULL ? err->message : NULL; at != NULL && *at != '"'; at++)
        *at = (char)tolower((unsigned char)*at);
}

static void set_hint(struct err *err, const char *candidates)
{
    if (candidates == NULL || candidates[0] == '\0')
        return;
    if (strstr(candidates, "->") != NULL)
        err_hint(err, "Its forms: %s.", candidates);
    else if (strchr(candidates, ',') != NULL)
        err_hint(err, "Did you mean one of: %s?", candidates);
    else
        err_hint(err, "Did you mean \"%s\"?", candidates);
}

static void set_place(struct err *err, const char *position, const char *sql, size_t skip,
                      size_t len)
{
    if (position == NULL || sql == NULL)
        return;
    size_t offset = strtoul(position, NULL, 10);
    if (offset < skip || offset > skip + len)
        return;
    int line, column;
    text_place(sql + skip, offset - skip, &line, &column);
    err_where(err, "%d:%d", line, column);
}

/* "Binder Error: text", as DuckDB writes it when it does not speak JSON. */
static int set_plain(struct err *err, const char *message)
{
    const char *end = strstr(message, " Error: ");
    char type[40] = "";
    if (end != NULL && (size_t)(end - message) < sizeof(type)) {
        memcpy(type, message, (size_t)(end - message));
        type[end - message] = '\0';
        message = end + strlen(" Error: ");
    }
    set_message(err, kind_of(type, message), message);
    return -1;
}

int duck_err(struct err *err, const char *message, const char *sql, size_t skip, size_t len)
{
    if (message == NULL)
        return err_set(err, ERR_INTERNAL, "DuckDB gave no message");
    const char *json = strchr(message, '{');
    json_t *root = json != NULL ? json_loads(json, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    const char *type = json_string_value(json_object_get(root, "exception_type"));
    const char *text = json_string_value(json_object_get(root, "exception_message"));
    if (type == NULL || text == NULL) {
        json_decref(root);
        return set_plain(err, message);
    }
    set_json_message(err, kind_of(type, text), root, text);
    set_hint(err, json_string_value(json_object_get(root, "candidates")));
    set_place(err, json_string_value(json_object_get(root, "position")), sql, skip, len);
    json_decref(root);
    return -1;
}
