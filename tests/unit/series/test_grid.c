/* SPDX-License-Identifier: Apache-2.0 */
#include "series/grid.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define HOUR INT64_C(3600)
#define SERIES 4
#define BUCKETS 720

/* What was taken: cells by hour, as text for numbers' sake: NAN is null. */
struct taken {
    size_t frames;
    int64_t start_us[64];
    double value[64][SERIES][BUCKETS];
    bool carried[64][SERIES][BUCKETS];
    struct grid_cells cells[64][SERIES];
    const char *text[64][BUCKETS]; /* of series 3 */
};

static bool bit(const uint64_t *bits, size_t at)
{
    return bits[at / 64] >> (at % 64) & 1;
}

static int take(void *context, const struct grid_frame *frame, struct err *err)
{
    (void)err;
    struct taken *taken = context;
    size_t f = taken->frames++;
    assert_true(f < 64);
    taken->start_us[f] = frame->start_us;
    for (size_t s = 0; s < SERIES; s++) {
        const struct grid_cells *cells = &frame->cells[s];
        taken->cells[f][s] = *cells;
        for (size_t b = 0; b < frame->bucket_count && b < BUCKETS; b++) {
            bool is_carried = cells->values != NULL && bit(cells->carried, b);
            bool has = cells->values != NULL && (bit(cells->measured, b) || is_carried);
            taken->value[f][s][b] = has && s < 3 ? cells->values[b].number : NAN;
            taken->carried[f][s][b] = is_carried;
            if (s == 3)
                taken->text[f][b] = has ? cells->values[b].text : NULL;
        }
    }
    return 0;
}

static const struct grid_series all_series[SERIES] = {
    {.key = 0, .column = 0},
    {.key = 0, .column = 1},
    {.key = 1, .column = 0, .method = GRID_MAX},
    {.key = 1, .column = 1, .method = GRID_LAST, .is_text = true}};

static struct grid_spec spec_of(int64_t tick_us, int64_t max_gap_s)
{
    return (struct grid_spec){.zone = &zone_utc,
                              .every_us = 5 * US_PER_SECOND,
                              .tick_us = tick_us,
                              .max_gap_us = max_gap_s * US_PER_SECOND,
                              .series = all_series,
                              .series_count = SERIES};
}

static struct grid *open_grid(int64_t tick_us, int64_t max_gap_s)
{
    struct grid *grid = NULL;
    struct grid_spec spec = spec_of(tick_us, max_gap_s);
    assert_int_equal(grid_new(&spec, NULL, &grid, NULL), 0);
    return grid;
}

static void add(struct grid *grid, int64_t tick, uint32_t series, double number)
{
    union grid_value value = {.number = number};
    struct grid_samples samples = {&tick, &series, &value, 1};
    assert_int_equal(grid_add(grid, &samples, NULL), 0);
}

static void add_text(struct grid *grid, int64_t tick, const char *text)
{
    uint32_t series = 3;
    union grid_value value = {.text = text};
    struct grid_samples samples = {&tick, &series, &value, 1};
    assert_int_equal(grid_add(grid, &samples, NULL), 0);
}

static struct taken *close_all(struct grid *grid)
{
    struct taken *taken = calloc(1, sizeof(*taken));
    assert_int_equal(grid_close(grid, INT64_MAX, take, taken, NULL), 0);
    grid_free(grid);
    return taken;
}

static void buckets_are_half_open_and_mean(void **state)
{
    (void)state;
    struct grid *grid = open_grid(US_PER_SECOND, 0);
    add(grid, 0, 0, 1);
    add(grid, 4, 0, 2);
    add(grid, 5, 0, 10);
    add(grid, 3599, 0, 7);
    struct taken *taken = close_all(grid);
    assert_int_equal(taken->frames, 1);
    assert_true(taken->value[0][0][0] == 1.5);
    assert_true(taken->value[0][0][1] == 10);
    assert_true(isnan(taken->value[0][0][2]));
    assert_true(taken->value[0][0][719] == 7);
    assert_true(taken->cells[0][1].values == NULL);
    free(taken);
}

