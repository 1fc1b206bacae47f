/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "text/json.h"
#include "text/json_reader.h"

#include <string.h>

#define HEAD_BYTES (INT64_C(1) << 20)
#define FIRST_BYTES 4096
#define MAX_STEPS 8
#define MAX_PATH_BYTES 4096
#define MAX_SHOWN 5

/* Lists of objects that are reached through objects only, in the head of a document. */
struct list_search {
    struct json_reader *reader;
    struct arena *arena;
    struct json_nest nest;
    struct str steps[MAX_STEPS]; /* by depth: the last key, as a step of a path */
    bool is_through_list;        /* the object or list that is open is within a list */
    int list_depth;              /* of the outermost open list; 0: none */
    bool was_list;               /* the token before was [ of that list */
    VEC(const char *) found;     /* paths */
    size_t top_count;            /* of them with one step */
    const char *top_path;
};

static void set_step(struct str *step, const struct json_token *key)
{
    char plain[MAX_PATH_BYTES];
    str_clear(step);
    if (key->len > sizeof(plain))
        return;
    size_t len = key->has_escapes ? json_unescape(key->text, key->len, plain) : key->len;
    const char *text = key->has_escapes ? plain : key->text;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.' || text[i] == '\\')
            str_append_char(step, '\\');
        str_append_len(step, text + i, 1);
    }
}

static void add_found(struct list_search *search)
{
    AUTO(str_release) struct str path = STR_INIT((size_t)MAX_STEPS * 2 * MAX_PATH_BYTES);
    int steps = search->list_depth - 1;
    if (steps > MAX_STEPS || search->found.count > MAX_SHOWN)
        return;
    for (int i = 0; i < steps; i++)
        str_appendf(&path, "%s%s", i ? "." : "", str_text(&search->steps[i]));
    const char *text = arena_strdup(search->arena, str_text(&path));
    VEC_PUSH(search->arena, search->found, text);
    if (steps == 1) {
        search->top_count++;
        search->top_path = text;
    }
}

static void look_at(struct list_search *search, const struct json_token *token)
{
    struct json_nest *nest = &search->nest;
    bool is_first = search->was_list;
    search->was_list = false;
    if (search->list_depth == 0 && token->kind == JSON_LIST) {
        search->list_depth = nest->depth;
        search->was_list = true;
    } else if (search->list_depth > 0 && is_first && token->kind == JSON_OBJECT) {
        add_found(search);
    } else if (nest->depth < search->list_depth) {
        search->list_depth = 0;
    } else if (search->list_depth == 0 && nest->expect == EXPECT_COLON &&
               nest->depth <= MAX_STEPS) {
        set_step(&search->steps[nest->depth - 1], token);
    }
}

/* Up to the end of the document or of its head. */
static int search_head(struct list_search *search, struct err *err)
{
    struct json_reader *reader = search->reader;
    while (search->nest.expect != EXPECT_NOTHING &&
           reader->offset + (int64_t)reader->begin < HEAD_BYTES) {
        struct json_token token;
        struct json_scan scan;
        TRY(json_document_token(reader, &token, err));
        json_reader_scan(reader, reader->end, "file", &scan);
        if (json_nest_step(&search->nest, &scan, &token) != 0)
            return json_reader_fail(reader, scan.message_at, err, "%s", scan.message);
        look_at(search, &token);
        if (search->list_depth == 1) /* the top is a list */
            return 0;
    }
    return 0;
}

static int ask_for_path(const struct list_search *search, struct err *err)
{
    AUTO(str_release) struct str list = STR_INIT(200);
    size_t count = search->found.count < MAX_SHOWN ? search->found.count : MAX_SHOWN;
    for (size_t i = 0; i < count; i++)
        str_appendf(&list, "%s%s", i ? ", " : "", search->found.items[i]);
    bool is_whole = search->nest.expect == EXPECT_NOTHING;
    if (count == 0)
        err_set(err, ERR_DATA, "found no list of objects in %s",
                is_whole ? "the object that is the file" : "the first MB of the file");
    else
        err_set(err, ERR_DATA, "the records could be in %zu lists%s: %s%s", search->found.count,
                search->found.count > MAX_SHOWN ? " and more" : "", str_text(&list),
                list.is_failed ? ", …" : "");
    err_where(err, "%s:1:1", search->reader->file->label);
    return err_hint(err, "Set `records:` of the source to the path to its list of records%s.",
                    is_whole ? ", or to \"\" when the whole file is one record" : "");
}

static int find_records(const struct text_file *file, struct text_dialect *dialect,
                        struct text_range range, struct memory *memory, struct arena *arena,
                        struct err *err)
{
    AUTO(json_reader_close_at) struct json_reader *reader = NULL;
    struct list_search search = {.arena = arena};
    TRY(json_reader_open(file, dialect->packing, dialect->encoding, range, NULL,
                         dialect->max_field_bytes, memory, &reader, err));
    search.reader = reader;
    for (size_t i = 0; i < MAX_STEPS; i++)
        search.steps[i] = (struct str)STR_INIT((size_t)2 * MAX_PATH_BYTES);
    int failed = search_head(&search, err);
    if (!failed && search.list_depth == 1)
        dialect->records = "";
    else if (!failed && search.top_count == 1)
        dialect->records = search.top_path;
    else if (!failed)
        failed = ask_for_path(&search, err);
    for (size_t i = 0; i < MAX_STEPS; i++)
        str_release(&search.steps[i]);
    return failed;
}

/* The encoding as the first bytes have it, and where the text begins behind a byte order mark. */
static int find_encoding(const struct text_file *file, struct text_dialect *dialect,
                         struct memory *memory, struct text_head *head, struct err *err)
{
    char first[FIRST_BYTES];
    AUTO(text_input_close_at) struct text_input *raw = NULL, *text = NULL;
    if (dialect->packing == PACKING_UNKNOWN && file->member)
        dialect->packing = PACKING_NONE;
    if (dialect->packing == PACKING_UNKNOWN)
        TRY(text_packing_find(file->path, &dialect->packing, err));
    if (dialect->encoding == ENCODING_UNKNOWN) {
        TRY(text_input_open(file, dialect->packing, ENCODING_LATIN1, 0, memory, &raw, err));
        int64_t got = text_input_read(raw, first, sizeof(first), err);
        if (got < 0)
            return -1;
        dialect->encoding = text_encoding_guess(first, (size_t)got, &head->has_mark);
    }
    TRY(text_input_open(file, dialect->packing, dialect->encoding, 0, memory, &text, err));
    head->start_byte = text_input_mark(text);
    head->has_mark = head->start_byte > 0;
    return 0;
}

int json_detect(const struct text_file *file, const struct text_dialect *said,
                struct memory *memory, struct arena *arena, struct text_head *ret_head,
                struct err *err)
{
    struct text_head head = {.dialect = *said, .line = 1, .end_byte = -1};
    struct text_dialect *dialect = &head.dialect;
    TRY(find_encoding(file, dialect, memory, &head, err));
    dialect->decimal = '.'; /* as JSON writes numbers */
    dialect->skip_lines = dialect->footer_lines = 0;
    bool is_lines = dialect->format == TEXT_JSON_LINES;
    head.can_split = is_lines && !file->member && dialect->packing == PACKING_NONE &&
                     dialect->encoding == ENCODING_UTF8;
    if (!is_lines && !dialect->records) {
        struct text_range range = {.start_byte = head.start_byte, .end_byte = -1, .line = 1};
        TRY(find_records(file, dialect, range, memory, arena, err));
        head.is_guess = *dialect->records != '\0';
    }
    *ret_head = head;
    return 0;
}
