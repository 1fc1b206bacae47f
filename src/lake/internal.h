/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_LAKE_INTERNAL_H
#define LEAT_LAKE_INTERNAL_H

#include "base/str.h"
#include "lake/db.h"
#include "lake/lake.h"

#include <pthread.h>
#include <stdatomic.h>

/* More files or folders than these are made durable by one file_sync_all(). */
enum { SYNC_EACH_MAX = 64 };

/* What the files of src/lake/ share. */

/* Data files that lake_data_path() gave. */
struct staged_file {
    struct staged_file *next;
    char *path;
    bool is_published;
};
struct staged_files {
    struct staged_file *first;
    struct map by_path;
};

struct lake {
    char *folder;      /* absolute */
    char *data_folder; /* <folder>/data */
    char *run_id;      /* NULL when reading */
    enum lake_mode mode;
    bool is_copy;
    int lock_fd;   /* -1 when reading */
    int64_t fence; /* our number */
    struct arena arena;

    pthread_mutex_t mutex; /* guards: */
    struct db db;
    struct staged_files staged;
    int64_t next_file;
    bool is_data_path_right;
};

extern const char lake_schema_sql[];
extern const char lake_schema_2_sql[]; /* makes version 2 of leat's tables of version 1 */

/* catalog.c */
int catalog_open(struct lake *lake, struct err *err) WARN_UNUSED;
int catalog_check_fence(struct lake *lake, struct err *err) WARN_UNUSED; /* mutex held */
void lake_lock(struct lake *lake);
void lake_unlock(struct lake **lake); /* for AUTO */
#define LAKE_LOCKED(name, unlocked)                   \
    AUTO(lake_unlock) struct lake *name = (unlocked); \
    lake_lock(name)

/* lock.c */
struct lock_holder {
    bool is_held;
    int64_t pid; /* 0: not known */
    char host[128], start[64];
};
int lock_take(const char *folder, int wait_ms, int *ret_fd, struct err *err) WARN_UNUSED;
struct lock_holder lock_holder(const char *folder);

/* network.c: refuses file systems whose locks or memory maps cannot be trusted. */
int network_refuse(const char *folder, struct err *err) WARN_UNUSED;

/* paths.c: where things lie below the folder. */
char *paths_default(struct arena *arena, const char *name); /* "name/", or a safe form of it */
/* Joins DuckLake's three levels; a level that is not relative replaces what is before it. */
struct stored_path {
    const char *path;
    bool is_relative;
};
char *paths_resolve(const struct lake *lake, struct arena *arena, struct stored_path schema,
                    struct stored_path table, struct stored_path file);

/* type_names.c: DuckLake's names of types, both ways. */
char *type_make_text(const struct sql_type *type, struct arena *arena); /* as DuckDB writes it */
const char *type_to_ducklake(const struct sql_type *type, struct arena *arena); /* NULL: has none */
bool type_from_ducklake(const char *name, struct sql_type *ret_type);           /* children unset */
void type_append_name(struct str *text, const char *name); /* quoted where it must be */

/* types_table.c */
struct type_rule {
    const char *id;       /* DuckDB's */
    const char *ducklake; /* DuckLake's; NULL: has none */
    enum { TYPE_AS_IS, TYPE_CAST, TYPE_REFUSE } rule;
    const char *cast; /* CAST: the stored type. REFUSE: the type to write in a CAST */
};
const struct type_rule *type_rule_find(const struct sql_type *type);
const struct type_rule *type_rule_by_ducklake(const char *name);
/* Parquet gives the type back only through a cast (tables that other programs made). */
bool type_needs_cast(const struct sql_type *type);

/* fields.c: the catalog's columns as a tree, parallel to lake_table.columns. */
struct lake_field {
    int64_t id;
    int64_t begin_snapshot;   /* of the name and type it has now */
    const char *default_text; /* value in files that lack the column, or NULL */
    size_t child_count;
    const struct lake_field *children;
};
bool fields_match(struct column_list stored, const struct lake_table *table);
struct field_row {                      /* one row of ducklake_column */
    int64_t id, parent, begin_snapshot; /* parent -1: top level */
    const char *name, *type, *default_text;
};
int fields_build(const struct field_row *rows, size_t count, struct arena *arena,
                 struct lake_table *table, struct err *err) WARN_UNUSED;

