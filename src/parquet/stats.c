/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/stats.h"

#include "base/str.h"

static int compare_bytes(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* Two's complement of one length: only the sign changes the order of the bytes. */
static int compare_decimal(const uint8_t *a, const uint8_t *b, size_t len)
{
    if ((a[0] ^ b[0]) & 0x80)
        return a[0] & 0x80 ? -1 : 1;
    return memcmp(a, b, len);
}

/* Values at i and j of `data` by their type. */
#define COMPARE(type, a, b)                            \
    __extension__({                                    \
        type left_, right_;                            \
        memcpy(&left_, (a), sizeof(left_));            \
        memcpy(&right_, (b), sizeof(right_));          \
        (int)(left_ > right_) - (int)(left_ < right_); \
    })

int bound_compare(enum value_order order, const struct bound *a, const struct bound *b)
{
    switch (order) {
    case ORDER_BOOL:
        return COMPARE(uint8_t, a->data, b->data);
    case ORDER_INT32:
        return COMPARE(int32_t, a->data, b->data);
    case ORDER_UINT32:
        return COMPARE(uint32_t, a->data, b->data);
    case ORDER_INT64:
        return COMPARE(int64_t, a->data, b->data);
    case ORDER_UINT64:
        return COMPARE(uint64_t, a->data, b->data);
    case ORDER_FLOAT:
        return COMPARE(float, a->data, b->data);
    case ORDER_DOUBLE:
        return COMPARE(double, a->data, b->data);
    case ORDER_DECIMAL:
        return compare_decimal(a->data, b->data, a->len);
    case ORDER_BYTES:
    case ORDER_TEXT:
        break;
    }
    return compare_bytes(a->data, a->len, b->data, b->len);
}

static void set_fixed(struct bound *bound, const void *data, size_t len)
{
    memcpy(bound->data, data, len);
    bound->len = (uint8_t)len;
    bound->is_known = bound->is_exact = true;
}

/* Loops that the compiler can turn into vector code; `values` is aligned by its buffer. */
#define INTEGER_BOUNDS(type)                                           \
    do {                                                               \
        const type *items_ = (const type *)(const void *)values->data; \
        type min_ = items_[0], max_ = items_[0];                       \
        for (size_t i = 1; i < values->count; i++) {                   \
            min_ = items_[i] < min_ ? items_[i] : min_;                \
            max_ = items_[i] > max_ ? items_[i] : max_;                \
        }                                                              \
        set_fixed(&ret_bounds->min, &min_, sizeof(min_));              \
        set_fixed(&ret_bounds->max, &max_, sizeof(max_));              \
    } while (0)

/* A NaN is in no comparison; with nothing else there is no bound. */
#define FLOAT_BOUNDS(type, infinity)                                   \
    do {                                                               \
        const type *items_ = (const type *)(const void *)values->data; \
        type min_ = (infinity), max_ = -(infinity);                    \
        size_t nans_ = 0;                                              \
        for (size_t i = 0; i < values->count; i++) {                   \
            min_ = items_[i] < min_ ? items_[i] : min_;                \
            max_ = items_[i] > max_ ? items_[i] : max_;                \
            nans_ += items_[i] != items_[i];                           \
        }                                                              \
        ret_bounds->has_nan = nans_ > 0;                               \
        if (nans_ == values->count)                                    \
            break;                                                     \
        min_ = min_ == 0 ? (type)-0.0 : min_;                          \
        max_ = max_ == 0 ? (type)0.0 : max_;                           \
        set_fixed(&ret_bounds->min, &min_, sizeof(min_));              \
        set_fixed(&ret_bounds->max, &max_, sizeof(max_));              \
    } while (0)

/* The first byte of the character that holds byte `at`, or `at` where it is no UTF-8. */
static size_t character_start(const uint8_t *data, size_t at)
{
    size_t start = at;
    while (start > 0 && at - start < 3 && (data[start] & 0xc0) == 0x80)
        start--;
    return (data[start] & 0xc0) == 0x80 ? at : start;
}

/* Raises the last character by one; the new one's bytes sort after the old one's. 0: there is none. */
static size_t raise_character(uint8_t *data, size_t start, size_t end)
{
    uint32_t code = data[start];
    size_t len = end - start;
    if (len > 1)
        code &= 0xffu >> (len + 1);
    for (size_t i = start + 1; i < end; i++)
        code = code << 6 | (data[i] & 0x3fu);
    code = code + 1 == 0xd800 ? 0xe000 : code + 1;
    if (code > 0x10ffff)
        return 0;
    len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, code >>= 6)
        data[start + i] = (uint8_t)(0x80 | (code & 0x3f));
    static const uint8_t lead[] = {0, 0x00, 0xc0, 0xe0, 0xf0};
    data[start] = (uint8_t)(lead[len] | code);
    return start + len;
}

static size_t raise_last(uint8_t *data, size_t len, bool is_text)
{
    while (len > 0) {
        size_t start = is_text ? character_start(data, len - 1) : len - 1;
        if (is_text) {
            size_t raised = raise_character(data, start, len);
            if (raised > 0)
                return raised;
        } else if (data[start] != 0xff) {
            data[start]++;
            return len;
        }
        len = start;
    }
    return 0;
}

