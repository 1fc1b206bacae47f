/* SPDX-License-Identifier: Apache-2.0 */
#include "base/instant.h"
#include "parquet/stats.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static int64_t signed_of(const struct bound *bound)
{
    if (bound->len == 4) {
        int32_t value;
        memcpy(&value, bound->data, 4);
        return value;
    }
    int64_t value;
    memcpy(&value, bound->data, 8);
    return value;
}

static uint64_t unsigned_of(const struct bound *bound)
{
    uint64_t value = 0;
    memcpy(&value, bound->data, bound->len == 4 ? 4 : 8);
    return value;
}

static __int128 decimal_of(const struct bound *bound, const struct parquet_node *node)
{
    if (node->type != PARQUET_FIXED_LEN_BYTE_ARRAY)
        return signed_of(bound);
    unsigned __int128 value = bound->data[0] & 0x80 ? ~(unsigned __int128)0 : 0;
    for (size_t i = 0; i < bound->len; i++)
        value = value << 8 | bound->data[i];
    return (__int128)value;
}

static const char *decimal_text(__int128 value, int scale, struct arena *arena)
{
    char text[64];
    char *at = text + sizeof(text);
    *--at = '\0';
    unsigned __int128 rest = value < 0 ? -(unsigned __int128)value : (unsigned __int128)value;
    for (int digit = 0; rest > 0 || digit <= scale; digit++, rest /= 10) {
        if (digit == scale && scale > 0)
            *--at = '.';
        *--at = (char)('0' + (int)(rest % 10));
    }
    if (value < 0)
        *--at = '-';
    return arena_strdup(arena, at);
}

/* The fewest digits that read back as the same number. */
static const char *float_text(double value, bool is_float, struct arena *arena)
{
    if (isinf(value))
        return value < 0 ? "-inf" : "inf";
    char text[40];
    for (int digits = is_float ? 6 : 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, value);
        if (is_float ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value)
            break;
    }
    bool is_whole = text[strspn(text, "-0123456789")] == '\0';
    return arena_printf(arena, "%s%s", text, is_whole ? ".0" : "");
}

static const char *date_text(int64_t days, struct arena *arena)
{
    int year, month, day;
    civil_from_days(days, &year, &month, &day);
    return year > 0 ? arena_printf(arena, "%04d-%02d-%02d", year, month, day)
                    : arena_printf(arena, "%04d-%02d-%02d (BC)", 1 - year, month, day);
}

static const char *clock_text(int64_t value, int64_t per_second, struct arena *arena)
{
    int64_t seconds = value / per_second, rest = value % per_second;
    char fraction[16] = "";
    if (rest > 0) {
        int digits = per_second == 1000 ? 3 : per_second == 1000000 ? 6 : 9;
        int len = snprintf(fraction, sizeof(fraction), ".%0*" PRId64, digits, rest);
        while (len > 1 && fraction[len - 1] == '0')
            fraction[--len] = '\0';
    }
    return arena_printf(arena, "%02d:%02d:%02d%s", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                        (int)(seconds % 60), fraction);
}

static int64_t units_per_second(enum parquet_unit unit)
{
    return unit == PARQUET_MILLIS ? 1000 : unit == PARQUET_MICROS ? 1000000 : 1000000000;
}

static const char *timestamp_text(int64_t value, const struct parquet_logical *logical,
                                  struct arena *arena)
{
    if (value == INT64_MAX || value == -INT64_MAX)
        return value < 0 ? "-infinity" : "infinity";
    int64_t per_second = units_per_second(logical->unit), per_day = 86400 * per_second;
    int64_t days = value / per_day - (value % per_day < 0);
    const char *date = date_text(days, arena);
    const char *clock = clock_text(value - days * per_day, per_second, arena);
    return arena_printf(arena, "%s %s%s", date, clock, logical->is_adjusted_to_utc ? "+00" : "");
}

static const char *binary_text(const struct bound *bound, struct arena *arena)
{
    char text[BOUND_BYTES * 2 + 1] = "";
    for (size_t i = 0; i < bound->len; i++)
        (void)snprintf(text + 2 * i, sizeof(text) - 2 * i, "%02X", bound->data[i]);
    return arena_strdup(arena, text);
}

static const char *uuid_text(const uint8_t *data, struct arena *arena)
{
    char text[37];
    size_t len = 0;
    for (int i = 0; i < 16; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%02x",
                                i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", data[i]);
    return arena_strdup(arena, text);
}

static const char *plain_text(const struct bound *bound, const struct parquet_node *node,
                              struct arena *arena)
{
    float single;
    double number;
    switch (node->type) {
    case PARQUET_BOOLEAN:
        return bound->data[0] ? "1" : "0";
    case PARQUET_FLOAT:
        memcpy(&single, bound->data, 4);
        return float_text((double)single, true, arena);
    case PARQUET_DOUBLE:
        memcpy(&number, bound->data, 8);
        return float_text(number, false, arena);
    case PARQUET_INT32:
    case PARQUET_INT64:
        return arena_printf(arena, "%" PRId64, signed_of(bound));
    default:
        return binary_text(bound, arena);
    }
}

const char *bound_text(const struct bound *bound, const struct parquet_node *node,
                       struct arena *arena)
{
    if (!bound->is_known)
        return NULL;
    const struct parquet_logical *logical = &node->logical;
    switch (logical->kind) {
    case PARQUET_LOGICAL_STRING:
        return memchr(bound->data, '\0', bound->len) != NULL
                   ? NULL
                   : arena_strndup(arena, (const char *)bound->data, bound->len);
    case PARQUET_LOGICAL_DECIMAL:
        return decimal_text(decimal_of(bound, node), logical->scale, arena);
    case PARQUET_LOGICAL_DATE:
        return llabs(signed_of(bound)) == INT32_MAX
                   ? (signed_of(bound) < 0 ? "-infinity" : "infinity")
                   : date_text(signed_of(bound), arena);
    case PARQUET_LOGICAL_TIME:
        return clock_text(signed_of(bound), units_per_second(logical->unit), arena);
    case PARQUET_LOGICAL_TIMESTAMP:
        return timestamp_text(signed_of(bound), logical, arena);
    case PARQUET_LOGICAL_INTEGER:
        return logical->is_signed ? plain_text(bound, node, arena)
                                  : arena_printf(arena, "%" PRIu64, unsigned_of(bound));
    case PARQUET_LOGICAL_UUID:
        return uuid_text(bound->data, arena);
    default:
        return plain_text(bound, node, arena);
    }
}
