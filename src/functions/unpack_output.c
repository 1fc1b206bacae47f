/* SPDX-License-Identifier: Apache-2.0 */
#include "functions/unpack_output.h"

#include "engine/duck.h"
#include "functions/share.h"

#include <string.h>

/* Columns of the result, by form. */
enum { COL_START, COL_END, COL_LOCAL, COL_VALUE, COL_QUALITY };
enum { COL_ELEMENT = COL_VALUE, COL_SHARE, COL_ANY_QUALITY = COL_SHARE + 3 };

struct field {
    const char *name;
    duckdb_type type;
};
static const struct field value_fields[] = {
    {"start_time", DUCKDB_TYPE_TIMESTAMP_TZ}, {"end_time", DUCKDB_TYPE_TIMESTAMP_TZ},
    {"local_start", DUCKDB_TYPE_TIMESTAMP},   {"value", DUCKDB_TYPE_INVALID},
    {"quality", DUCKDB_TYPE_VARCHAR},
};
static const struct field any_fields[] = {
    {"start_time", DUCKDB_TYPE_TIMESTAMP_TZ}, {"end_time", DUCKDB_TYPE_TIMESTAMP_TZ},
    {"local_start", DUCKDB_TYPE_TIMESTAMP},   {"element", DUCKDB_TYPE_INTEGER},
    {"share_from", DUCKDB_TYPE_BIGINT},       {"share_to", DUCKDB_TYPE_BIGINT},
    {"share_of", DUCKDB_TYPE_BIGINT},         {"quality", DUCKDB_TYPE_VARCHAR},
};

static duckdb_type value_type(enum unpack_form form)
{
    return form == UNPACK_BIGINT ? DUCKDB_TYPE_BIGINT : DUCKDB_TYPE_DOUBLE;
}

duckdb_logical_type unpack_values_type(enum unpack_form form)
{
    if (form == UNPACK_ANY)
        return duckdb_create_logical_type(DUCKDB_TYPE_ANY);
    AUTO(type_destroy) duckdb_logical_type element = duckdb_create_logical_type(value_type(form));
    return duckdb_create_list_type(element);
}

duckdb_logical_type unpack_rows_type(enum unpack_form form)
{
    const struct field *fields = form == UNPACK_ANY ? any_fields : value_fields;
    size_t count = form == UNPACK_ANY ? ARRAY_COUNT(any_fields) : ARRAY_COUNT(value_fields);
    duckdb_logical_type types[ARRAY_COUNT(any_fields)];
    const char *names[ARRAY_COUNT(any_fields)];
    for (size_t i = 0; i < count; i++) {
        bool is_value = fields[i].type == DUCKDB_TYPE_INVALID;
        types[i] = duckdb_create_logical_type(is_value ? value_type(form) : fields[i].type);
        names[i] = fields[i].name;
    }
    AUTO(type_destroy) duckdb_logical_type row = duckdb_create_struct_type(types, names, count);
    for (size_t i = 0; i < count; i++)
        duckdb_destroy_logical_type(&types[i]);
    return duckdb_create_list_type(row);
}

void unpack_output_init(struct unpack_output *out, enum unpack_form form, duckdb_vector list,
                        duckdb_vector values)
{
    *out = (struct unpack_output){.form = form, .list = list};
    duckdb_vector elements = duckdb_list_vector_get_child(values);
    out->input.validity = duckdb_vector_get_validity(elements);
    if (form != UNPACK_ANY)
        out->input.data = duckdb_vector_get_data(elements);
}

/* The columns move when the list grows. */
static void find_columns(struct unpack_output *out)
{
    duckdb_vector rows = duckdb_list_vector_get_child(out->list);
    bool is_any = out->form == UNPACK_ANY;
    duckdb_vector value = duckdb_struct_vector_get_child(rows, COL_VALUE);
    out->starts = duckdb_vector_get_data(duckdb_struct_vector_get_child(rows, COL_START));
    out->ends = duckdb_vector_get_data(duckdb_struct_vector_get_child(rows, COL_END));
    out->locals = duckdb_vector_get_data(duckdb_struct_vector_get_child(rows, COL_LOCAL));
    out->qualities = duckdb_vector_get_data(
        duckdb_struct_vector_get_child(rows, is_any ? COL_ANY_QUALITY : COL_QUALITY));
    if (!is_any) {
        out->values = duckdb_vector_get_data(value);
        if (out->value_validity != NULL)
            out->value_validity = duckdb_vector_get_validity(value);
        return;
    }
    out->elements = duckdb_vector_get_data(value);
    for (idx_t i = 0; i < ARRAY_COUNT(out->shares); i++)
        out->shares[i] =
            duckdb_vector_get_data(duckdb_struct_vector_get_child(rows, COL_SHARE + i));
}

