/* SPDX-License-Identifier: Apache-2.0 */
#include "text/reject.h"
#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "text/dialect.h"
#include "text/utf8.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define PLACES 10

struct kept {
    size_t file_index;
    struct text_reject reject;
    char data[]; /* its texts */
};
struct text_rejects {
    pthread_mutex_t lock;
    struct memory *memory;
    int64_t max_count, bytes, reserved_bytes;
    struct kept **items;
    size_t count, cap;
    bool is_sorted;
};

struct text_rejects *text_rejects_new(int64_t max_count, struct memory *memory)
{
    struct text_rejects *rejects = alloc_zeroed(sizeof(*rejects));
    pthread_mutex_init(&rejects->lock, NULL);
    rejects->memory = memory;
    rejects->max_count = max_count;
    return rejects;
}

void text_rejects_free(struct text_rejects *rejects)
{
    if (!rejects)
        return;
    for (size_t i = 0; i < rejects->count; i++)
        free(rejects->items[i]);
    if (rejects->memory && rejects->reserved_bytes > 0)
        memory_release(rejects->memory, rejects->reserved_bytes);
    pthread_mutex_destroy(&rejects->lock);
    free(rejects->items);
    free(rejects);
}

char *text_raw_clean(const char *raw, size_t len, size_t *ret_len)
{
    if (utf8_valid(raw, len) == len)
        return NULL;
    char *clean = malloc(4 * len + 1);
    if (!clean)
        alloc_die("out of memory for a rejected record");
    size_t count = 0, at = 0;
    while (at < len) {
        size_t good = utf8_valid(raw + at, len - at);
        memcpy(clean + count, raw + at, good);
        count += good;
        at += good;
        if (at < len)
            count += (size_t)sprintf(clean + count, "\\x%02X", (unsigned char)raw[at++]);
    }
    clean[count] = '\0';
    *ret_len = count;
    return clean;
}

uint64_t text_raw_hash(const char *raw, size_t len)
{
    char *clean = text_raw_clean(raw, len, &len);
    uint64_t hash = XXH3_64bits(clean ? clean : raw, len);
    free(clean);
    return hash;
}

/* Copies len bytes and a zero to *at, which moves on. */
static const char *put(char **at, const char *text, size_t len)
{
    char *start = *at;
    memcpy(start, text, len);
    start[len] = '\0';
    *at += len + 1;
    return start;
}

static struct kept *copy(size_t file_index, const struct text_reject *reject, const char *raw,
                         size_t raw_len, int64_t *ret_bytes)
{
    size_t file_len = strlen(reject->file), path_len = strlen(reject->path),
           column_len = reject->column ? strlen(reject->column) : 0,
           text_len = strlen(reject->text), reason_len = strlen(reject->reason);
    size_t bytes = sizeof(struct kept) + file_len + path_len + column_len + text_len + reason_len +
                   raw_len + 6;
    struct kept *kept = alloc_zeroed(bytes);
    char *at = kept->data;
    kept->file_index = file_index;
    kept->reject = *reject;
    kept->reject.file = put(&at, reject->file, file_len);
    kept->reject.path = put(&at, reject->path, path_len);
    if (reject->column)
        kept->reject.column = put(&at, reject->column, column_len);
    kept->reject.text = put(&at, reject->text, text_len);
    kept->reject.reason = put(&at, reject->reason, reason_len);
    kept->reject.raw = put(&at, raw, raw_len);
    kept->reject.raw_len = raw_len;
    *ret_bytes = (int64_t)bytes;
    return kept;
}

/* A megabyte at a time. */
static int reserve(struct text_rejects *rejects, int64_t bytes, struct err *err)
{
    const int64_t step = INT64_C(1) << 20;
    int64_t want = (rejects->bytes + bytes + step - 1) / step * step;
    if (want > TEXT_REJECT_BYTES)
        return err_set(err, ERR_DATA, "the records that do not fit take more than %lld MB",
                       (long long)(TEXT_REJECT_BYTES >> 20));
    if (rejects->memory && want > rejects->reserved_bytes)
        TRY(memory_reserve(rejects->memory, want - rejects->reserved_bytes, "rejected records",
                           err));
    if (want > rejects->reserved_bytes)
        rejects->reserved_bytes = want;
    return 0;
}

static int keep(struct text_rejects *rejects, size_t file_index, const struct text_reject *reject,
                struct err *err)
{
    size_t raw_len = reject->raw_len;
    char *clean = text_raw_clean(reject->raw, raw_len, &raw_len);
    int64_t bytes;
    /* Asked before the copy is made. */
    int got = reserve(rejects, (int64_t)(raw_len + sizeof(struct kept)) + 4096, err);
    if (got == 0) {
        struct kept *kept = copy(file_index, reject, clean ? clean : reject->raw, raw_len, &bytes);
        rejects->bytes += bytes;
        if (rejects->count == rejects->cap) {
            rejects->cap = rejects->cap ? 2 * rejects->cap : 64;
            rejects->items = realloc(rejects->items, rejects->cap * sizeof(struct kept *));
            if (!rejects->items)
                alloc_die("out of memory for rejected records");
        }
        rejects->items[rejects->count++] = kept;
        rejects->is_sorted = false;
    }
    free(clean);
    return got;
}

