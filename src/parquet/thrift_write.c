/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/thrift_write.h"

void thrift_out_init(struct thrift_out *out, struct write_buffer *buffer, struct err *err)
{
    out->buffer = buffer;
    out->err = err;
    out->last_field[0] = 0;
    out->depth = 0;
    out->is_failed = false;
}

static bool has_room(struct thrift_out *out, size_t bytes)
{
    if (!out->is_failed && write_buffer_reserve(out->buffer, bytes, out->err) != 0)
        out->is_failed = true;
    return !out->is_failed;
}

static void put_byte(struct thrift_out *out, unsigned byte)
{
    if (has_room(out, 1))
        out->buffer->data[out->buffer->len++] = (uint8_t)byte;
}

static void put_varint(struct thrift_out *out, uint64_t value)
{
    if (!has_room(out, 10))
        return;
    uint8_t *to = out->buffer->data + out->buffer->len;
    while (value >= 0x80) {
        *to++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *to++ = (uint8_t)value;
    out->buffer->len = (size_t)(to - out->buffer->data);
}

static uint64_t zigzag(int64_t value)
{
    return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

static void put_field(struct thrift_out *out, int field, enum thrift_type type)
{
    int delta = field - out->last_field[out->depth];
    if (delta > 0 && delta <= 15) {
        put_byte(out, (unsigned)delta << 4 | type);
    } else {
        put_byte(out, type);
        put_varint(out, zigzag(field));
    }
    out->last_field[out->depth] = (int16_t)field;
}

static void put_binary(struct thrift_out *out, const void *data, size_t len)
{
    put_varint(out, len);
    if (!has_room(out, len) || len == 0)
        return;
    memcpy(out->buffer->data + out->buffer->len, data, len);
    out->buffer->len += len;
}

static void open_struct(struct thrift_out *out)
{
    if (out->depth + 1 == THRIFT_DEPTH) {
        if (!out->is_failed)
            (void)err_set(out->err, ERR_INTERNAL, "thrift structs are nested too deeply");
        out->is_failed = true;
        return;
    }
    out->last_field[++out->depth] = 0;
}

void thrift_bool(struct thrift_out *out, int field, bool value)
{
    put_field(out, field, value ? THRIFT_TRUE : THRIFT_FALSE);
}

void thrift_byte(struct thrift_out *out, int field, int8_t value)
{
    put_field(out, field, THRIFT_BYTE);
    put_byte(out, (uint8_t)value);
}

void thrift_i16(struct thrift_out *out, int field, int16_t value)
{
    put_field(out, field, THRIFT_I16);
    put_varint(out, zigzag(value));
}

void thrift_i32(struct thrift_out *out, int field, int32_t value)
{
    put_field(out, field, THRIFT_I32);
    put_varint(out, zigzag(value));
}

void thrift_i64(struct thrift_out *out, int field, int64_t value)
{
    put_field(out, field, THRIFT_I64);
    put_varint(out, zigzag(value));
}

void thrift_binary(struct thrift_out *out, int field, const void *data, size_t len)
{
    put_field(out, field, THRIFT_BINARY);
    put_binary(out, data, len);
}

void thrift_text(struct thrift_out *out, int field, const char *text)
{
    thrift_binary(out, field, text, strlen(text));
}

void thrift_struct_begin(struct thrift_out *out, int field)
{
    put_field(out, field, THRIFT_STRUCT);
    open_struct(out);
}

void thrift_struct_end(struct thrift_out *out)
{
    put_byte(out, 0);
    out->depth -= out->depth > 0;
}

void thrift_list(struct thrift_out *out, int field, enum thrift_type type, size_t count)
{
    put_field(out, field, THRIFT_LIST);
    if (count < 15) {
        put_byte(out, (unsigned)count << 4 | type);
    } else {
        put_byte(out, 0xf0u | type);
        put_varint(out, count);
    }
}

void thrift_item_bool(struct thrift_out *out, bool value)
{
    put_byte(out, value ? THRIFT_TRUE : THRIFT_FALSE);
}

void thrift_item_int(struct thrift_out *out, int64_t value)
{
    put_varint(out, zigzag(value));
}

void thrift_item_binary(struct thrift_out *out, const void *data, size_t len)
{
    put_binary(out, data, len);
}

void thrift_item_struct(struct thrift_out *out)
{
    open_struct(out);
}
