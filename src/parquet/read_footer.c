/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/read_file.h"

#include <inttypes.h>
#include <string.h>

/* FileMetaData of parquet.thrift and what is below it, but for the schema. */

void parquet_read_statistics(struct thrift_reader *in, const struct thrift_field *field,
                             struct parquet_statistics *ret_statistics)
{
    struct parquet_statistics *to = ret_statistics;
    *to = (struct parquet_statistics){
        .is_min_exact = true, .is_max_exact = true, .null_count = -1, .distinct_count = -1};
    if (!thrift_read_struct(in, field))
        return;
    /* Members 1 and 2 are the old max and min, whose order nobody knew. */
    struct thrift_field member = {0};
    while (thrift_read_next(in, &member)) {
        switch (member.id) {
        case 3:
            to->null_count = thrift_read_i64(in, &member);
            break;
        case 4:
            to->distinct_count = thrift_read_i64(in, &member);
            break;
        case 5:
            to->max = thrift_read_binary(in, &member);
            break;
        case 6:
            to->min = thrift_read_binary(in, &member);
            break;
        case 7:
            to->is_max_exact = thrift_read_bool(in, &member);
            break;
        case 8:
            to->is_min_exact = thrift_read_bool(in, &member);
            break;
        default:
            thrift_read_skip(in, &member);
        }
    }
}

static uint32_t read_encodings(struct thrift_reader *in, const struct thrift_field *field)
{
    uint32_t encodings = 0;
    uint32_t count = thrift_read_list(in, field, THRIFT_I32);
    for (uint32_t i = 0; i < count && in->fault == NULL; i++) {
        int32_t encoding = thrift_read_element_i32(in);
        bool is_known = encoding >= 0 && encoding < PARQUET_ENCODING_COUNT;
        encodings |= (uint32_t)1 << (is_known ? encoding : 31);
    }
    return encodings;
}

static void read_chunk_meta(struct thrift_reader *in, struct parquet_chunk_meta *chunk)
{
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field)) {
        switch (field.id) {
        case 1:
            chunk->type = (enum parquet_type)thrift_read_i32(in, &field);
            break;
        case 2:
            chunk->encodings = read_encodings(in, &field);
            break;
        case 4:
            chunk->codec = (enum parquet_codec)thrift_read_i32(in, &field);
            break;
        case 5:
            chunk->value_count = thrift_read_i64(in, &field);
            break;
        case 6:
            chunk->uncompressed_bytes = thrift_read_i64(in, &field);
            break;
        case 7:
            chunk->compressed_bytes = thrift_read_i64(in, &field);
            break;
        case 9:
            chunk->data_page_offset = thrift_read_i64(in, &field);
            break;
        case 11:
            chunk->dictionary_page_offset = thrift_read_i64(in, &field);
            break;
        case 12:
            parquet_read_statistics(in, &field, &chunk->statistics);
            break;
        default:
            thrift_read_skip(in, &field);
        }
    }
}

static void read_chunk(struct thrift_reader *in, struct parquet_chunk_meta *chunk)
{
    bool has_meta = false;
    chunk->statistics.null_count = chunk->statistics.distinct_count = -1;
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field)) {
        switch (field.id) {
        case 1:
            chunk->is_elsewhere = thrift_read_binary(in, &field).len != 0;
            break;
        case 3:
            has_meta = thrift_read_struct(in, &field);
            if (has_meta)
                read_chunk_meta(in, chunk);
            break;
        case 4:
            chunk->offset_index_offset = thrift_read_i64(in, &field);
            break;
        case 5:
            chunk->offset_index_bytes = thrift_read_i32(in, &field);
            break;
        case 6:
            chunk->column_index_offset = thrift_read_i64(in, &field);
            break;
        case 7:
            chunk->column_index_bytes = thrift_read_i32(in, &field);
            break;
        case 8:
        case 9:
            chunk->is_encrypted = true;
            thrift_read_skip(in, &field);
            break;
        default:
            thrift_read_skip(in, &field);
        }
    }
    if (!has_meta && !chunk->is_encrypted)
        thrift_read_fail(in, "a column chunk has no metadata");
}

