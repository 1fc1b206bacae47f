/* SPDX-License-Identifier: Apache-2.0 */
#include "base/instant.h"

#include <stdio.h>
#include <time.h>

/*
 * Both calendar functions are Howard Hinnant's, "chrono-Compatible Low-Level Date Algorithms"
 * (https://howardhinnant.github.io/date_algorithms.html): years start in March, so that the leap
 * day is the last one, and 400 years are an era of 146,097 days.
 */
int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void civil_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    *ret_day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *ret_month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2));
}

static int64_t clock_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;
}

int64_t now_us(void)
{
    return clock_us(CLOCK_REALTIME);
}

int64_t monotonic_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

char *instant_format(int64_t instant_us, char *buffer)
{
    int64_t of_day = instant_us % US_PER_DAY;
    if (of_day < 0)
        of_day += US_PER_DAY;
    int year, month, day;
    civil_from_days(instant_us / US_PER_DAY - (instant_us % US_PER_DAY < 0), &year, &month, &day);
    int seconds = (int)(of_day / US_PER_SECOND), fraction = (int)(of_day % US_PER_SECOND);
    int len = snprintf(buffer, 40, "%s%04d-%02d-%02dT%02d:%02d:%02d", year < 0 ? "-" : "",
                       year < 0 ? -year : year, month, day, seconds / 3600, seconds / 60 % 60,
                       seconds % 60);
    if (fraction != 0)
        len += snprintf(buffer + len, 40 - (size_t)len, ".%06d", fraction);
    snprintf(buffer + len, 40 - (size_t)len, "Z");
    return buffer;
}