static void set_bytes(struct bound *bound, const uint8_t *data, size_t len, bool is_text,
                      bool is_max)
{
    size_t cut = len;
    bound->is_known = bound->is_exact = true;
    if (len > BOUND_CUT_BYTES) {
        cut = is_text ? character_start(data, BOUND_CUT_BYTES) : BOUND_CUT_BYTES;
        bound->is_exact = false;
    }
    memcpy(bound->data, data, cut);
    if (cut < len && is_max) {
        cut = raise_last(bound->data, cut, is_text);
        bound->is_known = cut > 0 && compare_bytes(bound->data, cut, data, len) > 0;
        bound->is_open = !bound->is_known;
    }
    bound->len = (uint8_t)cut;
}

struct extremes {
    const uint8_t *min, *max;
    size_t min_len, max_len;
};

static void extremes_add(struct extremes *extremes, enum value_order order, const uint8_t *data,
                         size_t len)
{
    if (extremes->min == NULL) {
        *extremes = (struct extremes){data, data, len, len};
        return;
    }
    bool is_decimal = order == ORDER_DECIMAL;
    if ((is_decimal ? compare_decimal(data, extremes->min, len)
                    : compare_bytes(data, len, extremes->min, extremes->min_len)) < 0) {
        extremes->min = data;
        extremes->min_len = len;
    } else if ((is_decimal ? compare_decimal(data, extremes->max, len)
                           : compare_bytes(data, len, extremes->max, extremes->max_len)) > 0) {
        extremes->max = data;
        extremes->max_len = len;
    }
}

static void set_extremes(struct bounds *bounds, const struct extremes *extremes,
                         enum value_order order)
{
    if (extremes->min == NULL)
        return;
    set_bytes(&bounds->min, extremes->min, extremes->min_len, order == ORDER_TEXT, false);
    set_bytes(&bounds->max, extremes->max, extremes->max_len, order == ORDER_TEXT, true);
}

static void byte_bounds(enum value_order order, const struct value_view *values,
                        struct bounds *ret_bounds)
{
    struct extremes extremes = {0};
    uint32_t begin = values->begin;
    for (size_t i = 0; i < values->count; i++) {
        if (values->ends == NULL) {
            extremes_add(&extremes, order, values->data + i * values->width, values->width);
        } else {
            extremes_add(&extremes, order, values->data + begin, values->ends[i] - begin);
            begin = values->ends[i];
        }
    }
    set_extremes(ret_bounds, &extremes, order);
}

static void clear_bounds(struct bounds *bounds)
{
    bounds->has_nan = false;
    bounds->min.len = bounds->max.len = 0;
    bounds->min.is_known = bounds->min.is_exact = bounds->min.is_open = false;
    bounds->max.is_known = bounds->max.is_exact = bounds->max.is_open = false;
}

void bounds_of(enum value_order order, const struct value_view *values, struct bounds *ret_bounds)
{
    clear_bounds(ret_bounds);
    if (values->count == 0)
        return;
    switch (order) {
    case ORDER_BOOL:
        INTEGER_BOUNDS(uint8_t);
        break;
    case ORDER_INT32:
        INTEGER_BOUNDS(int32_t);
        break;
    case ORDER_UINT32:
        INTEGER_BOUNDS(uint32_t);
        break;
    case ORDER_INT64:
        INTEGER_BOUNDS(int64_t);
        break;
    case ORDER_UINT64:
        INTEGER_BOUNDS(uint64_t);
        break;
    case ORDER_FLOAT:
        FLOAT_BOUNDS(float, __builtin_inff());
        break;
    case ORDER_DOUBLE:
        FLOAT_BOUNDS(double, __builtin_inf());
        break;
    case ORDER_BYTES:
    case ORDER_TEXT:
    case ORDER_DECIMAL:
        byte_bounds(order, values, ret_bounds);
        break;
    }
}

void bounds_of_dictionary(enum value_order order, const struct dictionary *dictionary, size_t width,
                          struct bounds *ret_bounds)
{
    struct value_view view = {
        .data = dictionary->entries.data, .width = width, .count = dictionary->count};
    if (width > 0) {
        bounds_of(order, &view, ret_bounds);
        return;
    }
    clear_bounds(ret_bounds);
    struct extremes extremes = {0};
    const uint8_t *at = dictionary->entries.data;
    for (size_t i = 0; i < dictionary->count; i++) {
        uint32_t len;
        memcpy(&len, at, 4);
        extremes_add(&extremes, order, at + 4, len);
        at += 4 + (size_t)len;
    }
    set_extremes(ret_bounds, &extremes, order);
}

static void merge_bound(enum value_order order, struct bound *bound, const struct bound *more,
                        int sign)
{
    if (bound->is_open || more->is_open) {
        bound->is_known = false;
        bound->is_open = true;
    } else if (more->is_known &&
               (!bound->is_known || sign * bound_compare(order, more, bound) > 0)) {
        *bound = *more;
    }
}

void bounds_merge(enum value_order order, struct bounds *bounds, const struct bounds *more)
{
    bounds->has_nan |= more->has_nan;
    merge_bound(order, &bounds->min, &more->min, -1);
    merge_bound(order, &bounds->max, &more->max, 1);
}