static void values_are_carried_for_max_gap_across_hours(void **state)
{
    (void)state;
    struct grid *grid = open_grid(US_PER_SECOND, 10);
    add(grid, 3594, 0, 3); /* its bucket begins at 3590 */
    add(grid, 3600 + 100, 0, 4);
    add(grid, 5 * HOUR, 1, 1);
    struct taken *taken = close_all(grid);
    assert_int_equal(taken->frames, 3);
    assert_true(isnan(taken->value[0][0][717]));
    assert_false(taken->carried[0][0][718]);
    assert_true(taken->carried[0][0][719] && taken->value[0][0][719] == 3);
    assert_true(taken->carried[1][0][0] && taken->value[1][0][0] == 3);
    assert_true(isnan(taken->value[1][0][1]));
    assert_true(taken->value[1][0][20] == 4);
    assert_true(taken->carried[1][0][22]);
    assert_true(isnan(taken->value[1][0][23]));
    assert_true(isnan(taken->value[2][0][0]));
    assert_int_equal(taken->cells[1][0].carried_count, 3);
    free(taken);
}

static void repeats_count_once_and_conflicts_use_the_greater(void **state)
{
    (void)state;
    const int64_t ticks[] = {US_PER_SECOND, 1000};
    for (size_t i = 0; i < 2; i++) {
        int64_t per_second = US_PER_SECOND / ticks[i];
        struct grid *grid = open_grid(ticks[i], 0);
        add(grid, 1 * per_second, 0, 2);
        add(grid, 2 * per_second, 0, 4);
        add(grid, 1 * per_second, 0, 2);
        add(grid, 2 * per_second, 0, 8);
        add(grid, 2 * per_second, 0, 6);
        struct taken *taken = close_all(grid);
        assert_true(taken->value[0][0][0] == 5);
        assert_int_equal(taken->cells[0][0].samples, 5);
        assert_int_equal(taken->cells[0][0].duplicates, 3);
        assert_int_equal(taken->cells[0][0].conflicts, 1);
        free(taken);
    }
}

static void methods_and_text(void **state)
{
    (void)state;
    struct grid *grid = open_grid(US_PER_SECOND, 5);
    add(grid, 1, 2, 5);
    add(grid, 2, 2, 9);
    add(grid, 3, 2, 7);
    add_text(grid, 3, "RUN");
    add_text(grid, 1, "IDLE");
    struct taken *taken = close_all(grid);
    assert_true(taken->value[0][2][0] == 9);
    assert_string_equal(taken->text[0][0], "RUN");
    assert_string_equal(taken->text[0][1], "RUN");
    assert_null(taken->text[0][2]);
    free(taken);
}

static void order_does_not_matter(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    static int64_t tick[COUNT];
    static uint32_t series[COUNT];
    static double number[COUNT];
    srandom(7);
    for (size_t i = 0; i < COUNT; i++) {
        tick[i] = random() % (3 * HOUR);
        series[i] = (uint32_t)(random() % 3);
        number[i] = (double)(random() % 5);
    }
    struct grid *forth = open_grid(US_PER_SECOND, 600);
    struct grid *back = open_grid(US_PER_SECOND, 600);
    for (size_t i = 0; i < COUNT; i++) {
        add(forth, tick[i], series[i], number[i]);
        add(back, tick[COUNT - 1 - i], series[COUNT - 1 - i], number[COUNT - 1 - i]);
    }
    struct taken *a = close_all(forth);
    struct taken *b = close_all(back);
    assert_int_equal(a->frames, 3);
    assert_memory_equal(a->value, b->value, sizeof(a->value));
    assert_memory_equal(a->carried, b->carried, sizeof(a->carried));
    for (size_t f = 0; f < 3; f++)
        for (size_t s = 0; s < 3; s++)
            assert_int_equal(a->cells[f][s].conflicts, b->cells[f][s].conflicts);
    free(a);
    free(b);
}

static void closed_hours_take_nothing(void **state)
{
    (void)state;
    struct grid *grid = open_grid(US_PER_SECOND, 0);
    struct taken taken_storage;
    struct taken *taken = calloc(1, sizeof(taken_storage));
    add(grid, 10, 0, 1);
    add(grid, HOUR + 10, 0, 1);
    assert_int_equal(grid_close(grid, HOUR * US_PER_SECOND, take, taken, NULL), 0);
    assert_int_equal(taken->frames, 1);
    int64_t late = 20;
    uint32_t series = 0;
    union grid_value value = {.number = 1};
    struct grid_samples samples = {&late, &series, &value, 1};
    struct err err = {0};
    assert_int_equal(grid_add(grid, &samples, &err), -1);
    assert_int_equal(err.kind, ERR_INTERNAL);
    free(taken);
    grid_free(grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_are_half_open_and_mean),
        cmocka_unit_test(values_are_carried_for_max_gap_across_hours),
        cmocka_unit_test(repeats_count_once_and_conflicts_use_the_greater),
        cmocka_unit_test(methods_and_text),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(closed_hours_take_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
