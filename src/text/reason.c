/* SPDX-License-Identifier: Apache-2.0 */
#include "text/convert.h"
#include "text/utf8.h"

#include <ctype.h>
#include <string.h>

#define SHOWN_BYTES 60

struct shown { /* what a message says of a field */
    char text[SHOWN_BYTES + 8];
};

static struct shown show(const struct text_field *field)
{
    struct shown shown;
    int len = utf8_prefix(field->text, field->len, SHOWN_BYTES);
    snprintf(shown.text, sizeof(shown.text), "%.*s%s", len, field->text,
             (size_t)len < field->len ? "…" : "");
    return shown;
}

static bool has_char(const struct text_field *field, const char *chars)
{
    for (size_t i = 0; i < field->len; i++)
        if (strchr(chars, field->text[i]))
            return true;
    return false;
}

/* Why text that is no number looks like one. */
static const char *why_no_number(const struct text_field *field, struct text_marks marks)
{
    struct text_number number;
    const char *text = field->text;
    size_t len = field->len, sign = len > 0 && (text[0] == '-' || text[0] == '+');
    if (len == 0)
        return "is empty";
    if (isspace((unsigned char)text[0]) || isspace((unsigned char)text[len - 1]))
        return "has a blank before or after it";
    if (text_number(text, len, marks.decimal == ',' ? '.' : ',', true, &number))
        return marks.decimal == ','
                   ? "has a decimal point where the file has decimal commas"
                   : "has a comma (a decimal comma or a mark of thousands must be declared)";
    if (len > sign + 1 && text[sign] == '0' && isdigit((unsigned char)text[sign + 1]))
        return "has a leading zero";
    if (text[0] == '+' && text_number(text + 1, len - 1, marks.decimal, true, &number))
        return "has a plus sign";
    if (text_number(text, len, marks.decimal, true, &number))
        return "is written as no number is printed";
    return "is not a number";
}

static const char *why_no_integer(const struct text_number *number)
{
    if (number->has_exponent)
        return "has an exponent";
    if (number->fraction_len > 0)
        return "has a fraction";
    return number->is_negative && number->whole[0] == '0' ? "is a negative zero"
                                                          : "is out of range";
}

static const char *why_no_decimal(const struct text_type *type, const struct text_number *number)
{
    if (number->has_exponent)
        return "has an exponent";
    if (number->fraction_len > (size_t)type->scale)
        return "has more digits after the point";
    if (number->whole_len > (size_t)(type->width - type->scale))
        return "has more digits before the point";
    return "is a negative zero";
}

static const char *why_no_kind_of_number(const struct text_type *type,
                                         const struct text_field *field, struct text_marks marks)
{
    struct text_number number;
    char plain[TEXT_MAX_NUMBER_CHARS];
    bool is_real = type->kind == TEXT_DOUBLE || type->kind == TEXT_FLOAT;
    if (!text_field_number(field, marks, is_real, plain, &number) &&
        !text_field_number(field, (struct text_marks){.decimal = marks.decimal}, true, plain,
                           &number))
        return marks.thousands && has_char(field, (char[]){marks.thousands, '\0'})
                   ? "has marks of thousands that do not part groups of three digits"
                   : why_no_number(field, text_field_marks(field, marks));
    if (is_real)
        return "has digits that a floating number does not keep";
    return type->kind == TEXT_DECIMAL ? why_no_decimal(type, &number) : why_no_integer(&number);
}

/* YYYY-MM-DD by its look. */
static bool is_like_date(const struct text_field *field)
{
    static const char pattern[] = "0000-00-00";
    if (field->len < 10)
        return false;
    for (size_t i = 0; i < 10; i++)
        if (pattern[i] == '0' ? !isdigit((unsigned char)field->text[i]) : field->text[i] != '-')
            return false;
    return true;
}

static const char *why_no_local(const struct text_type *type, int64_t us)
{
    switch (text_local_to_instant(type->zone, &us)) {
    case LOCAL_GAP:
        return "does not exist there: the clock was set forward over it";
    case LOCAL_OVERLAP:
        return "was there twice: the clock was set back over it";
    default:
        return "is no instant";
    }
}

