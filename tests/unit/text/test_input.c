/* SPDX-License-Identifier: Apache-2.0 */
#include "text/input.h"

#include <minizip/zip.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <cmocka.h>

static char folder[] = "/tmp/leat-input-XXXXXX";
static char path[64];

static const char *write_bytes(const void *data, size_t len)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    fclose(file);
    return path;
}

/* What was read in pieces of `piece` bytes; -1 as text_input_read(). */
static int64_t read_all(const struct text_file *file, enum text_encoding encoding, int64_t start,
                        size_t piece, struct memory *memory, char *ret_text, size_t size,
                        struct err *err)
{
    AUTO(text_input_close_at) struct text_input *input = NULL;
    if (text_input_open(file, PACKING_UNKNOWN, encoding, start, memory, &input, err) != 0)
        return -1;
    size_t len = 0;
    for (;;) {
        assert_true(len < size);
        size_t want = piece < size - len ? piece : size - len;
        int64_t got = text_input_read(input, ret_text + len, want, err);
        if (got <= 0) {
            ret_text[len] = '\0';
            return got < 0 ? -1 : (int64_t)len;
        }
        len += (size_t)got;
    }
}

static struct text_file plain(void)
{
    return (struct text_file){.path = path, .label = "x.csv"};
}

static int64_t read_small(enum text_encoding encoding, int64_t start, char *ret_text,
                          struct err *err)
{
    struct text_file file = plain();
    return read_all(&file, encoding, start, 3, NULL, ret_text, 4096, err);
}

static size_t gzip_of(const char *text, size_t len, unsigned char *ret_bytes, size_t size)
{
    z_stream z = {.next_in = (Bytef *)text, .avail_in = (uInt)len, .avail_out = (uInt)size};
    z.next_out = ret_bytes;
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t done = z.total_out;
    deflateEnd(&z);
    return done;
}

static void test_plain(void **state)
{
    (void)state;
    char text[4096];
    write_bytes("\xEF\xBB\xBF"
                "a,b\n1,2\n",
                11);
    assert_int_equal(read_small(ENCODING_UTF8, 0, text, NULL), 8);
    assert_string_equal(text, "a,b\n1,2\n");
    assert_int_equal(read_small(ENCODING_UNKNOWN, 0, text, NULL), 11);
    assert_int_equal(read_small(ENCODING_UTF8, 3, text, NULL), 8);
    assert_int_equal(read_small(ENCODING_UTF8, 7, text, NULL), 4);
    assert_string_equal(text, "1,2\n");
    write_bytes("", 0);
    assert_int_equal(read_small(ENCODING_UTF8, 0, text, NULL), 0);
    write_bytes("a", 1);
    assert_int_equal(read_small(ENCODING_UTF8, 0, text, NULL), 1);
}

static void test_a_folder_is_no_file(void **state)
{
    (void)state;
    struct err err = {0};
    struct text_file file = {.path = folder, .label = folder};
    char text[64];
    assert_int_equal(read_all(&file, ENCODING_UTF8, 0, 10, NULL, text, 64, &err), -1);
    assert_non_null(strstr(err.message, "is a folder"));
    enum text_packing packing;
    assert_int_equal(text_packing_find(folder, &packing, &err), -1);
    file.path = "/tmp/leat-not-there";
    assert_int_equal(read_all(&file, ENCODING_UTF8, 0, 10, NULL, text, 64, &err), -1);
    assert_int_equal(err.kind, ERR_NOT_FOUND);
}

static void test_gzip(void **state)
{
    (void)state;
    unsigned char bytes[600];
    char text[4096];
    struct err err = {0};
    size_t len = gzip_of("\xEF\xBB\xBF"
                         "a,b\n",
                         7, bytes, 300);
    size_t all = len + gzip_of("1,2\n", 4, bytes + len, 300);
    write_bytes(bytes, all);
    enum text_packing packing;
    assert_int_equal(text_packing_find(path, &packing, NULL), 0);
    assert_int_equal(packing, PACKING_GZIP);
    assert_int_equal(read_small(ENCODING_UTF8, 0, text, NULL), 8);
    assert_string_equal(text, "a,b\n1,2\n");
    assert_int_equal(read_small(ENCODING_UTF8, 7, text, NULL), 4);
    /* Zeros at the end are filling; anything else is not. */
    memset(bytes + all, 0, 20);
    write_bytes(bytes, all + 20);
    assert_int_equal(read_small(ENCODING_UTF8, 0, text, NULL), 8);
    bytes[all + 20] = 'x';
    write_bytes(bytes, all + 21);
    assert_int_equal(read_small(ENCODING_UTF8, 0, text, &err), -1);
    assert_int_equal(err.kind, ERR_DATA);
    /* Cut off anywhere it is broken. */
    for (size_t cut = 2; cut < all; cut++) {
        if (cut == len)
            continue;
        write_bytes(bytes, cut);
        assert_int_equal(read_small(ENCODING_UTF8, 0, text, &err), -1);
        assert_int_equal(err.kind, ERR_DATA);
        assert_non_null(strstr(err.message, "x.csv"));
        assert_non_null(strstr(err.message, "ends here"));
        char place[40];
        snprintf(place, sizeof(place), "at byte %zu:", cut);
        assert_non_null(strstr(err.message, place));
    }
    bytes[len - 6] ^= 1; /* its checksum */
    write_bytes(bytes, len);
    assert_int_equal(read_small(ENCODING_UTF8, 0, text, &err), -1);
    assert_non_null(strstr(err.message, "incorrect data check"));
}

