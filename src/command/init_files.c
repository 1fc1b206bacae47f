/* SPDX-License-Identifier: Apache-2.0 */
#include "command/init_files.h"

static const char leat_yaml[] =
    "name: @NAME@\n"
    "timezone: UTC\n"
    "params:\n"
    "  input: {type: path, default: data/, description: folder of the orders}\n"
    "  output: {type: path, default: output/, description: folder for the daily files}\n"
    "sources:\n"
    "  orders:\n"
    "    files: \"${input}/*.csv\"\n";

static const char orders_csv[] = "order_id,ordered_at,customer,amount\n"
                                 "1,2024-06-03T09:12:00Z,ada,12.50\n"
                                 "2,2024-06-03T10:01:30Z,grace,99.90\n"
                                 "3,2024-06-03T18:45:10Z,ada,7.25\n"
                                 "4,2024-06-04T08:00:00Z,edsger,41.00\n"
                                 "5,2024-06-04T12:30:00Z,grace,15.75\n"
                                 "6,2024-06-05T23:59:59Z,ada,0.99\n";

static const char orders_sql[] = "/*---\n"
                                 "description: One row per order.\n"
                                 "materialized: view\n"
                                 "---*/\n"
                                 "SELECT order_id, ordered_at, customer, amount\n"
                                 "FROM raw.orders\n";

static const char daily_sql[] = "/*---\n"
                                "description: What was sold on each day (UTC).\n"
                                "materialized: table\n"
                                "columns:\n"
                                "  day: {checks: [not_null, unique]}\n"
                                "  revenue: {unit: EUR, checks: [{min: 0}]}\n"
                                "outputs:\n"
                                "  - parquet: \"${output}/{day:%Y/%m}.parquet\"\n"
                                "---*/\n"
                                "SELECT CAST(ordered_at AS DATE) AS day,\n"
                                "       count(*) AS orders,\n"
                                "       sum(amount) AS revenue\n"
                                "FROM sales.orders\n"
                                "GROUP BY ALL\n"
                                "ORDER BY day\n";

static const char daily_test[] =
    "- name: orders of one day are added up\n"
    "  model: sales.daily\n"
    "  given:\n"
    "    sales.orders:\n"
    "      - {order_id: 1, ordered_at: \"2024-06-03T00:00:00Z\", customer: ada, amount: 10.00}\n"
    "      - {order_id: 2, ordered_at: \"2024-06-03T23:59:59Z\", customer: ada, amount: 2.50}\n"
    "      - {order_id: 3, ordered_at: \"2024-06-04T00:00:00Z\", customer: ada, amount: 1.00}\n"
    "  expect:\n"
    "    - {day: 2024-06-03, orders: 2, revenue: 12.50}\n"
    "    - {day: 2024-06-04, orders: 1, revenue: 1.00}\n";

static const char readme[] =
    "# @NAME@\n"
    "\n"
    "Orders in `data/*.csv` become `sales.orders` and `sales.daily`, and a Parquet file per month in\n"
    "`output/`.\n"
    "\n"
    "    leat run                 # build what is new or changed\n"
    "    leat query \"FROM sales.daily\"\n"
    "    leat explain sales.daily # why it would run or not\n"
    "    leat unit-test           # tests/*.yaml\n";

static const char gitignore[] = "/warehouse/\n/output/\n/.env\n";

const struct init_file init_files[] = {
    {"leat.yaml", leat_yaml},
    {"data/orders.csv", orders_csv},
    {"models/sales/orders.sql", orders_sql},
    {"models/sales/daily.sql", daily_sql},
    {"tests/daily.yaml", daily_test},
    {"README.md", readme},
    {".gitignore", gitignore},
};
const size_t init_file_count = sizeof(init_files) / sizeof(init_files[0]);
