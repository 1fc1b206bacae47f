/* SPDX-License-Identifier: Apache-2.0 */
#include "base/instant.h"
#include "lake/internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* RFC 9562, version 7: 48 bits of milliseconds, then random bits. */
struct uuid uuid_make(int64_t time_us)
{
    unsigned char b[16];
    struct uuid uuid;
    if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
        for (size_t i = 0; i < sizeof(b); i++)
            b[i] = (unsigned char)(random() >> 8);
    uint64_t ms = (uint64_t)(time_us / 1000);
    for (int i = 0; i < 6; i++)
        b[i] = (unsigned char)(ms >> (40 - 8 * i));
    b[6] = (unsigned char)(0x70 | (b[6] & 0x0f));
    b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));
    snprintf(uuid.text, sizeof(uuid.text),
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
             b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
             b[15]);
    return uuid;
}

/* "2026-11-21 12:02:42.603265+00", as DuckLake writes times. */
char *snapshot_time_text(int64_t time_us, char *buffer)
{
    int64_t days = time_us / US_PER_DAY, of_day = time_us % US_PER_DAY;
    if (of_day < 0) {
        of_day += US_PER_DAY;
        days--;
    }
    int year, month, day;
    civil_from_days(days, &year, &month, &day);
    int64_t seconds = of_day / US_PER_SECOND;
    snprintf(buffer, 48, "%04d-%02d-%02d %02d:%02d:%02d.%06d+00", year, month, day,
             (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60),
             (int)(of_day % US_PER_SECOND));
    return buffer;
}

bool snapshot_time_parse(const char *text, int64_t *ret_us)
{
    return text != NULL && instant_parse(text, &zone_utc, ret_us, NULL) == 0;
}
