/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/thrift_read.h"

#define DEPTH_MAX 32

void thrift_read_init(struct thrift_reader *in, const void *data, size_t len)
{
    *in = (struct thrift_reader){.at = data, .end = (const uint8_t *)data + len};
}

void thrift_read_fail(struct thrift_reader *in, const char *fault)
{
    if (in->fault == NULL)
        in->fault = fault;
    in->at = in->end;
}

static void fail_short(struct thrift_reader *in)
{
    if (in->fault == NULL)
        in->is_short = true;
    thrift_read_fail(in, "it ends in the middle of a value");
}

static uint8_t read_byte(struct thrift_reader *in)
{
    if (in->at == in->end) {
        fail_short(in);
        return 0;
    }
    return *in->at++;
}

static uint64_t read_varint(struct thrift_reader *in)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = read_byte(in);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return value;
    }
    thrift_read_fail(in, "a number is longer than 10 bytes");
    return 0;
}

static int64_t read_zigzag(struct thrift_reader *in)
{
    uint64_t value = read_varint(in);
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static struct parquet_bytes read_binary(struct thrift_reader *in)
{
    uint64_t len = read_varint(in);
    if (len > (uint64_t)(in->end - in->at)) {
        fail_short(in);
        return (struct parquet_bytes){0};
    }
    struct parquet_bytes bytes = {.data = in->at, .len = (uint32_t)len};
    in->at += len;
    return bytes;
}

bool thrift_read_next(struct thrift_reader *in, struct thrift_field *field)
{
    uint8_t head = read_byte(in);
    if (in->fault != NULL || (head & 0x0f) == THRIFT_STOP)
        return false;
    int64_t id = head >> 4 != 0 ? field->id + (head >> 4) : read_zigzag(in);
    if (id < INT16_MIN || id > INT16_MAX || (head & 0x0f) > THRIFT_STRUCT) {
        thrift_read_fail(in, "a field has a number or a type that cannot be");
        return false;
    }
    field->id = (int32_t)id;
    field->type = (enum thrift_type)(head & 0x0f);
    return in->fault == NULL;
}

static bool want(struct thrift_reader *in, bool is_right)
{
    if (!is_right)
        thrift_read_fail(in, "a field has another type than the format says");
    return in->fault == NULL;
}

bool thrift_read_bool(struct thrift_reader *in, const struct thrift_field *field)
{
    return want(in, field->type == THRIFT_TRUE || field->type == THRIFT_FALSE) &&
           field->type == THRIFT_TRUE;
}

int8_t thrift_read_byte(struct thrift_reader *in, const struct thrift_field *field)
{
    return want(in, field->type == THRIFT_BYTE) ? (int8_t)read_byte(in) : 0;
}

int32_t thrift_read_element_i32(struct thrift_reader *in)
{
    int64_t value = read_zigzag(in);
    if (value < INT32_MIN || value > INT32_MAX) {
        thrift_read_fail(in, "a number of 32 bits has more");
        return 0;
    }
    return (int32_t)value;
}

int32_t thrift_read_i32(struct thrift_reader *in, const struct thrift_field *field)
{
    return want(in, field->type == THRIFT_I32) ? thrift_read_element_i32(in) : 0;
}

int64_t thrift_read_i64(struct thrift_reader *in, const struct thrift_field *field)
{
    return want(in, field->type == THRIFT_I64) ? read_zigzag(in) : 0;
}

struct parquet_bytes thrift_read_element_binary(struct thrift_reader *in)
{
    return read_binary(in);
}

struct parquet_bytes thrift_read_binary(struct thrift_reader *in, const struct thrift_field *field)
{
    return want(in, field->type == THRIFT_BINARY) ? read_binary(in) : (struct parquet_bytes){0};
}

bool thrift_read_struct(struct thrift_reader *in, const struct thrift_field *field)
{
    return want(in, field->type == THRIFT_STRUCT);
}

static uint32_t read_list(struct thrift_reader *in, enum thrift_type *ret_element)
{
    uint8_t head = read_byte(in);
    uint64_t count = head >> 4;
    if (count == 15)
        count = read_varint(in);
    *ret_element = (enum thrift_type)(head & 0x0f);
    if (count > (uint64_t)(in->end - in->at)) { /* the smallest element has one byte */
        fail_short(in);
        return 0;
    }
    return (uint32_t)count;
}

uint32_t thrift_read_list(struct thrift_reader *in, const struct thrift_field *field,
                          enum thrift_type element)
{
    if (!want(in, field->type == THRIFT_LIST))
        return 0;
    enum thrift_type found = THRIFT_STOP;
    uint32_t count = read_list(in, &found);
    return count != 0 && !want(in, found == element) ? 0 : count;
}

static void skip_value(struct thrift_reader *in, enum thrift_type type, int depth);

/* In a collection a boolean has a byte of its own, so that every element has at least one. */
static void skip_element(struct thrift_reader *in, enum thrift_type type, int depth)
{
    if (type == THRIFT_TRUE || type == THRIFT_FALSE)
        (void)read_byte(in);
    else
        skip_value(in, type, depth);
}

static void skip_list(struct thrift_reader *in, int depth)
{
    enum thrift_type element = THRIFT_STOP;
    uint32_t count = read_list(in, &element);
    for (uint32_t i = 0; i < count && in->fault == NULL; i++)
        skip_element(in, element, depth);
}

static void skip_map(struct thrift_reader *in, int depth)
{
    uint64_t count = read_varint(in);
    if (count == 0)
        return;
    uint8_t types = read_byte(in);
    for (uint64_t i = 0; i < count && in->fault == NULL; i++) {
        skip_element(in, (enum thrift_type)(types >> 4), depth);
        skip_element(in, (enum thrift_type)(types & 0x0f), depth);
    }
}

static void skip_struct(struct thrift_reader *in, int depth)
{
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field))
        skip_value(in, field.type, depth);
}

static void skip_double(struct thrift_reader *in)
{
    if (in->end - in->at < 8)
        fail_short(in);
    else
        in->at += 8;
}

static void skip_value(struct thrift_reader *in, enum thrift_type type, int depth)
{
    if (depth >= DEPTH_MAX) {
        thrift_read_fail(in, "values are nested too deeply");
        return;
    }
    switch (type) {
    case THRIFT_TRUE:
    case THRIFT_FALSE:
        return;
    case THRIFT_BYTE:
        (void)read_byte(in);
        return;
    case THRIFT_I16:
    case THRIFT_I32:
    case THRIFT_I64:
        (void)read_varint(in);
        return;
    case THRIFT_DOUBLE:
        skip_double(in);
        return;
    case THRIFT_BINARY:
        (void)read_binary(in);
        return;
    case THRIFT_LIST:
    case THRIFT_SET:
        skip_list(in, depth + 1);
        return;
    case THRIFT_MAP:
        skip_map(in, depth + 1);
        return;
    case THRIFT_STRUCT:
        skip_struct(in, depth + 1);
        return;
    case THRIFT_STOP:
        break;
    }
    thrift_read_fail(in, "a value has a type that cannot be");
}

void thrift_read_skip(struct thrift_reader *in, const struct thrift_field *field)
{
    skip_value(in, field->type, 0);
}