static int compare(const void *a, const void *b)
{
    const struct kept *x = *(struct kept *const *)a, *y = *(struct kept *const *)b;
    if (x->file_index != y->file_index)
        return x->file_index < y->file_index ? -1 : 1;
    return (x->reject.offset > y->reject.offset) - (x->reject.offset < y->reject.offset);
}

static void sort(struct text_rejects *rejects)
{
    if (!rejects->is_sorted && rejects->count > 0)
        qsort(rejects->items, rejects->count, sizeof(struct kept *), compare);
    rejects->is_sorted = true;
}

/* "12:5", or "12" where no byte is known. */
static void append_line(const struct text_reject *reject, struct str *text)
{
    if (reject->fault_byte > 0)
        str_appendf(text, "%lld:%lld", (long long)reject->fault_line,
                    (long long)reject->fault_byte);
    else
        str_appendf(text, "%lld", (long long)reject->line);
}

/* "a.csv:12:5", or "line 12:5" when it is in the file of the one before. */
static void append_place(const struct text_rejects *rejects, size_t index, struct str *text)
{
    const struct text_reject *reject = &rejects->items[index]->reject;
    bool is_same = index > 0 && str_eq(reject->file, rejects->items[index - 1]->reject.file);
    str_append(text, index ? "; " : "");
    str_append(text, is_same ? "line " : path_basename(reject->file));
    str_append(text, is_same ? "" : ":");
    append_line(reject, text);
}

/* The first places: with their reasons as long as a message has room for all, then bare. */
static void append_places(struct text_rejects *rejects, struct str *text)
{
    sort(rejects);
    size_t count = rejects->count < PLACES ? rejects->count : PLACES, left = 8;
    size_t lengths[PLACES];
    for (size_t i = 0; i < count; i++) {
        AUTO(str_release) struct str place = STR_INIT(4096);
        append_place(rejects, i, &place);
        left += lengths[i] = place.len;
    }
    for (size_t i = 0; i < count; i++) {
        const struct text_reject *reject = &rejects->items[i]->reject;
        size_t len = strlen(reject->reason) + (reject->column ? strlen(reject->column) : 0) + 2;
        append_place(rejects, i, text);
        left -= lengths[i];
        if (text->len + len + left < text->max)
            str_appendf(text, " %s%s%s", reject->column ? reject->column : "",
                        reject->column ? " " : "", reject->reason);
    }
    if (rejects->count > PLACES)
        str_append(text, "; …");
}

static int fail_too_many(struct text_rejects *rejects, struct err *err)
{
    char count[32];
    AUTO(str_release) struct str places = STR_INIT(440);
    append_places(rejects, &places);
    err_set(err, ERR_DATA, "more than %s records do not fit: %s",
            format_count(rejects->max_count, count), str_text(&places));
    return err_hint(
        err,
        "When nearly every record is one, a declared type, the delimiter or the encoding is wrong.");
}

int text_reject_add(struct text_rejects *rejects, size_t file_index,
                    const struct text_reject *reject, struct err *err)
{
    pthread_mutex_lock(&rejects->lock);
    int got = (int64_t)rejects->count >= rejects->max_count
                  ? fail_too_many(rejects, err)
                  : keep(rejects, file_index, reject, err);
    pthread_mutex_unlock(&rejects->lock);
    return got;
}

int64_t text_rejects_count(const struct text_rejects *rejects)
{
    return (int64_t)rejects->count;
}

void text_rejects_number(struct text_rejects *rejects, size_t file_index, int64_t start_byte,
                         int64_t end_byte, int64_t records_before)
{
    for (size_t i = 0; i < rejects->count; i++) {
        struct kept *kept = rejects->items[i];
        if (kept->file_index == file_index && kept->reject.offset >= start_byte &&
            (end_byte < 0 || kept->reject.offset < end_byte))
            kept->reject.record += records_before;
    }
}

const struct text_reject *text_rejects_get(struct text_rejects *rejects, int64_t index)
{
    sort(rejects);
    return &rejects->items[index]->reject;
}

int text_rejects_fail(struct text_rejects *rejects, const char *source, struct err *err)
{
    char count[32];
    AUTO(str_release) struct str places = STR_INIT(400);
    append_places(rejects, &places);
    const struct text_reject *first = &rejects->items[0]->reject;
    err_set(err, ERR_DATA, "%s %s of %s %s not fit: %s",
            format_count((int64_t)rejects->count, count),
            rejects->count == 1 ? "record" : "records", source, rejects->count == 1 ? "does" : "do",
            str_text(&places));
    if (text_encoding_is_blamed(first->reason))
        text_encoding_hint(err, "`on_reject: keep` sets such records aside.");
    else
        err_hint(
            err,
            "Mend the file, declare another type, or write `on_reject: keep` to set such records aside "
            "(`leat rejects` lists them).");
    AUTO(str_release) struct str place = STR_INIT(64);
    append_line(first, &place);
    return err_where(err, "%s:%s", first->file, str_text(&place));
}