static void test_zstd(void **state)
{
    (void)state;
    unsigned char bytes[1000];
    char text[4096];
    struct err err = {0};
    static const unsigned char skipped[] = {0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 'x', 'y', 'z'};
    memcpy(bytes, skipped, sizeof(skipped));
    size_t first = sizeof(skipped) + ZSTD_compress(bytes + sizeof(skipped), 400, "a,b\n", 4, 3);
    size_t all = first + ZSTD_compress(bytes + first, 400, "1,2\n", 4, 3);
    write_bytes(bytes, all);
    enum text_packing packing;
    assert_int_equal(text_packing_find(path, &packing, NULL), 0);
    assert_int_equal(packing, PACKING_ZSTD);
    assert_int_equal(read_small(ENCODING_UTF8, 0, text, NULL), 8);
    assert_string_equal(text, "a,b\n1,2\n");
    for (size_t cut = 4; cut < all; cut++) {
        if (cut == first || cut == sizeof(skipped))
            continue;
        write_bytes(bytes, cut);
        assert_int_equal(read_small(ENCODING_UTF8, 0, text, &err), -1);
        assert_int_equal(err.kind, ERR_DATA);
    }
    bytes[all] = 'x';
    write_bytes(bytes, all + 1);
    assert_int_equal(read_small(ENCODING_UTF8, 0, text, &err), -1);
}

static void test_zstd_windows_are_bounded(void **state)
{
    (void)state;
    /* A frame header that asks for a window of 2 GB, and one of 128 MB. */
    unsigned char frame[16] = {0x28, 0xB5, 0x2F, 0xFD, 0x00, (31 - 10) << 3, 1, 0, 0};
    char text[4096];
    struct err err = {0};
    write_bytes(frame, 9);
    assert_int_equal(read_small(ENCODING_UTF8, 0, text, &err), -1);
    assert_non_null(strstr(err.message, "window of 2 GB"));
    frame[5] = (27 - 10) << 3;
    write_bytes(frame, 9);
    if (read_small(ENCODING_UTF8, 0, text, &err) != 0)
        fail_msg("%s", err.message);
    struct memory *memory =
        memory_new((struct memory_limit){.bytes = INT64_C(160) << 20, .origin = MEMORY_FROM_USER});
    struct text_file file = plain();
    assert_int_equal(read_all(&file, ENCODING_UTF8, 0, 100, memory, text, sizeof(text), &err), -1);
    assert_int_equal(err.kind, ERR_MEMORY_LIMIT);
    frame[5] = (20 - 10) << 3;
    write_bytes(frame, 9);
    assert_int_equal(read_all(&file, ENCODING_UTF8, 0, 100, memory, text, sizeof(text), &err), 0);
    assert_true(memory_reserved_peak(memory) > (1 << 20));
    assert_int_equal(memory_reserve(memory, INT64_C(50) << 20, "all", NULL), 0); /* given back */
    memory_free(memory);
}

