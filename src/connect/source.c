/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/source.h"

const struct source_ops *source_ops_find(const char *format)
{
    static const struct source_ops *const all[] = {
        &source_parquet, &source_csv,         &source_tsv,   &source_json,
        &source_jsonl,   &source_fixed_width, &source_series};
    for (size_t i = 0; i < ARRAY_COUNT(all); i++)
        if (str_eq(all[i]->format, format))
            return all[i];
    return NULL;
}

int source_plan_verify(const struct source_plan *plan, struct err *err)
{
    for (size_t i = 0; i < plan->file_count; i++) {
        const struct input_file *file = &plan->files[i];
        struct file_id id;
        struct err gone = {0};
        if (file_stat(file->path, &id, &gone) != 0) {
            err_set(err, ERR_CONFLICT, "\"%s\" is gone, but was there when the run was planned",
                    file->path);
            return err_hint(err, "Run again when nobody changes the files.");
        }
        if (id.size_bytes != file->id.size_bytes || id.mtime_ns != file->id.mtime_ns ||
            id.inode != file->id.inode) {
            err_set(err, ERR_CONFLICT, "\"%s\" changed while it was read", file->path);
            return err_hint(err, "Run again when nobody writes the file.");
        }
    }
    return 0;
}

void reading_release(struct source_reading *reading)
{
    if (!reading)
        return;
    for (size_t i = 0; i < reading->part_count; i++) {
        if (reading->parts[i].batch_key)
            engine_unregister_batches(reading->engine, reading->parts[i].batch_key);
        reading->parts[i].batch_key = NULL;
    }
    if (reading->release)
        reading->release(reading);
    reading->release = NULL;
}
