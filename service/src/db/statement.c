/*
 * statement.c - runs one statement with parameters over the extended protocol.
 *
 * The statement is sent without waiting, and the wait is a poll over the socket and a signalfd: a person who
 * presses Ctrl-C gets the statement cancelled on the server, too, not only a dead client.
 */
#include "db/statement.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "db/refusal.h"

/* Type numbers of PostgreSQL's catalogue; these never change. */
#define TYPE_BYTEA 17
#define TYPE_INT8 20
#define TYPE_TEXT 25

void
statement_begin(struct statement *statement, const char *sql)
{
	memset(statement, 0, sizeof(*statement));
	statement->sql = sql;
}

static int
add_parameter(struct statement *statement, Oid type, const char *value, size_t length, int format)
{
	int at = statement->count++;

	statement->types[at] = type;
	statement->values[at] = value;
	statement->lengths[at] = (int) length;
	statement->formats[at] = format;
	return at;
}

void
statement_integer(struct statement *statement, int64_t value)
{
	char *number = statement->numbers[statement->count];

	snprintf(number, sizeof(statement->numbers[0]), "%" PRId64, value);
	add_parameter(statement, TYPE_INT8, number, 0, 0);
}

void
statement_text(struct statement *statement, const char *text)
{
	add_parameter(statement, TYPE_TEXT, text, 0, 0);
}

void
statement_bytes(struct statement *statement, const unsigned char *bytes, size_t length)
{
	add_parameter(statement, TYPE_BYTEA, (const char *) bytes, length, 1);
}

/* Asks the server to stop what it is doing; libpq 15 opens a second connection for that and waits for it. */
static void
cancel_statement(PGconn *connection)
{
	char reason[256];
	PGcancel *cancel = PQgetCancel(connection);

	if (cancel == NULL)
		return;
	PQcancel(cancel, reason, sizeof(reason));
	PQfreeCancel(cancel);
}

/* Waits until the whole reply is there, or the connection is gone. The signal that asked to stop; 0 when none did. */
static int
wait_for_reply(PGconn *connection, int signals)
{
	int stopped = 0;

	for (;;)
	{
		int unsent = PQflush(connection);
		struct pollfd waits[] = {
			{.fd = PQsocket(connection), .events = (short) (POLLIN | (unsent > 0 ? POLLOUT : 0))},
			{.fd = signals, .events = POLLIN},
		};

		if (unsent < 0 || waits[0].fd < 0)
			return stopped;
		if (unsent == 0 && !PQisBusy(connection))
			return stopped;
		if (poll(waits, 2, -1) < 0 && errno != EINTR)
			return stopped;
		if (waits[1].revents & POLLIN)
		{
			struct signalfd_siginfo news;

			stopped = read(signals, &news, sizeof(news)) > 0 ? (int) news.ssi_signo : stopped;
			cancel_statement(connection);
		}
		if (waits[0].revents != 0 && !PQconsumeInput(connection))
			return stopped;
	}
}

static bool
is_fine(const PGresult *result)
{
	return PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK;
}

/* Reads to the end of the transaction, which can still fail when the rows have been sent: an error takes their place. */
static PGresult *
read_result(PGconn *connection)
{
	PGresult *result = PQgetResult(connection);
	PGresult *more;

	while (result != NULL && (more = PQgetResult(connection)) != NULL)
	{
		bool worse = is_fine(result) && !is_fine(more);

		PQclear(worse ? result : more);
		result = worse ? more : result;
	}
	return result;
}

/* Sends the statement and reads its result; NULL when it could not be sent or memory ran out. */
static PGresult *
send_and_wait(PGconn *connection, const struct statement *statement, int signals, int *stopped)
{
	*stopped = 0;
	PQsetnonblocking(connection, 1);
	if (!PQsendQueryParams(connection, statement->sql, statement->count, statement->types, statement->values,
						   statement->lengths, statement->formats, 0))
		return NULL;
	*stopped = wait_for_reply(connection, signals);
	return read_result(connection);
}

PGresult *
statement_run(struct arena *arena, PGconn *connection, const struct statement *statement, struct failure *failure)
{
	PGresult *result;
	sigset_t stop;
	sigset_t before;
	int signals;
	int stopped;

	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, &before);
	signals = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
	result = send_and_wait(connection, statement, signals, &stopped);
	if (signals >= 0)
		close(signals);
	/* It came too late for this statement: whoever holds signals back hears of it. */
	if (stopped != 0 && is_fine(result) && sigismember(&before, stopped) == 1)
		kill(getpid(), stopped);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (is_fine(result))
		return result;
	refusal_read(arena, connection, result, stopped != 0, failure);
	PQclear(result);
	return NULL;
}

const char *
statement_value(const PGresult *result, int row, int column)
{
	return PQgetisnull(result, row, column) ? NULL : PQgetvalue(result, row, column);
}