static void test_utf16(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        enum text_encoding encoding;
        const char *text, *place, *message;
    } cases[] = {
        {"\xFF\xFE"
         "a\0\n\0",
         6, ENCODING_UTF16_LE, "a\n", NULL, NULL},
        {"\xFE\xFF\0a\0\n", 6, ENCODING_UTF16_BE, "a\n", NULL, NULL},
        {"a\0\xE9\0\xAC\x20", 6, ENCODING_UTF16_LE, "a\xC3\xA9\xE2\x82\xAC", NULL, NULL},
        {"\xD8\x3D\xDE\x42", 4, ENCODING_UTF16_BE, "\xF0\x9F\x99\x82", NULL, NULL},
        {"", 0, ENCODING_UTF16_LE, "", NULL, NULL},
        {"\xFF\xFE", 2, ENCODING_UTF16_LE, "", NULL, NULL},
        {"a\0\n\0b\0\x3D\xD8x\0", 10, ENCODING_UTF16_LE, NULL, "x.csv:2:2", "at byte 6 (0xD83D)"},
        {"a\0\n\0\x42\xDE", 6, ENCODING_UTF16_LE, NULL, "x.csv:2:1", "second half"},
        {"a\0\x3D\xD8", 4, ENCODING_UTF16_LE, NULL, "x.csv:1:2", "end of the file"},
        {"a\0b", 3, ENCODING_UTF16_LE, NULL, "x.csv:1:2", "end of the file"},
        {"\xFE\xFF\0a", 4, ENCODING_UTF16_LE, NULL, "x.csv:1:1", "other byte order"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[4096];
        struct err err = {0};
        write_bytes(cases[i].bytes, cases[i].len);
        int64_t got = read_small(cases[i].encoding, 0, text, &err);
        if (cases[i].text && (got < 0 || strcmp(text, cases[i].text) != 0))
            fail_msg("case %zu: %lld %s", i, (long long)got, err.message);
        if (!cases[i].text && (got >= 0 || strcmp(err.where, cases[i].place) != 0 ||
                               !strstr(err.message, cases[i].message)))
            fail_msg("case %zu: %lld %s at %s", i, (long long)got, err.message, err.where);
    }
}

/* Characters that lie across the borders of buffers. */
static void test_long_utf16(void **state)
{
    (void)state;
    size_t count = 70001;
    unsigned char *bytes = malloc(4 * count + 2);
    char *text = malloc(4 * count + 100);
    bytes[0] = 'x';
    bytes[1] = 0;
    for (size_t i = 0; i < count; i++)
        memcpy(bytes + 2 + 4 * i, "\x3D\xD8\x42\xDE", 4);
    write_bytes(bytes, 4 * count + 2);
    struct text_file file = plain();
    assert_int_equal(
        read_all(&file, ENCODING_UTF16_LE, 0, 100000, NULL, text, 4 * count + 100, NULL),
        4 * count + 1);
    for (size_t i = 0; i < count; i++)
        assert_memory_equal(text + 1 + 4 * i, "\xF0\x9F\x99\x82", 4);
    free(bytes);
    free(text);
}

static void test_guess(void **state)
{
    (void)state;
    bool has_mark;
    assert_int_equal(text_encoding_guess("\xEF\xBB\xBF"
                                         "a",
                                         4, &has_mark),
                     ENCODING_UTF8);
    assert_true(has_mark);
    assert_int_equal(text_encoding_guess("a\0,\0b\0\n\0", 8, &has_mark), ENCODING_UTF16_LE);
    assert_false(has_mark);
    assert_int_equal(text_encoding_guess("\0a\0,\0b\0\n", 8, &has_mark), ENCODING_UTF16_BE);
    assert_int_equal(text_encoding_guess("", 0, &has_mark), ENCODING_UTF8);
    assert_int_equal(text_encoding_guess("abc\xE9", 4, &has_mark), ENCODING_UTF8);
    assert_int_equal(text_encoding_guess("\xFE\xFF\0a", 4, &has_mark), ENCODING_UTF16_BE);
    assert_true(has_mark);
}

static void test_one_byte_encodings(void **state)
{
    (void)state;
    char text[20] = "";
    assert_int_equal(text_to_utf8(ENCODING_LATIN1, "a\xE9\x80", 3, text), 5);
    assert_memory_equal(text, "a\xC3\xA9\xC2\x80", 5);
    assert_int_equal(text_to_utf8(ENCODING_WINDOWS_1252, "\x80\xE9\x9E", 3, text), 7);
    assert_memory_equal(text, "\xE2\x82\xAC\xC3\xA9\xC5\xBE", 7);
    static const char undefined[] = "\x81\x8D\x8F\x90\x9D";
    for (int i = 0; i < 5; i++)
        assert_int_equal(text_to_utf8(ENCODING_WINDOWS_1252, undefined + i, 1, text), -1);
}

struct entry {
    const char *name, *text;
    int level; /* 0: stored */
};