static void reserve(struct unpack_output *out, size_t count)
{
    if (out->size + count <= out->cap)
        return;
    /* A full chunk of days is the usual case: room for it at once. */
    size_t cap = out->cap == 0 ? count * (size_t)duckdb_vector_size() : out->cap * 2;
    out->cap = cap > out->size + count ? cap : out->size + count;
    duckdb_list_vector_reserve(out->list, out->cap);
    find_columns(out);
}

static void set_value_null(struct unpack_output *out, size_t at)
{
    if (out->value_validity == NULL) {
        duckdb_vector rows = duckdb_list_vector_get_child(out->list);
        duckdb_vector value = duckdb_struct_vector_get_child(rows, COL_VALUE);
        duckdb_vector_ensure_validity_writable(value);
        out->value_validity = duckdb_vector_get_validity(value);
    }
    out->value_validity[at / 64] &= ~(UINT64_C(1) << (at % 64));
}

#define INLINE_TEXT(text)                                               \
    {                                                                   \
        .value.inlined = {.length = sizeof(text) - 1, .inlined = text } \
    }
static const duckdb_string_t measured = INLINE_TEXT("measured");
static const duckdb_string_t split = INLINE_TEXT("split");
static const duckdb_string_t missing = INLINE_TEXT("missing");

void unpack_output_begin_row(struct unpack_output *out, idx_t row)
{
    duckdb_list_entry *lists = duckdb_vector_get_data(out->list);
    lists[row].offset = out->size;
}

void unpack_output_end_row(struct unpack_output *out, idx_t row)
{
    duckdb_list_entry *lists = duckdb_vector_get_data(out->list);
    lists[row].length = out->size - lists[row].offset;
}

void unpack_output_end(struct unpack_output *out)
{
    duckdb_list_vector_set_size(out->list, out->size);
}

static void mark_missing(struct unpack_output *out, const struct unpack_input *input)
{
    for (size_t i = 0; i < input->count; i++) {
        if (!unpack_input_is_null(input, i))
            continue;
        out->qualities[out->size + i] = missing;
        if (out->form != UNPACK_ANY)
            set_value_null(out, out->size + i);
    }
}

static void plain_elements(struct unpack_output *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out->elements[out->size + i] = (int32_t)i + 1;
        out->shares[0][out->size + i] = 0;
        out->shares[1][out->size + i] = 1;
        out->shares[2][out->size + i] = 1;
    }
}

void unpack_output_plain(struct unpack_output *out, const struct unpack_input *input,
                         int64_t local_us, int64_t offset_us, int64_t resolution_us)
{
    reserve(out, input->count);
    int64_t *starts = out->starts + out->size, *ends = out->ends + out->size;
    int64_t *locals = out->locals + out->size;
    duckdb_string_t *qualities = out->qualities + out->size;
    for (size_t i = 0; i < input->count; i++) {
        int64_t local = local_us + (int64_t)i * resolution_us;
        starts[i] = local - offset_us;
        ends[i] = local - offset_us + resolution_us;
        locals[i] = local;
        qualities[i] = measured;
    }
    if (out->form == UNPACK_ANY)
        plain_elements(out, input->count);
    else if (!input->is_null)
        memcpy(out->values + out->size, (const int64_t *)input->data + input->first,
               input->count * sizeof(out->values[0]));
    if (input->is_null || input->validity != NULL)
        mark_missing(out, input);
    out->size += input->count;
}

static void put_value(struct unpack_output *out, size_t at, const struct unpack_input *input,
                      const struct local_slot *slot)
{
    size_t element = input->first + (size_t)slot->element;
    if (out->form == UNPACK_BIGINT)
        out->values[at] = share_of_i64(((const int64_t *)input->data)[element], slot->share_from,
                                       slot->share_to, slot->share_of);
    else
        ((double *)out->values)[at] =
            share_of_f64(((const double *)input->data)[element], slot->share_from, slot->share_to,
                         slot->share_of);
}

static void put_share(struct unpack_output *out, size_t at, const struct local_slot *slot)
{
    out->elements[at] = slot->element + 1;
    out->shares[0][at] = slot->share_from;
    out->shares[1][at] = slot->share_to;
    out->shares[2][at] = slot->share_of;
}

void unpack_output_slots(struct unpack_output *out, const struct unpack_input *input,
                         const struct local_day *day, bool is_mean)
{
    reserve(out, day->count);
    for (size_t i = 0; i < day->count; i++) {
        struct local_slot slot = day->slots[i];
        size_t at = out->size++;
        bool is_split = slot.share_to - slot.share_from < slot.share_of;
        bool is_null = unpack_input_is_null(input, (size_t)slot.element);
        if (is_mean) {
            slot.share_from = 0;
            slot.share_to = slot.share_of;
        }
        out->starts[at] = slot.start_us;
        out->ends[at] = slot.end_us;
        out->locals[at] = slot.local_us;
        out->qualities[at] = is_null ? missing : is_split ? split : measured;
        if (out->form == UNPACK_ANY)
            put_share(out, at, &slot);
        else if (is_null)
            set_value_null(out, at);
        else
            put_value(out, at, input, &slot);
    }
}
