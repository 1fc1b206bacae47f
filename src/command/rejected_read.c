/* SPDX-License-Identifier: Apache-2.0 */
#include "command/rejected.h"

#include "base/file.h"

#include <string.h>

/* A mended export back as repairs. */

struct reading {
    const struct rejected_form *form;
    struct memory *memory;
    size_t expected; /* records; more are not kept */
    const char *path;
    struct arena *arena;
    VEC(const char *) records;
};

/* JSON: a record is a line. */
static int read_lines(struct reading *reading, struct err *err)
{
    char *text = NULL;
    struct file_id id;
    TRY(file_stat(reading->path, &id, err));
    TRY(memory_reserve(reading->memory, id.size_bytes, "mended records", err));
    TRY(file_read(reading->path, REJECTED_MAX_BYTES / 2, reading->arena, &text, NULL, err));
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;) {
        size_t len = strlen(line);
        if (len > 0 && line[len - 1] == '\r')
            line[len - 1] = '\0';
        if (line[strspn(line, " \t")] != '\0')
            VEC_PUSH(reading->arena, reading->records, line);
    }
    return 0;
}

/* Everything else is cut into records as the source's files are, by the same tokenizer. */
static int read_records(struct reading *reading, struct err *err)
{
    struct text_file file = {.path = reading->path, .label = reading->path};
    struct text_range all = {.end_byte = -1, .line = 1};
    AUTO(text_reader_close_at) struct text_reader *reader = NULL;
    bool is_header = reading->form->header[0] != '\0';
    TRY(text_reader_open(&file, &reading->form->head, all, NULL, reading->memory, &reader, err));
    struct text_record record;
    int more;
    while ((more = text_reader_next(reader, &record, err)) > 0 &&
           reading->records.count <= reading->expected) {
        TRY(memory_reserve(reading->memory, (int64_t)record.raw_len, "mended records", err));
        if (!is_header && record.raw_len > 0)
            VEC_PUSH(reading->arena, reading->records,
                     arena_strndup(reading->arena, record.raw, record.raw_len));
        is_header = false;
    }
    return more < 0 ? -1 : 0;
}

static int check_count(const struct reading *reading, const struct node *source, struct err *err)
{
    bool is_more = reading->records.count > reading->expected;
    if (reading->records.count == reading->expected)
        return 0;
    err_set(err, ERR_DATA, "\"%s\" has %s%zu records, the export of %s had %zu", reading->path,
            is_more ? "more than " : "", is_more ? reading->expected : reading->records.count,
            source->id, reading->expected);
    return err_hint(err,
                    "Each record stays at its place: mend it, or leave it as it is and it stays "
                    "rejected.");
}

/* "data/a.zip/b.csv" → "data/a.zip", "b.csv", by the files the source has. */
static int split_name(const struct input_list *inputs, const char *folder, const char *name,
                      struct lake_repair *repair, struct err *err)
{
    for (size_t i = 0; i < inputs->count; i++) {
        const char *path = path_relative_to(inputs->items[i].path, folder);
        size_t len = strlen(path);
        if (strncmp(name, path, len) != 0 || (name[len] != '\0' && name[len] != '/'))
            continue;
        repair->path = path;
        repair->member = name[len] == '/' ? name + len + 1 : "";
        return 0;
    }
    return err_set(err, ERR_NOT_FOUND, "\"%s\" is no file of the source any more", name);
}

int rejected_read(struct session *session, const struct node *source,
                  const struct rejected_form *form, const struct rejected_list *list,
                  const char *path, struct arena *arena, struct repair_list *ret_repairs,
                  struct err *err)
{
    struct reading reading = {.form = form,
                              .memory = session->memory,
                              .expected = list->count,
                              .path = path,
                              .arena = arena};
    struct input_list inputs = {0};
    struct hash hash;
    VEC(struct lake_repair) repairs = {0};
    TRY(hash_file(path, &hash, err));
    TRY(lake_inputs_load(session->lake, source->id, arena, &inputs, err));
    if (form->head.dialect.format == TEXT_JSON_LINES)
        TRY(read_lines(&reading, err));
    else
        TRY(read_records(&reading, err));
    TRY(check_count(&reading, source, err));
    for (size_t i = 0; i < reading.records.count; i++) {
        const struct rejected *was = &list->items[i];
        struct lake_repair repair = {.source = source->id,
                                     .record = was->record,
                                     .raw_hash = was->raw_hash,
                                     .raw = reading.records.items[i],
                                     .taken_from = arena_strdup(arena, hash.hex)};
        if (str_eq(was->raw, repair.raw))
            continue;
        TRY(split_name(&inputs, session->project->folder, was->file, &repair, err));
        VEC_PUSH(arena, repairs, repair);
    }
    *ret_repairs = (struct repair_list){repairs.items, repairs.count};
    return 0;
}