/* snapshot.c, snapshot_files.c, snapshot_refuse.c; mutex held, in a transaction */
struct snapshot_load {
    struct lake *lake;
    struct arena *arena;
    int64_t at;
    bool is_newest;
    struct lake_snapshot *snapshot;
    struct table_path { /* by table, parallel to snapshot->tables */
        struct stored_path schema, table;
        int64_t begin_snapshot;
    } * paths;
};
int snapshot_load_files(struct snapshot_load *load, struct err *err) WARN_UNUSED;
int snapshot_load_changed(struct snapshot_load *load, struct err *err) WARN_UNUSED;
int snapshot_refuse(struct snapshot_load *load, struct err *err) WARN_UNUSED;
struct lake_table *snapshot_find_id(struct lake_snapshot *snapshot, int64_t id);
int table_load(struct lake *lake, int64_t table_id, struct arena *arena,
               struct lake_table *ret_table,
               struct err *err) WARN_UNUSED; /* the newest definition: id, columns, fields */
int table_changed(struct lake *lake, int64_t table_id, int64_t at, int64_t *ret_snapshot,
                  struct err *err) WARN_UNUSED;
int table_has_inlined(struct lake *lake, int64_t table_id, bool *ret_has,
                      struct err *err) WARN_UNUSED;

/* publish.c */
struct publish {
    struct lake *lake;
    struct arena *arena;
    int64_t snapshot_id; /* being made */
    int64_t schema_version, next_catalog_id, next_file_id;
    struct str changes; /* changes_made */
    bool is_schema_changed, is_dirty;
    const char *author, *message;
};
void publish_note(struct publish *publish, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* publish_table.c */
struct entry {                            /* what a name is now */
    int64_t schema_id, table_id, view_id; /* -1: none */
    const char *view_sql;
    struct stored_path schema_path, table_path;
};
int publish_find(struct publish *publish, const char *schema, const char *name,
                 struct entry *ret_entry, struct err *err) WARN_UNUSED;
int publish_schema(struct publish *publish, const char *schema, struct entry *entry,
                   struct err *err) WARN_UNUSED;
int publish_create_table(struct publish *publish, const struct lake_change *change,
                         const struct lake_field *fields, struct entry *entry,
                         struct err *err) WARN_UNUSED; /* `fields`: the numbers to keep, or NULL */
int publish_drop_table(struct publish *publish, struct entry *entry, struct err *err) WARN_UNUSED;
int publish_create_view(struct publish *publish, const struct lake_change *change,
                        struct entry *entry, struct err *err) WARN_UNUSED;
int publish_drop_view(struct publish *publish, struct entry *entry, struct err *err) WARN_UNUSED;
/* publish_files.c */
int publish_end_files(struct publish *publish, const struct lake_change *change,
                      const struct entry *entry, bool *ret_ended, struct err *err) WARN_UNUSED;
int publish_add_files(struct publish *publish, const struct lake_change *change,
                      const struct entry *entry, const struct lake_table *table, bool *ret_added,
                      struct err *err) WARN_UNUSED;
/* publish_change.c */
int publish_change(struct publish *publish, struct lake_change *change,
                   struct err *err) WARN_UNUSED;
/* publish_stats.c */
struct leaf { /* a column that has values of its own */
    int64_t id;
    const char *path; /* names joined by \x1f */
    const struct sql_type *type;
};
struct leaves {
    VEC(struct leaf) list;
};
void leaves_of(const struct lake_table *table, struct arena *arena, struct leaves *ret_leaves);
int publish_stats(struct publish *publish, const struct lake_change *change,
                  const struct lake_table *table, int64_t first_file_id,
                  struct err *err) WARN_UNUSED;
int stats_compare(const struct sql_type *type, const char *a,
                  const char *b); /* as the type orders */
/* text.c */
int publish_text(struct lake *lake, const struct lake_change *change, struct err *err) WARN_UNUSED;
/* publish_ledger.c */
int publish_ledger(struct lake *lake, const struct lake_change *change,
                   struct err *err) WARN_UNUSED;

/* uuid.c */
struct uuid {
    char text[37];
};
struct uuid uuid_make(int64_t time_us);                  /* version 7 */
char *snapshot_time_text(int64_t time_us, char *buffer); /* 48 bytes */
bool snapshot_time_parse(const char *text, int64_t *ret_us);

/* paths.c; mutex held */
void staged_add(struct lake *lake, const char *path);
void staged_forget(struct lake *lake, const char *path);
/* recover.c */
int recover_staged(struct lake *lake)
    WARN_UNUSED; /* removes what lake_data_path() gave and nobody published */

#endif
