/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/glob_match.h"
#include "base/str.h"
#include "text/input_zip.h"

#include <string.h>

/* The names of one zip file. */
struct listing {
    const char *path;
    struct path_list patterns; /* without braces; none: everything */
    struct arena *arena;
    struct map seen; /* by name */
    VEC(struct text_file) files;
    int64_t name_bytes, packed_bytes, unpacked_bytes;
};
/* Names go into an arena, which must not be filled by whoever made the zip file. */
#define BARE_BYTES 22 /* of the record at the end of a zip file */
#define MAX_NAME_BYTES (INT64_C(8) << 20)

/* `ret_is_bare`: it is nothing but the end of a zip file, which has no member. */
static int is_zip(const char *path, bool *ret_is_zip, bool *ret_is_bare, struct err *err)
{
    struct text_file file = {.path = path, .label = path};
    AUTO(layer_close_at) struct text_layer *layer = NULL;
    TRY(layer_file_open(&file, 0, &layer, err));
    char bytes[BARE_BYTES + 1];
    int64_t got = layer_read(layer, bytes, sizeof(bytes), err);
    if (got < 0)
        return -1;
    bool is_end = got >= 4 && memcmp(bytes, "PK\5\6", 4) == 0;
    *ret_is_zip = is_end || (got >= 4 && memcmp(bytes, "PK\3\4", 4) == 0);
    *ret_is_bare = is_end && got == BARE_BYTES;
    return 0;
}

/* Part by part; "**" stands for any number of parts. */
static bool match_path(const char *pattern, const char *name)
{
    char pattern_part[256], name_part[3 * ZIP_MAX_NAME_BYTES + 1];
    for (;;) {
        size_t pattern_len = strcspn(pattern, "/"), name_len = strcspn(name, "/");
        if (pattern_len == 2 && memcmp(pattern, "**", 2) == 0) {
            if (!pattern[2])
                return true;
            for (const char *rest = name; rest; rest = strchr(rest, '/')) {
                rest += *rest == '/';
                if (match_path(pattern + 3, rest))
                    return true;
            }
            return false;
        }
        if (pattern_len >= sizeof(pattern_part) || name_len >= sizeof(name_part))
            return false;
        snprintf(pattern_part, sizeof(pattern_part), "%.*s", (int)pattern_len, pattern);
        snprintf(name_part, sizeof(name_part), "%.*s", (int)name_len, name);
        if (!glob_match_part(pattern_part, name_part))
            return false;
        if (!pattern[pattern_len] || !name[name_len])
            return pattern[pattern_len] == name[name_len];
        pattern += pattern_len + 1;
        name += name_len + 1;
    }
}

static bool is_wanted(const struct listing *listing, const char *name)
{
    if (listing->patterns.count == 0) {
        const char *base = path_basename(name);
        return base[0] != '.' && name[0] != '.' && !str_starts(name, "__MACOSX");
    }
    for (size_t i = 0; i < listing->patterns.count; i++) {
        const char *pattern = listing->patterns.items[i];
        if (match_path(pattern, strchr(pattern, '/') ? name : path_basename(name)))
            return true;
    }
    return false;
}

/* Also as Windows writes names. Nothing is ever written there, but who packs such names means harm. */
static bool is_unsafe(const char *name)
{
    if (name[0] == '/' || name[0] == '\\' || (name[0] != '\0' && name[1] == ':'))
        return true;
    for (const char *part = name; *part;) {
        size_t len = strcspn(part, "/\\");
        if (len == 2 && memcmp(part, "..", 2) == 0)
            return true;
        part += len + (part[len] != '\0');
    }
    return false;
}

static int refuse(const struct listing *listing, const char *name, const char *why, struct err *err)
{
    err_set(err, ERR_DATA, "member \"%s\" %s", name, why);
    return err_where(err, "%s", listing->path);
}

