/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static volatile sig_atomic_t stop;
static struct terminal terminal;

/*
 * Where a command looks at `stop`, the first signal asks it to finish what runs, the second to
 * interrupt that; everywhere else, and from the third on, a signal ends the program as it always does.
 */
static void on_signal(int number)
{
    if (!terminal.is_stoppable || stop >= 2) {
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    stop = stop + 1;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* a reader that goes away is a write error, not the end of a run */
}

static int terminal_width(void)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

/* https://no-color.org: set and not empty. */
static bool wants_color(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return (no_color == NULL || no_color[0] == '\0') && term != NULL && !str_eq(term, "dumb");
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8"); /* for the width of characters; nothing else depends on it */
    terminal = (struct terminal){
        .out = stdout,
        .err = stderr,
        .is_out_tty = isatty(STDOUT_FILENO) == 1,
        .is_err_tty = isatty(STDERR_FILENO) == 1,
        .log_level = LOG_INFO,
        .stop = &stop,
    };
    terminal.width = terminal.is_out_tty || terminal.is_err_tty ? terminal_width() : 0;
    terminal.has_color = terminal.is_err_tty && wants_color();
    catch_signals();
    struct progress *progress = progress_new(&terminal);
    int exit_code = command_main(argc, argv, &terminal);
    progress_free(progress);
    return exit_code;
}
