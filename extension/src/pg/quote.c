/*
 * quote.c
 *	  Commission of offers: any rates, rules and offers in, one quote for each offer out.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/date.h"

#include "kernel/commission.h"
#include "pg/argument.h"
#include "pg/kernels.h"
#include "pg/quote_read.h"
#include "pg/quote_write.h"

PG_FUNCTION_INFO_V1(voygen_commission_quote);
PG_FUNCTION_INFO_V1(voygen_commission_quotes);

/* A list handed in whole: its entries are the arguments. */
static int
list_of(Jsonb *list, const char *path, argument *entries)
{
	if (!JB_ROOT_IS_ARRAY(list) || JB_ROOT_IS_SCALAR(list))
		argument_raise(psprintf("%s is not a list", path + 1), path, "a list", "something else");
	entries->object = &list->root;
	entries->path = path;
	return JB_ROOT_COUNT(list);
}

static commission_book *
book_make(Jsonb *rate_list, Jsonb *rule_list, money_rounding rounding)
{
	argument entries;
	int n_rates = list_of(rate_list, "/rates", &entries);
	commission_rate *rates = palloc(sizeof(commission_rate) * Max(n_rates, 1));
	int n_rules;
	commission_rule *rules;
	kernel_alloc memory = kernels_memory(CurrentMemoryContext);
	kernel_error error = {0};
	commission_book *book;

	for (int i = 0; i < n_rates; i++)
	{
		argument entry = argument_entry_object(&entries, i);

		quote_read_rate(&entry, i + 1, &rates[i]);
	}
	n_rules = list_of(rule_list, "/rules", &entries);
	rules = palloc(sizeof(commission_rule) * Max(n_rules, 1));
	for (int i = 0; i < n_rules; i++)
	{
		argument entry = argument_entry_object(&entries, i);

		quote_read_rule(&entry, i + 1, &rules[i]);
	}
	kernels_check(commission_book_compile(rates, n_rates, rules, n_rules, rounding, &memory, &book, &error), &error);
	return book;
}

static money_rounding
rounding_read(text *name)
{
	const char *word = text_to_cstring(name);

	if (strcmp(word, "half_up") == 0)
		return MONEY_HALF_UP;
	if (strcmp(word, "half_even") != 0)
		argument_raise("unknown rounding", "/rounding", "half_up or half_even", word);
	return MONEY_HALF_EVEN;
}

static Datum
quote_one(const argument *from, const commission_book *book, commission_scope *scope, kernel_day today, bool traced)
{
	quote_offer offer;
	quote_steps steps = {0};
	commission_trace trace = {quote_steps_add, &steps};
	commission_quote quote;
	kernel_error error = {0};
	StringInfoData out;

	quote_read_offer(from, book, today, &offer);
	commission_scope_set(scope, &offer.trip);
	kernels_check(commission_quote_offer(book, scope, &offer.offer, traced ? &trace : NULL, &quote, &error), &error);
	initStringInfo(&out);
	quote_write(&out, &quote, traced ? &steps : NULL, offer.offer.exponent, offer.currency);
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data));
}

/*
 * commission_quote(offer jsonb, rates jsonb, rules jsonb, rounding text, booked_on date) returns jsonb
 */
Datum
voygen_commission_quote(PG_FUNCTION_ARGS)
{
	Jsonb *given = PG_GETARG_JSONB_P(0);
	argument offer = {&given->root, "/offer"};
	commission_book *book;
	commission_scope *scope;

	if (!JB_ROOT_IS_OBJECT(given))
		argument_raise("offer is not an object", "/offer", "an object", "something else");
	book = book_make(PG_GETARG_JSONB_P(1), PG_GETARG_JSONB_P(2), rounding_read(PG_GETARG_TEXT_PP(3)));
	kernels_check(commission_scope_new(book, &scope), NULL);
	PG_RETURN_DATUM(quote_one(&offer, book, scope, PG_GETARG_DATEADT(4), true));
}

/*
 * commission_quotes(offers jsonb, rates jsonb, rules jsonb, rounding text, traced boolean, booked_on date)
 * returns setof (index integer, quote jsonb)
 */
Datum
voygen_commission_quotes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	bool traced = PG_GETARG_BOOL(4);
	kernel_day booked_on = PG_GETARG_DATEADT(5);
	argument offers;
	int n_offers;
	commission_book *book;
	commission_scope *scope;
	MemoryContext per_offer;

	InitMaterializedSRF(fcinfo, 0);
	n_offers = list_of(PG_GETARG_JSONB_P(0), "/offers", &offers);
	book = book_make(PG_GETARG_JSONB_P(1), PG_GETARG_JSONB_P(2), rounding_read(PG_GETARG_TEXT_PP(3)));
	kernels_check(commission_scope_new(book, &scope), NULL);
	per_offer = AllocSetContextCreate(CurrentMemoryContext, "voygen offer", ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < n_offers; i++)
	{
		MemoryContext before = MemoryContextSwitchTo(per_offer);
		argument entry;
		Datum values[2];
		bool nulls[2] = {false, false};

		CHECK_FOR_INTERRUPTS();
		entry = argument_entry_object(&offers, i);
		values[0] = Int32GetDatum(i);
		values[1] = quote_one(&entry, book, scope, booked_on, traced);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		MemoryContextSwitchTo(before);
		MemoryContextReset(per_offer);
	}
	return (Datum) 0;
}