static int add(struct listing *listing, const struct zip_member *member, struct err *err)
{
    const char *name = member->name;
    if (is_unsafe(name))
        return refuse(listing, name, "has a name that leads out of the zip file", err);
    if (member->is_encrypted)
        return refuse(listing, name, "is encrypted, which leat does not read", err);
    if (map_get(&listing->seen, name))
        return refuse(listing, name, "is there twice", err);
    if (__builtin_add_overflow(listing->unpacked_bytes, member->unpacked_bytes,
                               &listing->unpacked_bytes) ||
        __builtin_add_overflow(listing->packed_bytes, member->packed_bytes, &listing->packed_bytes))
        return refuse(listing, name, "has an impossible size", err);
    listing->name_bytes += (int64_t)(2 * strlen(name) + strlen(listing->path));
    if (listing->files.count == TEXT_MAX_MEMBERS || listing->name_bytes > MAX_NAME_BYTES)
        return refuse(listing, name, "is one too many: the zip file has too many members", err);
    struct text_file file = {.path = arena_strdup(listing->arena, listing->path),
                             .member = arena_strdup(listing->arena, name),
                             .label = arena_printf(listing->arena, "%s/%s", listing->path, name),
                             .member_place = member->place};
    VEC_PUSH(listing->arena, listing->files, file);
    map_put(&listing->seen, name, listing);
    return 0;
}

/* Members that lie over each other are how small files become huge ones. */
static int check_sizes(const struct listing *listing, struct err *err)
{
    struct file_id id;
    TRY(file_stat(listing->path, &id, err));
    if (listing->packed_bytes > id.size_bytes) {
        err_set(err, ERR_DATA, "the members of \"%s\" overlap, or it is cut off", listing->path);
        return err_where(err, "%s", listing->path);
    }
    return layer_check_size(listing->path, id.size_bytes, listing->unpacked_bytes, err);
}

static int list_members(struct listing *listing, struct err *err)
{
    AUTO(zip_close_at) unzFile zip = NULL;
    TRY(zip_open(listing->path, &zip, err));
    unz_global_info64 all;
    if (unzGetGlobalInfo64(zip, &all) != UNZ_OK)
        all.number_entry = 0;
    ZPOS64_T count = 0;
    struct zip_member member;
    for (int got = all.number_entry > 0 ? unzGoToFirstFile(zip) : UNZ_END_OF_LIST_OF_FILE;
         got == UNZ_OK; got = unzGoToNextFile(zip)) {
        TRY(zip_member(zip, listing->path, &member, err));
        bool is_hidden_harm = listing->patterns.count == 0 && is_unsafe(member.name);
        if (is_hidden_harm || (!member.is_folder && is_wanted(listing, member.name)))
            TRY(add(listing, &member, err));
        count++;
    }
    if (count != all.number_entry) {
        err_set(err, ERR_DATA, "the list of members of \"%s\" is broken after %llu of %llu",
                listing->path, (unsigned long long)count, (unsigned long long)all.number_entry);
        return err_where(err, "%s", listing->path);
    }
    return check_sizes(listing, err);
}

int text_files_list(const char *path, const char *pattern, struct arena *arena,
                    struct text_files *ret_files, struct err *err)
{
    bool is_packed, is_bare;
    TRY(is_zip(path, &is_packed, &is_bare, err));
    struct listing listing = {.path = path, .arena = arena};
    if (!is_packed) {
        const char *copy = arena_strdup(arena, path);
        VEC_PUSH(arena, listing.files, (struct text_file){.path = copy, .label = copy});
    } else if (!is_bare) {
        map_init(&listing.seen, arena);
        if (pattern)
            TRY(glob_expand_braces(pattern, arena, &listing.patterns, err));
        TRY(list_members(&listing, err));
    }
    if (listing.files.count == 0) {
        err_set(err, ERR_DATA, "found nothing to read in \"%s\"%s%s", path,
                is_bare   ? ": the zip file has no member"
                : pattern ? " that matches "
                          : "",
                pattern && !is_bare ? pattern : "");
        return err_where(err, "%s", path);
    }
    *ret_files = (struct text_files){.items = listing.files.items, .count = listing.files.count};
    return 0;
}