static void write_zip(const struct entry *entries, size_t count)
{
    unlink(path);
    zipFile zip = zipOpen64(path, APPEND_STATUS_CREATE);
    assert_non_null(zip);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(zipOpenNewFileInZip64(zip, entries[i].name, NULL, NULL, 0, NULL, 0, NULL,
                                               entries[i].level ? Z_DEFLATED : 0, entries[i].level,
                                               1),
                         ZIP_OK);
        assert_int_equal(
            zipWriteInFileInZip(zip, entries[i].text, (unsigned)strlen(entries[i].text)), ZIP_OK);
        assert_int_equal(zipCloseFileInZip(zip), ZIP_OK);
    }
    assert_int_equal(zipClose(zip, NULL), ZIP_OK);
}

/* Names of the members that are found, with blanks between them; or the message. */
static void list(const char *pattern, char *ret_names)
{
    struct arena arena;
    arena_init(&arena, 16 << 20);
    struct text_files files;
    struct err err = {0};
    *ret_names = '\0';
    if (text_files_list(path, pattern, &arena, &files, &err) != 0) {
        sprintf(ret_names, "%s", err.message);
    } else {
        for (size_t i = 0; i < files.count; i++)
            sprintf(ret_names + strlen(ret_names), "%s%s", i ? " " : "",
                    files.items[i].member ? files.items[i].member : "-");
    }
    arena_release(&arena);
}

static void test_members(void **state)
{
    (void)state;
    static const struct entry entries[] = {
        {"z.csv", "z\n1\n", 6},      {"in/", "", 0},          {"in/a.csv", "a\n2\n", 0},
        {"in/deep/b.txt", "b\n", 9}, {".hidden", "x", 0},     {"__MACOSX/._z.csv", "x", 0},
        {"in/.DS_Store", "x", 0},    {"n\xE9.csv", "n\n", 6},
    };
    static const struct {
        const char *pattern, *names;
    } cases[] = {
        {NULL, "z.csv in/a.csv in/deep/b.txt n%E9.csv"},
        {"*.csv", "z.csv in/a.csv n%E9.csv"},
        {"in/*.csv", "in/a.csv"},
        {"**/*.txt", "in/deep/b.txt"},
        {"in/**", "in/a.csv in/deep/b.txt in/.DS_Store"},
        {"{z,a}.csv", "z.csv in/a.csv"},
        {"in/deep/b.txt", "in/deep/b.txt"},
    };
    char names[1000];
    write_zip(entries, sizeof(entries) / sizeof(entries[0]));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        list(cases[i].pattern, names);
        assert_string_equal(names, cases[i].names);
    }
    list("*.json", names);
    assert_non_null(strstr(names, "found nothing to read"));
    write_bytes("a,b\n", 4);
    list(NULL, names);
    assert_string_equal(names, "-");
}

static void test_members_are_read(void **state)
{
    (void)state;
    static const struct entry entries[] = {
        {"z.csv", "\xEF\xBB\xBFz\n1\n", 6}, {"in/a.csv", "a\n2\n", 0}, {"n\xE9.csv", "n\n", 6}};
    static const char *const texts[] = {"z\n1\n", "a\n2\n", "n\n"};
    write_zip(entries, 3);
    struct arena arena;
    arena_init(&arena, 16 << 20);
    struct text_files files;
    assert_int_equal(text_files_list(path, NULL, &arena, &files, NULL), 0);
    assert_int_equal(files.count, 3);
    for (int with_place = 0; with_place < 2; with_place++) {
        for (size_t i = 0; i < 3; i++) {
            char text[100];
            struct err err = {0};
            struct text_file file = files.items[i];
            file.member_place = with_place ? file.member_place : 0;
            if (read_all(&file, ENCODING_UTF8, 0, 2, NULL, text, 100, &err) < 0)
                fail_msg("%s", err.message);
            assert_string_equal(text, texts[i]);
        }
    }
    struct text_file gone = {.path = path, .member = "no.csv", .label = "x.zip/no.csv"};
    char text[100];
    struct err err = {0};
    assert_int_equal(read_all(&gone, ENCODING_UTF8, 0, 2, NULL, text, 100, &err), -1);
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    arena_release(&arena);
}

