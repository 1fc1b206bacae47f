/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_THRIFT_WRITE_H
#define LEAT_PARQUET_THRIFT_WRITE_H

#include "parquet/thrift_read.h"
#include "parquet/write_buffer.h"

/*
 * Thrift's compact protocol
 * (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md), as far as
 * Parquet uses it. Fields are written in rising order. The first failure is kept in `is_failed`, and
 * later calls do nothing, so that callers look once, at the end.
 */
#define THRIFT_DEPTH 12

struct thrift_out {
    struct write_buffer *buffer;
    struct err *err;
    int16_t last_field[THRIFT_DEPTH]; /* of each open struct */
    int depth;
    bool is_failed;
};
/* The outermost struct is open after this; thrift_struct_end() closes it. */
void thrift_out_init(struct thrift_out *out, struct write_buffer *buffer, struct err *err);

void thrift_bool(struct thrift_out *out, int field, bool value);
void thrift_byte(struct thrift_out *out, int field, int8_t value);
void thrift_i16(struct thrift_out *out, int field, int16_t value);
void thrift_i32(struct thrift_out *out, int field, int32_t value);
void thrift_i64(struct thrift_out *out, int field, int64_t value);
void thrift_binary(struct thrift_out *out, int field, const void *data, size_t len);
void thrift_text(struct thrift_out *out, int field, const char *text);
void thrift_struct_begin(struct thrift_out *out, int field);
void thrift_struct_end(struct thrift_out *out);
/* `count` elements follow, by the calls below; elements that are structs end with _struct_end(). */
void thrift_list(struct thrift_out *out, int field, enum thrift_type type, size_t count);
void thrift_item_bool(struct thrift_out *out, bool value);
void thrift_item_int(struct thrift_out *out, int64_t value); /* I16, I32 or I64 */
void thrift_item_binary(struct thrift_out *out, const void *data, size_t len);
void thrift_item_struct(struct thrift_out *out);

#endif