/* A timestamp but for its offset, which leads out of the years that there are. */
static bool is_out_of_years(const struct text_field *field)
{
    int64_t us;
    bool has_offset;
    size_t len = field->len;
    while (len > 16 && !strchr("+-", field->text[len - 1]))
        len--;
    return len > 16 && text_timestamp(field->text, len - 1, &us, &has_offset) && !has_offset;
}

/* Nanoseconds: a moment, were its digits after the sixth not there. */
static bool has_long_fraction(const struct text_field *field)
{
    char copy[40];
    int64_t us;
    bool has_offset;
    const char *point = memchr(field->text, '.', field->len);
    if (point == NULL || field->len >= sizeof(copy))
        return false;
    size_t kept = (size_t)(point - field->text) + 7;
    size_t rest = kept;
    while (rest < field->len && isdigit((unsigned char)field->text[rest]))
        rest++;
    if (rest == kept || kept >= field->len)
        return false;
    memcpy(copy, field->text, kept);
    memcpy(copy + kept, field->text + rest, field->len - rest);
    return text_timestamp(copy, kept + field->len - rest, &us, &has_offset);
}

static const char *why_no_moment(const struct text_type *type, const struct text_field *field)
{
    int32_t days;
    int64_t us;
    bool has_offset, is_date = text_date(field->text, field->len, &days);
    if (type->format) {
        if (!text_by_format(field->text, field->len, type->format, &us, &has_offset))
            return "is not as the declared format says, or does not exist";
        return type->zone ? why_no_local(type, us) : "has no offset, and no timezone is declared";
    }
    bool is_timestamp = text_timestamp(field->text, field->len, &us, &has_offset);
    if (type->kind == TEXT_DATE && is_timestamp)
        return "has a time of day";
    if (type->kind == TEXT_TIME)
        return is_timestamp ? "has a date" : "is not hh:mm:ss";
    if (type->kind != TEXT_DATE && is_date)
        return "has no time of day";
    if (is_timestamp && type->kind == TEXT_TIMESTAMP)
        return "has an offset";
    if (is_timestamp)
        return type->zone ? why_no_local(type, us) : "has no offset, and no timezone is declared";
    if (type->kind == TEXT_TIMESTAMPTZ && is_out_of_years(field))
        return "is not within the years 1 to 9999 of UTC, or has a wrong offset";
    if (has_long_fraction(field))
        return "has more than six digits of a second";
    if (is_like_date(field) && !text_date(field->text, 10, &days))
        return "does not exist";
    return type->kind == TEXT_DATE ? "is not YYYY-MM-DD" : "is not YYYY-MM-DD hh:mm:ss";
}

static const char *why(const struct text_type *type, const struct text_field *field,
                       struct text_marks marks)
{
    if (field->token == TOKEN_NESTED)
        return "is an object or a list";
    switch (type->kind) {
    case TEXT_BOOLEAN:
        return "is neither true nor false";
    case TEXT_UUID:
        return "is not 8-4-4-4-12 hexadecimal digits";
    case TEXT_BLOB:
        return "has bytes other than printable ASCII and \\xHH";
    case TEXT_VARCHAR:
        return "is too long";
    case TEXT_DATE:
    case TEXT_TIMESTAMP:
    case TEXT_TIMESTAMPTZ:
    case TEXT_TIME:
        return field->token >= TOKEN_TRUTH ? "is true or false" : why_no_moment(type, field);
    default:
        return field->token >= TOKEN_TRUTH ? "is true or false"
                                           : why_no_kind_of_number(type, field, marks);
    }
}

void text_reason(const struct text_type *type, const struct text_field *field,
                 struct text_marks marks, char *buffer, size_t size)
{
    char name[32], nested[200];
    struct shown shown = show(field);
    if (type->kind == TEXT_OTHER) {
        text_nested(type->sql, field->text, field->len, NULL, nested, sizeof(nested));
        snprintf(buffer, size, "is no %.80s: %s", type->sql, *nested ? nested : "does not fit");
        return;
    }
    const char *reason = why(type, field, marks);
    if (type->zone && type->kind == TEXT_TIMESTAMPTZ)
        snprintf(buffer, size, "is no time of %s: %s %s", type->zone->name, shown.text, reason);
    else
        snprintf(buffer, size, "is no %s: %s%s%s", text_type_sql(type, name),
                 field->len ? shown.text : "", field->len ? " " : "it ", reason);
}
