/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "text/utf8.h"

#include <string.h>
#include <xxhash.h>

/* What was read, so that two readings can be compared. */
struct digest {
    uint64_t hash;      /* of all good records in their order */
    int64_t good_count; /* records without a fault */
    int64_t bad_count;  /* records with one */
    bool has_failed;    /* the tokenizer gave up */
};
struct reading {
    const struct text_file *file;
    const struct text_head *head;
    const uint8_t *bytes; /* where raw texts must be found; NULL: not known */
    size_t size;
};

static void require_text(const char *text, size_t len)
{
    if (len == 0)
        return;
    fuzz_require(memchr(text, '\0', len) == NULL, "a field has a zero byte");
    fuzz_require(utf8_valid(text, len) == len, "a field is not UTF-8");
}

static uint64_t field_hash(const struct text_field *field, const char *name, uint64_t seed)
{
    uint64_t hash = name ? XXH64(name, strlen(name), seed) : seed;
    return XXH64(field->text, field->len, hash + (uint64_t)field->token);
}

/* JSON: the order of the names is that in which a reader met them, so the sum over the fields. */
static uint64_t record_hash(const struct text_reader *reader, const struct text_record *record)
{
    uint64_t hash = XXH64(&record->offset, sizeof(record->offset), (uint64_t)record->line);
    for (size_t i = 0; i < record->count; i++) {
        const struct text_field *field = &record->fields[i];
        const char *name = reader->names.count > 0 ? reader->names.items[i] : NULL;
        if (field->token == TOKEN_NULL)
            continue;
        require_text(field->text, field->len);
        hash += field_hash(field, name, name ? 0 : i + 1);
    }
    return hash;
}

static void require_place(const struct reading *reading, const struct text_record *record,
                          int64_t last_offset)
{
    fuzz_require(record->line >= 1 && record->offset > last_offset, "records do not go forward");
    if (!reading->bytes)
        return;
    fuzz_require((size_t)record->offset + record->raw_len <= reading->size,
                 "a record ends behind the file");
    fuzz_require(memcmp(reading->bytes + record->offset, record->raw, record->raw_len) == 0,
                 "the raw text of a record is not that of the file");
}

static void read_range(const struct reading *reading, struct text_range range,
                       struct digest *digest)
{
    struct text_reader *reader = NULL;
    struct err err = {0};
    if (text_reader_open(reading->file, reading->head, range, NULL, NULL, &reader, &err) != 0) {
        digest->has_failed = true;
        return;
    }
    struct text_record record;
    int64_t last_offset = -1;
    int got;
    while ((got = text_reader_next(reader, &record, &err)) > 0) {
        require_place(reading, &record, last_offset);
        last_offset = record.offset;
        if (record.wrong) {
            digest->bad_count++;
            continue;
        }
        uint64_t hash = record_hash(reader, &record);
        digest->hash = XXH64(&hash, sizeof(hash), digest->hash);
        digest->good_count++;
    }
    digest->has_failed |= got < 0;
    if (got < 0)
        fuzz_require(err.message[0] && err.where[0], "an error without message or place");
    text_reader_close(reader);
}

/* A file that can be read without a fault gives the same when it is cut; one with a fault has one then too. */
static void require_same(const struct digest *whole, const struct digest *parts)
{
    bool has_fault = whole->has_failed || whole->bad_count > 0;
    if (has_fault) {
        fuzz_require(parts->has_failed || parts->bad_count > 0, "cutting hides a fault");
        return;
    }
    fuzz_require(!parts->has_failed && parts->bad_count == 0, "cutting makes a fault");
    fuzz_require(whole->good_count == parts->good_count, "cutting changes the count of records");
    fuzz_require(whole->hash == parts->hash, "cutting changes records");
}

static void read_both(const struct reading *reading, int64_t about_bytes, struct arena *arena)
{
    const struct text_head *head = reading->head;
    struct text_range all = {
        .start_byte = head->start_byte, .end_byte = head->end_byte, .line = head->line};
    struct digest whole = {0}, parts = {0};
    read_range(reading, all, &whole);
    if (!head->can_split)
        return;
    struct text_cuts cuts = {0};
    struct err err = {0};
    if (text_cut(reading->file, head, about_bytes, arena, &cuts, &err) != 0)
        return;
    for (size_t i = 0; i < cuts.count; i++)
        read_range(reading, cuts.items[i], &parts);
    require_same(&whole, &parts);
}

void fuzz_read(const uint8_t *options, enum text_format format, const uint8_t *bytes, size_t size)
{
    struct arena arena;
    arena_init(&arena, FUZZ_ARENA_BYTES);
    struct text_dialect said;
    fuzz_dialect(options, format, &said);
    struct text_file file = {.path = fuzz_file(bytes, size), .label = "fuzz"};
    struct text_head head = {0};
    struct err err = {0};
    if (text_detect(&file, &said, NULL, &arena, &head, &err) == 0) {
        bool is_plain =
            head.dialect.packing == PACKING_NONE && head.dialect.encoding == ENCODING_UTF8;
        struct reading reading = {
            .file = &file, .head = &head, .bytes = is_plain ? bytes : NULL, .size = size};
        /* Every piece opens a reader, which is slow: few of them. */
        int64_t about_bytes = 1 + options[7] % 64;
        read_both(&reading, about_bytes + (int64_t)size / 12, &arena);
    } else {
        fuzz_require(err.message[0] != '\0', "an error without a message");
    }
    arena_release(&arena);
}
