/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "text/table.h"

#include <string.h>

/*
 * A file as a typed table: rows in = rows out + rejected; and a table whose types were found by looking at every value
 * holds every value, so reading it again with these types rejects nothing more.
 */
struct counts {
    int64_t out, rejected;
    bool has_failed;
};

static struct counts read_table(const struct text_source *source, struct text_table *table,
                                struct arena *arena)
{
    struct counts counts = {0};
    for (size_t i = 0; i < table->split_count && !counts.has_failed; i++) {
        struct text_stream stream = {.source = source, .table = table, .split = &table->splits[i]};
        struct batch batch = {0};
        struct err err = {0};
        int got;
        while ((got = text_stream_next(&stream, &batch, &err)) > 0) {
            counts.out += batch.array.length;
            batch_release(&batch);
        }
        counts.has_failed = got < 0;
        text_stream_release(&stream);
    }
    counts.rejected = text_rejects_count(source->rejects);
    if (!counts.has_failed) {
        text_finish(source, arena, table);
        fuzz_require(table->row_count == counts.out + counts.rejected,
                     "rows in are not rows out + rejected");
    }
    return counts;
}

static void read_again(const struct text_source *first, const struct text_table *table,
                       struct counts expected, struct arena *arena)
{
    struct text_source source = *first;
    source.locked = table->columns;
    source.locked_count = table->column_count;
    source.locked_dialects = &table->files[0].head.dialect;
    source.locked_dialect_count = 1;
    source.rejects = text_rejects_new(1000000, NULL);
    struct text_table again = {0};
    struct err err = {0};
    if (text_open(&source, arena, &again, &err) == 0 && again.change_count == 0) {
        fuzz_require(again.is_typed, "a table with a lock is not typed");
        struct counts counts = read_table(&source, &again, arena);
        fuzz_require(!counts.has_failed, "what could be read cannot be read with its own lock");
        fuzz_require(counts.out == expected.out && counts.rejected == expected.rejected,
                     "a table's own lock rejects its rows");
    }
    text_rejects_free(source.rejects);
}

static void read_source(struct text_source *source, struct arena *arena)
{
    struct text_table table = {0};
    struct err err = {0};
    if (text_open(source, arena, &table, &err) != 0 ||
        text_infer(source, arena, &table, &err) != 0) {
        fuzz_require(err.message[0] != '\0', "an error without a message");
        return;
    }
    struct counts counts = read_table(source, &table, arena);
    fuzz_require(!counts.has_failed, "what was typed cannot be read");
    if (table.file_count == 1)
        read_again(source, &table, counts, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum text_format formats[] = {TEXT_CSV, TEXT_CSV, TEXT_JSON_LINES,
                                               TEXT_FIXED_WIDTH};
    if (size < FUZZ_OPTIONS + 1)
        return 0;
    struct arena arena;
    arena_init(&arena, FUZZ_ARENA_BYTES);
    struct text_dialect said;
    fuzz_dialect(data, formats[data[FUZZ_OPTIONS] % 4], &said);
    const char *path = fuzz_file(data + FUZZ_OPTIONS + 1, size - FUZZ_OPTIONS - 1);
    struct text_source source = {.name = "raw.fuzz",
                                 .paths = &path,
                                 .path_count = 1,
                                 .said = &said,
                                 .rejects = text_rejects_new(1000000, NULL),
                                 .split_bytes = 1 + data[7] % 64 + (int64_t)size / 8,
                                 .threads = 1};
    read_source(&source, &arena);
    text_rejects_free(source.rejects);
    arena_release(&arena);
    return 0;
}
