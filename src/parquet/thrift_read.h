/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_THRIFT_READ_H
#define LEAT_PARQUET_THRIFT_READ_H

#include "parquet/format.h"

/*
 * Reads Thrift's compact protocol from bytes nobody vouches for. Faults stick: the first one is
 * kept, everything after it reads as nothing, and the caller looks at `fault` once, at the end.
 *
 *     struct thrift_field field = {0};
 *     while (thrift_read_next(&in, &field))
 *         switch (field.id) {
 *         case 1: version = thrift_read_i32(&in, &field); break;
 *         default: thrift_read_skip(&in, &field);
 *         }
 */
enum thrift_type {
    THRIFT_STOP = 0,
    THRIFT_TRUE = 1,
    THRIFT_FALSE = 2,
    THRIFT_BYTE = 3,
    THRIFT_I16 = 4,
    THRIFT_I32 = 5,
    THRIFT_I64 = 6,
    THRIFT_DOUBLE = 7,
    THRIFT_BINARY = 8,
    THRIFT_LIST = 9,
    THRIFT_SET = 10,
    THRIFT_MAP = 11,
    THRIFT_STRUCT = 12
};

struct thrift_reader {
    const uint8_t *at, *end;
    const char *fault; /* NULL: none yet */
    bool is_short;     /* the fault is that the bytes ended */
};
struct thrift_field {
    int32_t id;
    enum thrift_type type;
};

void thrift_read_init(struct thrift_reader *in, const void *data, size_t len);
/* The struct's next field; false at its end or at a fault. Start with a zeroed field. */
bool thrift_read_next(struct thrift_reader *in, struct thrift_field *field);
/* The value of a field; one of another type is a fault. */
bool thrift_read_bool(struct thrift_reader *in, const struct thrift_field *field);
int8_t thrift_read_byte(struct thrift_reader *in, const struct thrift_field *field);
int32_t thrift_read_i32(struct thrift_reader *in, const struct thrift_field *field);
int64_t thrift_read_i64(struct thrift_reader *in, const struct thrift_field *field);
struct parquet_bytes thrift_read_binary(struct thrift_reader *in, const struct thrift_field *field);
/* Enters a struct, whose fields follow; false is a fault. */
bool thrift_read_struct(struct thrift_reader *in, const struct thrift_field *field);
/* Enters a list; its length is at most the bytes left. Elements of another type are a fault. */
uint32_t thrift_read_list(struct thrift_reader *in, const struct thrift_field *field,
                          enum thrift_type element);
/* One element of a list of I32 or BINARY. */
int32_t thrift_read_element_i32(struct thrift_reader *in);
struct parquet_bytes thrift_read_element_binary(struct thrift_reader *in);
void thrift_read_skip(struct thrift_reader *in, const struct thrift_field *field);
void thrift_read_fail(struct thrift_reader *in, const char *fault);

#endif
