/*
 * builtin.h - what filters, tests, globals and methods look like, and where the compiler finds them.
 *
 * All of them have one signature. A filter and a test get the value they are applied to as argument 0.
 */
#ifndef VOYGEN_RENDER_BUILTIN_H
#define VOYGEN_RENDER_BUILTIN_H

#include "render/run.h"

struct arguments
{
	const struct value *at; /* positional ones */
	unsigned count;
	const struct dict *keywords;   /* f(name=value); NULL when there are none */
	struct value self;             /* of a method: what it is called on */
	const struct callable *callee; /* of a global or a method: how it was found; else NULL */
};

/* Answers the result; fails by render_fail, which does not return. */
typedef struct value builtin_call(struct render *run, const struct arguments *arguments);

struct builtin
{
	const char *name;
	builtin_call *call;
};

/* What VALUE_CALLABLE points to. */
struct callable
{
	const struct builtin *builtin; /* NULL for a macro */
	struct value self;             /* of a bound method */
	void *state;                   /* for the built-in's own use (cycler, joiner) */
	/* of a macro */
	const struct macro *macro;
	const struct template *template;
	struct context *context;
	struct frame *frame; /* where a call block stands; NULL for a macro, which sees no frame but its own */
};

/* Argument `index`, undefined when it is not there. */
static inline struct value
argument(const struct arguments *arguments, unsigned index)
{
	return index < arguments->count ? arguments->at[index] : value_undefined();
}

/* The same, or the keyword argument of that name. */
struct value argument_named(const struct arguments *arguments, unsigned index, const char *name);

/* A callable for a built-in with a state of its own, as cycler() and joiner() answer. */
struct value callable_new(struct render *run, const struct builtin *builtin, struct value self, void *state);

/* Looked up when a template is compiled; NULL: there is none of that name. A filter's name may have dots. */
const struct builtin *builtin_filter(const char *name, size_t length);
const struct builtin *builtin_test(const char *name, size_t length);
const struct builtin *builtin_global(const char *name, size_t length);

/*
 * Looked up when a template runs: the method of that name of strings, lists, dicts or numbers; NULL: none. Nothing else can be
 * reached from a value, so a template has no way out of its context.
 */
const struct builtin *builtin_method(struct value value, const char *name, size_t length);

#endif