static int read_chunks(struct parquet_file *file, struct thrift_reader *in,
                       const struct thrift_field *field, struct parquet_row_group *group,
                       struct err *err)
{
    uint32_t count = thrift_read_list(in, field, THRIFT_STRUCT);
    if (in->fault == NULL && count != file->footer.leaf_count)
        return parquet_file_fault(file, err,
                                  "a row group has %" PRIu32 " columns, the schema has %zu", count,
                                  file->footer.leaf_count);
    void *chunks = NULL;
    TRY(parquet_file_alloc(file, count, sizeof(struct parquet_chunk_meta), &chunks, err));
    group->chunks = chunks;
    for (uint32_t i = 0; i < count && in->fault == NULL; i++)
        read_chunk(in, (struct parquet_chunk_meta *)chunks + i);
    return 0;
}

static void read_sorting_column(struct thrift_reader *in, struct parquet_sorting *sorting)
{
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field)) {
        if (field.id == 1)
            sorting->column = thrift_read_i32(in, &field);
        else if (field.id == 2)
            sorting->is_descending = thrift_read_bool(in, &field);
        else if (field.id == 3)
            sorting->is_nulls_first = thrift_read_bool(in, &field);
        else
            thrift_read_skip(in, &field);
    }
}

static int read_sorting(struct parquet_file *file, struct thrift_reader *in,
                        const struct thrift_field *field, struct parquet_row_group *group,
                        struct err *err)
{
    uint32_t count = thrift_read_list(in, field, THRIFT_STRUCT);
    void *sorting = NULL;
    TRY(parquet_file_alloc(file, count, sizeof(struct parquet_sorting), &sorting, err));
    for (uint32_t i = 0; i < count && in->fault == NULL; i++)
        read_sorting_column(in, (struct parquet_sorting *)sorting + i);
    group->sorting = sorting;
    group->sorting_count = count;
    return 0;
}

static int read_group(struct parquet_file *file, struct thrift_reader *in,
                      struct parquet_row_group *group, struct err *err)
{
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field)) {
        if (field.id == 1)
            TRY(read_chunks(file, in, &field, group, err));
        else if (field.id == 2)
            group->uncompressed_bytes = thrift_read_i64(in, &field);
        else if (field.id == 3)
            group->row_count = thrift_read_i64(in, &field);
        else if (field.id == 4)
            TRY(read_sorting(file, in, &field, group, err));
        else
            thrift_read_skip(in, &field);
    }
    if (in->fault == NULL && (group->chunks == NULL || group->row_count < 0))
        thrift_read_fail(in, "a row group has no columns or no rows");
    return 0;
}

static int read_groups(struct parquet_file *file, struct thrift_reader *in,
                       const struct thrift_field *field, struct err *err)
{
    uint32_t count = thrift_read_list(in, field, THRIFT_STRUCT);
    void *groups = NULL;
    TRY(parquet_file_alloc(file, count, sizeof(struct parquet_row_group), &groups, err));
    for (uint32_t i = 0; i < count && in->fault == NULL; i++)
        TRY(read_group(file, in, (struct parquet_row_group *)groups + i, err));
    file->footer.groups = groups;
    file->footer.group_count = count;
    return 0;
}

static void read_key_value(struct thrift_reader *in, struct parquet_key_value *pair)
{
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field)) {
        if (field.id == 1)
            pair->key = thrift_read_binary(in, &field);
        else if (field.id == 2)
            pair->value = thrift_read_binary(in, &field);
        else
            thrift_read_skip(in, &field);
    }
}

static int read_key_values(struct parquet_file *file, struct thrift_reader *in,
                           const struct thrift_field *field, struct err *err)
{
    uint32_t count = thrift_read_list(in, field, THRIFT_STRUCT);
    void *pairs = NULL;
    TRY(parquet_file_alloc(file, count, sizeof(struct parquet_key_value), &pairs, err));
    for (uint32_t i = 0; i < count && in->fault == NULL; i++)
        read_key_value(in, (struct parquet_key_value *)pairs + i);
    file->footer.key_values = pairs;
    file->footer.key_value_count = count;
    return 0;
}

