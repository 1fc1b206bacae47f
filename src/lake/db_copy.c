/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/instant.h"
#include "lake/db.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * A read-only folder. SQLite cannot make the -shm file that WAL needs, so the catalog is read from a
 * copy: straight into memory when there is no -wal, else by way of a temporary folder in which SQLite
 * itself applies the -wal.
 */

enum { COPY_TRIES = 5, CATALOG_MAX_BYTES = 1 << 30 };

struct image {
    char *data, *wal;
    size_t len, wal_len;
};

static struct file_id stat_or_none(const char *path)
{
    struct file_id id = {0};
    if (file_stat(path, &id, NULL) != 0)
        return (struct file_id){0};
    return id;
}

static bool same_id(struct file_id a, struct file_id b)
{
    return a.size_bytes == b.size_bytes && a.mtime_ns == b.mtime_ns && a.inode == b.inode;
}

/* Both files as they were at one instant: read again when one of them changed meanwhile. */
static int read_image(const char *path, struct arena *arena, struct image *ret_image,
                      struct err *err)
{
    char *wal = arena_printf(arena, "%s-wal", path);
    for (int tries = 0; tries < COPY_TRIES; tries++) {
        struct file_id before = stat_or_none(path), wal_before = stat_or_none(wal);
        struct image image = {0};
        TRY(file_read(path, CATALOG_MAX_BYTES, arena, &image.data, &image.len, err));
        if (wal_before.size_bytes > 0)
            TRY(file_read(wal, CATALOG_MAX_BYTES, arena, &image.wal, &image.wal_len, err));
        if (same_id(before, stat_or_none(path)) && same_id(wal_before, stat_or_none(wal))) {
            *ret_image = image;
            return 0;
        }
    }
    err_set(err, ERR_TIMEOUT, "\"%s\" changes while it is copied", path);
    return err_hint(err, "The folder is read-only here and somebody writes to it. Try again.");
}

/* Bytes 18 and 19 of the header say 2 for WAL, which a database in memory cannot have. */
static void without_wal_mark(struct image *image)
{
    if (image->len >= 20)
        image->data[18] = image->data[19] = 1;
}

static int into_memory(struct db *db, const struct image *image, struct err *err)
{
    TRY(db_open(db, NULL, DB_MEMORY, err));
    unsigned char *data = sqlite3_malloc64(image->len + 1);
    if (data == NULL)
        return err_set(err, ERR_MEMORY_LIMIT, "no memory for a copy of the catalog");
    memcpy(data, image->data, image->len);
    int flags = SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY;
    if (sqlite3_deserialize(db->handle, "main", data, (sqlite3_int64)image->len,
                            (sqlite3_int64)image->len, (unsigned)flags) != SQLITE_OK)
        return err_set(err, ERR_DATA, "the catalog is not an SQLite database");
    return 0;
}

static int apply_wal(const char *folder, struct arena *arena, struct image *image, struct err *err)
{
    const char *path = path_join(arena, folder, "copy.sqlite");
    struct db db;
    TRY(file_write_atomic(path, image->data, image->len, err));
    TRY(file_write_atomic(arena_printf(arena, "%s-wal", path), image->wal, image->wal_len, err));
    TRY(db_open(&db, path, DB_WRITE, err));
    int failed = db_script(&db, "PRAGMA journal_mode = DELETE", err);
    db_close(&db);
    if (failed)
        return -1;
    return file_read(path, CATALOG_MAX_BYTES, arena, &image->data, &image->len, err);
}

static int merge_wal(struct arena *arena, struct image *image, struct err *err)
{
    const char *root = getenv("TMPDIR");
    char *folder = path_join(arena, root != NULL && root[0] == '/' ? root : "/tmp", "leat-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return err_errno(err, "could not make a temporary folder \"%s\"", folder);
    int failed = apply_wal(folder, arena, image, err);
    (void)!file_remove_tree(folder, NULL);
    return failed;
}

int db_open_copy(struct db *db, const char *path, struct err *err)
{
    AUTO(arena_release) struct arena arena;
    struct image image = {0};
    arena_init(&arena, (size_t)4 << 30);
    TRY(read_image(path, &arena, &image, err));
    if (image.wal_len > 0)
        TRY(merge_wal(&arena, &image, err));
    without_wal_mark(&image);
    if (into_memory(db, &image, err) != 0) {
        db_close(db);
        return -1;
    }
    return 0;
}

int db_open_read(struct db *db, const char *path, bool *ret_is_copy, struct err *err)
{
    struct err first = {0};
    int64_t count;
    *ret_is_copy = false;
    if (db_open(db, path, DB_READ, &first) == 0) {
        if (db_value_of(db, "SELECT count(*) FROM sqlite_master", 0, &count, &first) == 0)
            return 0;
        db_close(db);
    }
    if (first.kind != ERR_DENIED) {
        if (err != NULL)
            *err = first;
        return -1;
    }
    *ret_is_copy = true;
    return db_open_copy(db, path, err);
}
