/* SPDX-License-Identifier: Apache-2.0 */
#include "command/rejected.h"

#include "base/file.h"

#include <string.h>

/* Rejected records out of leat.rejects, and the text that is exported. */

static bool is_json(const struct node *source)
{
    return source->source.format == FORMAT_JSON || source->source.format == FORMAT_JSONL;
}

/* JSON is exported by lines; line ends of a record can only be blanks between its values. */
static const char *exported(const struct node *source, const char *raw, struct arena *arena)
{
    char *text = arena_strdup(arena, raw);
    for (char *c = text; source->source.format == FORMAT_JSON && *c != '\0'; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    return text;
}

static void free_result(struct result **result)
{
    if (*result != NULL)
        result_free(*result);
}

int rejected_load(struct session *session, const struct node *source, const char *file,
                  struct arena *arena, struct rejected_list *ret_list, struct err *err)
{
    AUTO(free_result) struct result *result = NULL;
    struct lake_snapshot snapshot = {0};
    struct conn *conn = NULL;
    char *table_sql = NULL;
    VEC(struct rejected) list = {0};
    *ret_list = (struct rejected_list){0};
    TRY(lake_snapshot_load(session->lake, -1, arena, &snapshot, err));
    const struct lake_table *table = lake_snapshot_table(&snapshot, "leat", "rejects");
    if (table == NULL || table->is_view)
        return 0;
    TRY(lake_table_sql(session->lake, table, arena, &table_sql, err));
    TRY(session_conn(session, &conn, err));
    struct param params[] = {{.name = "source", .type = "VARCHAR", .value = source->id},
                             {.name = "file", .type = "VARCHAR", .value = file}};
    const char *sql = arena_printf(arena,
                                   "SELECT file, record, raw FROM (%s) WHERE source = $source"
                                   " AND ($file IS NULL OR file = $file) ORDER BY file, record",
                                   table_sql);
    TRY(conn_query(conn, sql, params, ARRAY_COUNT(params), &result, err));
    int more;
    while ((more = result_next(result, err)) > 0) {
        struct rejected record = {.file = arena_strdup(arena, result_text(result, 0)),
                                  .record = result_i64(result, 1)};
        const char *raw = result_text(result, 2);
        /* The copy and the text that is made of it; held until the command ends. */
        int64_t bytes = 3 * (int64_t)result_text_len(result, 2);
        TRY(memory_reserve(session->memory, bytes, "rejected records", err));
        record.raw_hash = text_raw_hash(raw != NULL ? raw : "", raw != NULL ? strlen(raw) : 0);
        record.raw = exported(source, raw != NULL ? raw : "", arena);
        VEC_PUSH(arena, list, record);
    }
    *ret_list = (struct rejected_list){list.items, list.count};
    return more;
}

/* ---- the form ---- */

/* The file (and member) of the source that leat.rejects means; unchanged since it was read. */
static int find_input(struct session *session, const struct input_list *inputs, const char *name,
                      struct text_file *ret_file, struct err *err)
{
    const char *folder = session->project->folder;
    for (size_t i = 0; i < inputs->count; i++) {
        const struct input_file *input = &inputs->items[i];
        const char *path = path_relative_to(input->path, folder);
        size_t len = strlen(path);
        struct file_id id = {0};
        if (strncmp(name, path, len) != 0 || (name[len] != '\0' && name[len] != '/'))
            continue;
        TRY(file_stat(input->path, &id, err));
        if (id.size_bytes != input->id.size_bytes || id.mtime_ns != input->id.mtime_ns) {
            err_set(err, ERR_CONFLICT, "\"%s\" changed since it was read", input->path);
            return err_hint(err, "Run leat first; its rejected records may be others now.");
        }
        *ret_file = (struct text_file){
            .path = input->path, .member = name[len] == '/' ? name + len + 1 : NULL, .label = name};
        return 0;
    }
    return err_set(err, ERR_NOT_FOUND, "\"%s\" is no file of the source any more", name);
}

static bool same_form(const struct text_head *a, const struct text_head *b)
{
    if (a->dialect.format != b->dialect.format || a->dialect.delimiter != b->dialect.delimiter ||
        a->dialect.quote != b->dialect.quote || a->dialect.header != b->dialect.header ||
        a->name_count != b->name_count || a->dialect.span_count != b->dialect.span_count)
        return false;
    for (size_t i = 0; i < a->name_count; i++)
        if (!str_eq(a->names[i], b->names[i]))
            return false;
    for (size_t i = 0; i < a->dialect.span_count; i++)
        if (a->dialect.spans[i].start != b->dialect.spans[i].start ||
            a->dialect.spans[i].width != b->dialect.spans[i].width)
            return false;
    return true;
}

static void append_csv_name(struct str *text, const struct text_dialect *dialect, const char *name)
{
    const char special[] = {dialect->delimiter, dialect->quote, '\n', '\r', '\0'};
    if (dialect->quote == TEXT_NO_QUOTE || strpbrk(name, special) == NULL) {
        str_append(text, name);
        return;
    }
    str_append_char(text, dialect->quote);
    for (const char *c = name; *c != '\0'; c++) {
        str_append_char(text, *c);
        if (*c == dialect->quote)
            str_append_char(text, *c);
    }
    str_append_char(text, dialect->quote);
}

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

/* Names above their columns, cut where they are longer. */
static void append_fixed_name(struct str *text, const struct text_span *span, const char *name)
{
    size_t at = characters(str_text(text));
    for (; at < (size_t)span->start; at++)
        str_append_char(text, ' ');
    for (int width = 0; *name != '\0' && (span->width < 0 || width < span->width); width++) {
        size_t len = utf8_length(name);
        str_append_len(text, name, len > 0 ? len : 1);
        name += len > 0 ? len : 1;
    }
}

static const char *make_header(const struct text_head *head, struct arena *arena)
{
    AUTO(str_release) struct str text = STR_INIT(16 << 20);
    bool is_fixed = head->dialect.format == TEXT_FIXED_WIDTH;
    if (head->dialect.header != HEADER_YES || (head->dialect.format != TEXT_CSV && !is_fixed))
        return "";
    for (size_t i = 0; i < head->name_count; i++) {
        if (is_fixed && i < head->dialect.span_count) {
            append_fixed_name(&text, &head->dialect.spans[i], head->names[i]);
        } else if (!is_fixed) {
            if (i > 0)
                str_append_char(&text, head->dialect.delimiter);
            append_csv_name(&text, &head->dialect, head->names[i]);
        }
    }
    str_append_char(&text, '\n');
    return arena_strdup(arena, str_text(&text));
}

/* The export is UTF-8, and its records begin after its one header line. */
static void make_head(const struct node *source, const struct text_head *found,
                      struct text_head *ret_head)
{
    *ret_head = *found;
    ret_head->dialect.encoding = ENCODING_UTF8;
    ret_head->dialect.packing = PACKING_NONE;
    ret_head->dialect.comment = 0;
    ret_head->dialect.skip_lines = ret_head->dialect.footer_lines = 0;
    if (is_json(source))
        ret_head->dialect.format = TEXT_JSON_LINES;
    ret_head->has_mark = false;
    ret_head->header_line = 1;
    ret_head->start_byte = 0;
    ret_head->line = 1;
    ret_head->end_byte = -1;
    ret_head->can_split = false;
}

int rejected_form(struct session *session, const struct node *source,
                  const struct rejected_list *list, struct arena *arena,
                  struct rejected_form *ret_form, struct err *err)
{
    struct input_list inputs = {0};
    struct text_head first = {0};
    const char *first_name = NULL, *last_name = NULL;
    TRY(lake_inputs_load(session->lake, source->id, arena, &inputs, err));
    for (size_t i = 0; i < list->count; i++) {
        struct text_file file = {0};
        struct text_head head = {0};
        if (str_eq(list->items[i].file, last_name))
            continue;
        last_name = list->items[i].file;
        TRY(find_input(session, &inputs, last_name, &file, err));
        TRY(text_detect(&file, &source->source.said, session->memory, arena, &head, err));
        if (first_name == NULL) {
            first = head;
            first_name = last_name;
        } else if (!same_form(&first, &head)) {
            err_set(err, ERR_CONFIG, "\"%s\" and \"%s\" are written differently", first_name,
                    last_name);
            return err_hint(err, "Take the records of one file at a time: --file %s", first_name);
        }
    }
    make_head(source, &first, &ret_form->head);
    ret_form->header = make_header(&first, arena);
    return 0;
}

int rejected_text(const struct rejected_form *form, const struct rejected_list *list,
                  struct str *text, struct err *err)
{
    str_append(text, form->header);
    for (size_t i = 0; i < list->count; i++) {
        str_append(text, list->items[i].raw);
        str_append_char(text, '\n');
    }
    return text->is_failed ? err_set(err, ERR_DATA, "the rejected records are too long for a file")
                           : 0;
}