static int read_member(struct parquet_file *file, struct thrift_reader *in,
                       const struct thrift_field *field, struct err *err)
{
    switch (field->id) {
    case 1:
        file->footer.version = thrift_read_i32(in, field);
        return 0;
    case 2:
        if (file->footer.nodes != NULL)
            thrift_read_fail(in, "it has two schemas");
        TRY(parquet_read_schema(file, in, field, err));
        return in->fault == NULL ? parquet_link_schema(file, err) : 0;
    case 3:
        file->footer.row_count = thrift_read_i64(in, field);
        return 0;
    case 4: /* members come in the order of their numbers, so the schema is known */
        return read_groups(file, in, field, err);
    case 5:
        return read_key_values(file, in, field, err);
    case 6:
        file->footer.created_by = thrift_read_binary(in, field);
        return 0;
    default:
        thrift_read_skip(in, field);
        return 0;
    }
}

static int check_rows(const struct parquet_file *file, struct err *err)
{
    int64_t rows = 0;
    for (size_t i = 0; i < file->footer.group_count; i++)
        if (__builtin_add_overflow(rows, file->footer.groups[i].row_count, &rows))
            rows = -1;
    if (rows == file->footer.row_count)
        return 0;
    return parquet_file_fault(file, err,
                              "its row groups have %" PRId64 " rows, its footer tells of %" PRId64,
                              rows, file->footer.row_count);
}

int parquet_read_footer(struct parquet_file *file, struct err *err)
{
    struct thrift_reader in;
    thrift_read_init(&in, file->footer_bytes, file->footer_len);
    struct thrift_field field = {0};
    while (thrift_read_next(&in, &field))
        TRY(read_member(file, &in, &field, err));
    if (in.fault != NULL)
        return parquet_file_fault(file, err, "its footer cannot be read: %s", in.fault);
    if (file->footer.node_count == 0)
        return parquet_file_fault(file, err, "its footer has no schema");
    return check_rows(file, err);
}

/* Codecs by name, for the sentence that says why a file is foreign. */
static const char *foreign_codec(enum parquet_codec codec)
{
    switch (codec) {
    case PARQUET_UNCOMPRESSED:
    case PARQUET_SNAPPY:
    case PARQUET_GZIP:
    case PARQUET_ZSTD:
        return NULL;
    case PARQUET_LZO:
        return "it is compressed with LZO";
    case PARQUET_BROTLI:
        return "it is compressed with Brotli";
    case PARQUET_LZ4:
    case PARQUET_LZ4_RAW:
        return "it is compressed with LZ4";
    case PARQUET_CODEC_COUNT:
        break;
    }
    return "it is compressed in an unknown way";
}

static const char *foreign_chunk(const struct parquet_chunk_meta *chunk)
{
    if (chunk->is_encrypted)
        return "a column is encrypted";
    if (chunk->is_elsewhere)
        return "a column is in another file";
    if ((chunk->encodings & (uint32_t)1 << 31) != 0)
        return "a column is encoded in an unknown way";
    return foreign_codec(chunk->codec);
}

const char *parquet_foreign(const struct parquet_file *file, const int32_t *leaves, size_t count)
{
    for (size_t group = 0; group < file->footer.group_count; group++) {
        for (size_t i = 0; i < count; i++) {
            const char *why = foreign_chunk(&file->footer.groups[group].chunks[leaves[i]]);
            if (why != NULL)
                return why;
        }
    }
    return NULL;
}

/* True when `path` is `top` and something below it. */
static bool is_below(const char *path, const char *top)
{
    size_t len = strlen(top);
    return strncmp(path, top, len) == 0 && path[len] == '.';
}

int32_t parquet_find_column(const struct parquet_file *file, const char *path)
{
    int32_t found = -1;
    for (size_t i = 0; i < file->footer.leaf_count; i++) {
        if (strcmp(file->paths[i], path) == 0)
            return (int32_t)i;
        if (is_below(file->paths[i], path))
            found = found == -1 ? (int32_t)i : -2;
    }
    return found < 0 ? -1 : found;
}
