/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/source_index.h"
#include "base/instant.h"

#include <string.h>

#define RACY_US (2 * US_PER_SECOND)

static bool is_same_file(const struct file_id *a, const struct file_id *b)
{
    return a->size_bytes == b->size_bytes && a->mtime_ns == b->mtime_ns && a->inode == b->inode;
}

static bool is_trusted(const struct input_file *known, const struct file_id *id)
{
    return known && is_same_file(&known->id, id) &&
           known->id.mtime_ns / 1000 + RACY_US < known->indexed_us;
}

static int fail_no_files(const struct source_spec *spec, struct arena *arena, struct err *err)
{
    const char *root = glob_has_magic(spec->files) ? glob_root(arena, spec->files)
                                                   : path_dirname(arena, spec->files);
    err_set(err, ERR_NOT_FOUND, "no file matches \"%s\"", spec->files);
    if (!file_is_dir(root))
        return err_hint(err, "The folder \"%s\" does not exist.", root);
    if (!glob_has_magic(spec->files))
        return err_hint(err, "The folder \"%s\" exists, the file in it does not.", root);
    return err_hint(
        err, "The folder \"%s\" exists. `*` stays in one folder, `**` goes through all of them.",
        root);
}

int file_index_list(const struct source_spec *spec, const struct input_list *known,
                    struct arena *arena, struct file_index *ret_index, struct err *err)
{
    struct path_list paths;
    int64_t now = now_us(); /* before the first stat: a change after it must look like one */
    TRY(glob_expand(spec->files, arena, &paths, err));
    if (paths.count == 0)
        return fail_no_files(spec, arena, err);
    struct map by_path;
    map_init(&by_path, arena);
    for (size_t i = 0; known && i < known->count; i++)
        map_put(&by_path, known->items[i].path, &known->items[i]);
    struct file_index index = {.plan.files = ARENA_ARRAY(arena, struct input_file, paths.count),
                               .plan.file_count = paths.count,
                               .new_files = ARENA_ARRAY(arena, size_t, paths.count)};
    for (size_t i = 0; i < paths.count; i++) {
        struct input_file *file = &index.plan.files[i];
        struct file_id id;
        TRY(file_stat(paths.items[i], &id, err));
        const struct input_file *old = map_get(&by_path, paths.items[i]);
        if (is_trusted(old, &id)) {
            *file = *old;
        } else {
            *file = (struct input_file){
                .source = spec->name, .path = paths.items[i], .id = id, .indexed_us = now};
            index.new_files[index.new_count++] = i;
        }
    }
    *ret_index = index;
    return 0;
}

void file_index_finish(struct file_index *index)
{
    struct hasher *hasher = hasher_new();
    for (size_t i = 0; i < index->plan.file_count; i++) {
        const struct input_file *file = &index->plan.files[i];
        hasher_add_text(hasher, file->path);
        hasher_add_i64(hasher, file->id.size_bytes);
        hasher_add_text(hasher, file->hash);
        index->plan.total_bytes += file->id.size_bytes;
    }
    index->plan.version = hasher_end(hasher);
    index->plan.indexed_count = index->new_count;
}