static void test_members_that_are_refused(void **state)
{
    (void)state;
    char names[1000];
    static const struct {
        const char *name, *message;
    } cases[] = {
        {"../a.csv", "leads out"},  {"/etc/a.csv", "leads out"}, {"a/../../b.csv", "leads out"},
        {"..\\a.csv", "leads out"}, {"C:\\a.csv", "leads out"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct entry entry = {cases[i].name, "a\n", 6};
        write_zip(&entry, 1);
        list(NULL, names);
        if (!strstr(names, cases[i].message))
            fail_msg("%s: %s", cases[i].name, names);
    }
    struct entry twice[2] = {{"a.csv", "a\n", 6}, {"a.csv", "b\n", 6}};
    write_zip(twice, 2);
    list(NULL, names);
    assert_non_null(strstr(names, "is there twice"));
}

static size_t load(unsigned char *ret_bytes, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t len = fread(ret_bytes, 1, size, file);
    fclose(file);
    return len;
}

static size_t find(const unsigned char *bytes, size_t len, const char *magic)
{
    unsigned char *found = memmem(bytes, len, magic, 4);
    assert_non_null(found);
    return (size_t)(found - bytes);
}

static int64_t read_member(struct err *err)
{
    char text[1000];
    struct text_file file = {.path = path, .member = "a.csv", .label = "x.zip/a.csv"};
    return read_all(&file, ENCODING_UTF8, 0, 100, NULL, text, sizeof(text), err);
}

static void test_broken_zips(void **state)
{
    (void)state;
    unsigned char bytes[1000];
    char names[1000];
    struct err err = {0};
    struct entry entry = {"a.csv", "some text that is stored\n", 0};
    write_zip(&entry, 1);
    size_t len = load(bytes, sizeof(bytes));
    assert_int_equal(read_member(NULL), 25);
    size_t text = find(bytes, len, "some"), list_at = find(bytes, len, "PK\1\2");
    bytes[text] ^= 1;
    write_bytes(bytes, len);
    assert_int_equal(read_member(&err), -1);
    assert_non_null(strstr(err.message, "checksum"));
    bytes[text] ^= 1;
    bytes[list_at + 8] |= 1; /* the flag of encryption */
    write_bytes(bytes, len);
    list(NULL, names);
    assert_non_null(strstr(names, "is encrypted"));
    assert_int_equal(read_member(&err), -1);
    bytes[list_at + 8] &= (unsigned char)~1;
    bytes[list_at + 10] = 12; /* bzip2 */
    write_bytes(bytes, len);
    assert_int_equal(read_member(&err), -1);
    assert_non_null(strstr(err.message, "method 12"));
    bytes[list_at + 10] = 0;
    bytes[list_at + 22] = bytes[list_at + 26] = 0x7F; /* sizes of more than 512 KB… */
    write_bytes(bytes, len);
    list(NULL, names);
    assert_non_null(strstr(names, "overlap"));
    for (size_t cut = 4; cut + 2 < len; cut++) { /* the last 2 bytes: the length of a comment */
        write_bytes(bytes, cut);
        list(NULL, names);
        if (strcmp(names, "a.csv") == 0)
            fail_msg("cut at %zu of %zu: %s", cut, len, names);
    }
}

static void test_bombs(void **state)
{
    (void)state;
    struct err err = {0};
    size_t size = (size_t)1 << 20;
    char *text = malloc(size);
    unsigned char *packed = malloc(size);
    memset(text, 'a', size);
    size_t len = gzip_of(text, size, packed, size);
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 1030; i++)
        assert_int_equal(fwrite(packed, 1, len, file), len);
    fclose(file);
    struct text_file bomb = plain();
    AUTO(text_input_close_at) struct text_input *input = NULL;
    assert_int_equal(text_input_open(&bomb, PACKING_GZIP, ENCODING_UTF8, 0, NULL, &input, NULL), 0);
    int64_t got, sum = 0;
    while ((got = text_input_read(input, text, size, &err)) > 0)
        sum += got;
    assert_int_equal(got, -1);
    assert_non_null(strstr(err.message, "more than 1 GB"));
    assert_true(sum <= TEXT_MAX_UNPACKED_BYTES);
    free(text);
    free(packed);
    /* A zip file says so beforehand. */
    unsigned char bytes[1000];
    struct entry entry = {"a.csv", "some text that is stored\n", 0};
    write_zip(&entry, 1);
    len = load(bytes, sizeof(bytes));
    bytes[find(bytes, len, "PK\1\2") + 27] = 0x70;
    write_bytes(bytes, len);
    assert_int_equal(read_member(&err), -1);
    assert_non_null(strstr(err.message, "more than 1 GB"));
}

static int set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/x", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_a_folder_is_no_file),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_zstd),
        cmocka_unit_test(test_zstd_windows_are_bounded),
        cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_long_utf16),
        cmocka_unit_test(test_guess),
        cmocka_unit_test(test_one_byte_encodings),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_members_are_read),
        cmocka_unit_test(test_members_that_are_refused),
        cmocka_unit_test(test_broken_zips),
        cmocka_unit_test(test_bombs),
    };
    return cmocka_run_group_tests_name("text input", tests, set_up, tear_down);
}
