/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"

/*
 * The tables of DuckLake 1.0 exactly as the official extension makes them in SQLite, then indexes of
 * ours on them (SQLite keeps them up whoever writes; they keep look-ups cheap when there are a
 * thousand tables and a long history), then leat's own tables.
 */
/* Since version 2. */
#define LEAT_TEXT_TABLES                                                                                                                                                                    \
    "CREATE TABLE leat_locks(source TEXT PRIMARY KEY, json TEXT NOT NULL, before TEXT, accepted TEXT, reject_count INTEGER, reject_file TEXT, run_id TEXT, done_us INTEGER) WITHOUT ROWID;" \
    "CREATE TABLE leat_repairs(source TEXT, path TEXT, member TEXT, record INTEGER, raw_hash INTEGER, raw TEXT NOT NULL, taken_from TEXT, run_id TEXT, PRIMARY KEY (source, path, member, record, raw_hash)) WITHOUT ROWID;"

const char lake_schema_sql[] =
    "CREATE TABLE ducklake_metadata(\"key\" VARCHAR NOT NULL, \"value\" VARCHAR NOT NULL, \"scope\" VARCHAR, scope_id BIGINT);"
    "CREATE TABLE ducklake_snapshot(snapshot_id BIGINT PRIMARY KEY, snapshot_time VARCHAR, schema_version BIGINT, next_catalog_id BIGINT, next_file_id BIGINT);"
    "CREATE TABLE ducklake_snapshot_changes(snapshot_id BIGINT PRIMARY KEY, changes_made VARCHAR, author VARCHAR, commit_message VARCHAR, commit_extra_info VARCHAR);"
    "CREATE TABLE ducklake_schema(schema_id BIGINT PRIMARY KEY, schema_uuid VARCHAR, begin_snapshot BIGINT, end_snapshot BIGINT, schema_name VARCHAR, path VARCHAR, path_is_relative BIGINT);"
    "CREATE TABLE ducklake_table(table_id BIGINT, table_uuid VARCHAR, begin_snapshot BIGINT, end_snapshot BIGINT, schema_id BIGINT, table_name VARCHAR, path VARCHAR, path_is_relative BIGINT);"
    "CREATE TABLE ducklake_view(view_id BIGINT, view_uuid VARCHAR, begin_snapshot BIGINT, end_snapshot BIGINT, schema_id BIGINT, view_name VARCHAR, dialect VARCHAR, \"sql\" VARCHAR, column_aliases VARCHAR);"
    "CREATE TABLE ducklake_tag(object_id BIGINT, begin_snapshot BIGINT, end_snapshot BIGINT, \"key\" VARCHAR, \"value\" VARCHAR);"
    "CREATE TABLE ducklake_column_tag(table_id BIGINT, column_id BIGINT, begin_snapshot BIGINT, end_snapshot BIGINT, \"key\" VARCHAR, \"value\" VARCHAR);"
    "CREATE TABLE ducklake_data_file(data_file_id BIGINT PRIMARY KEY, table_id BIGINT, begin_snapshot BIGINT, end_snapshot BIGINT, file_order BIGINT, path VARCHAR, path_is_relative BIGINT, file_format VARCHAR, record_count BIGINT, file_size_bytes BIGINT, footer_size BIGINT, row_id_start BIGINT, partition_id BIGINT, encryption_key VARCHAR, mapping_id BIGINT, partial_max BIGINT);"
    "CREATE TABLE ducklake_file_column_stats(data_file_id BIGINT, table_id BIGINT, column_id BIGINT, column_size_bytes BIGINT, value_count BIGINT, null_count BIGINT, min_value VARCHAR, max_value VARCHAR, contains_nan BIGINT, extra_stats VARCHAR);"
    "CREATE TABLE ducklake_file_variant_stats(data_file_id BIGINT, table_id BIGINT, column_id BIGINT, variant_path VARCHAR, shredded_type VARCHAR, column_size_bytes BIGINT, value_count BIGINT, null_count BIGINT, min_value VARCHAR, max_value VARCHAR, contains_nan BIGINT, extra_stats VARCHAR);"
    "CREATE TABLE ducklake_delete_file(delete_file_id BIGINT PRIMARY KEY, table_id BIGINT, begin_snapshot BIGINT, end_snapshot BIGINT, data_file_id BIGINT, path VARCHAR, path_is_relative BIGINT, format VARCHAR, delete_count BIGINT, file_size_bytes BIGINT, footer_size BIGINT, encryption_key VARCHAR, partial_max BIGINT);"
    "CREATE TABLE ducklake_column(column_id BIGINT, begin_snapshot BIGINT, end_snapshot BIGINT, table_id BIGINT, column_order BIGINT, column_name VARCHAR, column_type VARCHAR, initial_default VARCHAR, default_value VARCHAR, nulls_allowed BIGINT, parent_column BIGINT, default_value_type VARCHAR, default_value_dialect VARCHAR);"
    "CREATE TABLE ducklake_table_stats(table_id BIGINT, record_count BIGINT, next_row_id BIGINT, file_size_bytes BIGINT);"
    "CREATE TABLE ducklake_table_column_stats(table_id BIGINT, column_id BIGINT, contains_null BIGINT, contains_nan BIGINT, min_value VARCHAR, max_value VARCHAR, extra_stats VARCHAR);"
    "CREATE TABLE ducklake_partition_info(partition_id BIGINT, table_id BIGINT, begin_snapshot BIGINT, end_snapshot BIGINT);"
    "CREATE TABLE ducklake_partition_column(partition_id BIGINT, table_id BIGINT, partition_key_index BIGINT, column_id BIGINT, \"transform\" VARCHAR);"
    "CREATE TABLE ducklake_file_partition_value(data_file_id BIGINT, table_id BIGINT, partition_key_index BIGINT, partition_value VARCHAR);"
    "CREATE TABLE ducklake_files_scheduled_for_deletion(data_file_id BIGINT, path VARCHAR, path_is_relative BIGINT, schedule_start VARCHAR);"
    "CREATE TABLE ducklake_inlined_data_tables(table_id BIGINT, table_name VARCHAR, schema_version BIGINT);"
    "CREATE TABLE ducklake_column_mapping(mapping_id BIGINT, table_id BIGINT, \"type\" VARCHAR);"
    "CREATE TABLE ducklake_name_mapping(mapping_id BIGINT, column_id BIGINT, source_name VARCHAR, target_field_id BIGINT, parent_column BIGINT, is_partition BIGINT);"
    "CREATE TABLE ducklake_schema_versions(begin_snapshot BIGINT, schema_version BIGINT, table_id BIGINT);"
    "CREATE TABLE ducklake_macro(schema_id BIGINT, macro_id BIGINT, macro_name VARCHAR, begin_snapshot BIGINT, end_snapshot BIGINT);"
    "CREATE TABLE ducklake_macro_impl(macro_id BIGINT, impl_id BIGINT, dialect VARCHAR, \"sql\" VARCHAR, \"type\" VARCHAR);"
    "CREATE TABLE ducklake_macro_parameters(macro_id BIGINT, impl_id BIGINT, column_id BIGINT, parameter_name VARCHAR, parameter_type VARCHAR, default_value VARCHAR, default_value_type VARCHAR);"
    "CREATE TABLE ducklake_sort_info(sort_id BIGINT, table_id BIGINT, begin_snapshot BIGINT, end_snapshot BIGINT);"
    "CREATE TABLE ducklake_sort_expression(sort_id BIGINT, table_id BIGINT, sort_key_index BIGINT, expression VARCHAR, dialect VARCHAR, sort_direction VARCHAR, null_order VARCHAR);"

    "CREATE INDEX leat_table_name ON ducklake_table(schema_id, table_name COLLATE NOCASE);"
    "CREATE INDEX leat_table_id ON ducklake_table(table_id);"
    "CREATE INDEX leat_view_name ON ducklake_view(schema_id, view_name COLLATE NOCASE);"
    "CREATE INDEX leat_column ON ducklake_column(table_id, column_order);"
    "CREATE INDEX leat_file_live ON ducklake_data_file(table_id, data_file_id) WHERE end_snapshot IS NULL;"
    "CREATE INDEX leat_file_end ON ducklake_data_file(table_id, end_snapshot);"
    "CREATE INDEX leat_delete_file ON ducklake_delete_file(data_file_id);"
    "CREATE INDEX leat_delete_end ON ducklake_delete_file(table_id, end_snapshot);"
    "CREATE INDEX leat_stats ON ducklake_table_stats(table_id);"
    "CREATE INDEX leat_column_stats ON ducklake_table_column_stats(table_id, column_id);"
    "CREATE INDEX leat_schema_version ON ducklake_schema_versions(table_id, begin_snapshot);"

    "CREATE TABLE leat_meta(\"key\" TEXT PRIMARY KEY, \"value\" TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE leat_fence(id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL, run_id TEXT, pid INTEGER, host TEXT, taken_us INTEGER);"
    "CREATE TABLE leat_ledger(node TEXT, \"partition\" TEXT, fingerprint TEXT, details TEXT, inputs TEXT, version TEXT, \"cursor\" TEXT, row_count INTEGER, run_id TEXT, done_us INTEGER, PRIMARY KEY (node, \"partition\")) WITHOUT ROWID;"
    "CREATE TABLE leat_inputs(source TEXT, path TEXT, size_bytes INTEGER, mtime_ns INTEGER, inode INTEGER, indexed_us INTEGER, hash TEXT, row_count INTEGER, min_time TEXT, max_time TEXT, PRIMARY KEY (source, path)) WITHOUT ROWID;"
    "CREATE TABLE leat_delivered(path TEXT PRIMARY KEY, node TEXT, root TEXT, size_bytes INTEGER, mtime_ns INTEGER, inode INTEGER, row_count INTEGER, hash TEXT, run_id TEXT) WITHOUT ROWID;"
    "CREATE INDEX leat_delivered_node ON leat_delivered(node);"
    "CREATE TABLE leat_redo(id INTEGER PRIMARY KEY AUTOINCREMENT, node TEXT, op INTEGER, root TEXT, staged TEXT, final_path TEXT, size_bytes INTEGER, hash TEXT, row_count INTEGER, replaces_size INTEGER, replaces_mtime INTEGER, replaces_inode INTEGER, run_id TEXT);"
    "CREATE INDEX leat_redo_node ON leat_redo(node);"
    "CREATE INDEX leat_redo_final ON leat_redo(final_path);"
    "INSERT INTO leat_meta VALUES ('version', '2');"
    "INSERT INTO leat_fence VALUES (1, 0, NULL, NULL, NULL, NULL);" LEAT_TEXT_TABLES;
const char lake_schema_2_sql[] =
    LEAT_TEXT_TABLES "UPDATE leat_meta SET value = '2' WHERE key = 'version';";
