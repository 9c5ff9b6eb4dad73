/*
 * main.c - finds the subcommand, opens what it needs and hands it in.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "db/greeting.h"
#include "image/decoder_process.h"
#include "image/exchange.h"

#ifndef VOYGEN_VERSION
#error "the Makefile gives VOYGEN_VERSION"
#endif

static const struct command *const commands[] = {
	&call_command,
	&tools_command,
	&work_command,
	&doctor_command,
	&agency_command,
	&user_command,
	&token_command,
	&demo_command,
	&serve_command,
	&render_command,
	&image_command,
	&proposal_command,
	&pdf_command,
	&make_command,
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* The only way out when memory is gone; says it in both forms, JSON for programs that read stderr. */
static void
out_of_memory(size_t wanted)
{
	fprintf(stderr, "{\"code\": \"unavailable\", \"message\": \"voygen: out of memory (%zu bytes wanted)\"}\n", wanted);
	_Exit(COMMAND_FAILED);
}

static void
print_help(FILE *out)
{
	fputs("usage: voygen COMMAND [ARGUMENTS]   (voygen COMMAND -h explains one)\n\n", out);
	for (size_t i = 0; i < COMMANDS && commands[i]->summary != NULL; i++)
		fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n"
		  "VOYGEN_GATEWAY_URL and VOYGEN_TOKEN say where tools are called and who asks, VOYGEN_DATABASE_URL how an\n"
		  "administrator logs in; what the environment does not say is read from .voygen/env.\n"
		  "Exit status: 0 done, 1 the request failed (see stderr), 2 wrong usage.\n",
		  out);
}

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
	{
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static enum command_status
run_command(const struct command *command, int argc, char **argv)
{
	struct arena arena;
	struct session session = {.arena = &arena};
	struct failure failure;
	enum command_status status;

	arena_open(&arena, out_of_memory);
	if (settings_read(&arena, &session.settings, &failure) && greeting_set(&arena, session.settings.public_url, &failure))
		status = command->run(command, &session, argc, argv);
	else
		status = command_failed(command, &failure);
	arena_close(&arena);
	return status;
}

/* `-h` anywhere before `--` asks for the page of the subcommand. */
static bool
asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
	{
		if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0)
			return true;
	}
	return false;
}

int
main(int argc, char **argv)
{
	const struct command *command;

	/* No subcommand for people: this program started anew for one picture. */
	if (argc == 2 && strcmp(argv[1], DECODE_COMMAND) == 0)
		decoder_process();
	/* A reader that goes away shows as a write error with a message, not as a silent death. */
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2)
	{
		print_help(stderr);
		return COMMAND_USAGE;
	}
	if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)
	{
		print_help(stdout);
		return fflush(stdout) == 0 ? COMMAND_DONE : COMMAND_FAILED;
	}
	if (strcmp(argv[1], "--version") == 0)
	{
		puts("voygen " VOYGEN_VERSION);
		return fflush(stdout) == 0 ? COMMAND_DONE : COMMAND_FAILED;
	}
	command = find_command(argv[1]);
	if (command == NULL)
	{
		fprintf(stderr, "voygen: there is no command \"%s\"\n", argv[1]);
		print_help(stderr);
		return COMMAND_USAGE;
	}
	if (asks_for_help(argc - 1, argv + 1))
	{
		fputs(command->help, stdout);
		return command_finished(command);
	}
	return run_command(command, argc - 1, argv + 1);
}
