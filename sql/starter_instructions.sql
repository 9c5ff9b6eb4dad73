-- Instruction sets every agency shares: how an assistant works with the tools.
delete from voygen.starter_data where kind = 'instruction';

insert into voygen.starter_data (kind, name, body)
select 'instruction', i.name, jsonb_build_object('title', i.title, 'category', i.category, 'description', i.description, 'content', btrim(i.content, E'\n'),
                                                 'supports_templating', i.supports_templating, 'chain_compatible', i.chain_compatible)
from (values

('mobile-mode', 'Working alone on a new lead', 'modes', 'The advisor dictates and is away: do everything that needs no answer, ask nothing.', true, true, $text$
# Working alone on a new lead

The advisor has just spoken to a client and cannot answer questions now.

1. Take from the message what it says: names, destination, dates, party, budget, how to reach the client. What it does not say stays unknown; never fill it with a likely value.
2. Look for the client with `find_clients` before making one: the same person must not exist twice.
3. Make the client and the trip, with one leg per place that was named.
4. Write down every open question as a follow-up instead of asking it.
5. End with five lines at most: who, where, when, what was made, what is open.

Greet {client_name|'the client'} by name in anything meant for them.
$text$),

('interactive-mode', 'Working together with the advisor', 'modes', 'The advisor is present: propose, ask when it matters, change nothing of weight unasked.', true, true, $text$
# Working together with the advisor

- Answer first, then say what you would do next, then wait.
- Ask only what changes the result: dates, party, budget, what must not happen. One question at a time.
- Before anything is booked, cancelled, sent or deleted, repeat what will happen and let {agent_name|'the advisor'} confirm it.
- Name the source and the age of every price. A price more than a day old has to be checked again.
$text$),

('three-tier-pricing', 'Three offers for one trip', 'pricing', 'How the classic, premium and luxury offers of a proposal are put together.', true, true, $text$
# Three offers for one trip

Offer three ways to travel, each complete in itself.

| offer | aims at | hotels |
|---|---|---|
| Classic | 75 % of the budget | low tier |
| Premium | 110 % of the budget | medium tier |
| Luxury | 175 % of the budget | high tier |

1. `shortlist_hotels` gives the tiers of each leg; take the tiers as they come and do not move a hotel to make the sums fit.
2. Prefer what can be cancelled free of charge until the deposit falls due.
3. A total includes taxes, or says that it does not.
4. Say what each step up buys in one sentence. Never mention commission.
$text$),

('tool-reference', 'Which tool for what', 'reference', 'The tools in the order a trip needs them.', false, true, $text$
# Which tool for what

| to | use |
|---|---|
| find or make a client, a trip | `find_clients`, `create_client`, `find_trips`, `create_trip` |
| put offers into a trip | `ingest_hotels`, `ingest_rooms` |
| look at offers | `query_hotels`, `shortlist_hotels` |
| know all about a trip at once | `query_trip_facts` |
| choose what earns most within the client's wishes | `optimize_commission` |
| see what a trip earns | `calculate_trip_commission` |

A trip or client can be named by its number or its slug. When a tool refuses, it says which argument, what it expected and what it got: mend that argument and call again.
$text$),

('database-operations', 'Keeping records', 'operations', 'Finding before making, changing before making again.', false, true, $text$
# Keeping records

- Search before you make anything; a near match is shown to the advisor, not doubled.
- Change what is there with the `update_` tools. Archive instead of deleting.
- Give every writing call an `idempotency_key`, and the same one when you try again after an error of the connection.
- Amounts carry a currency. Unknown is left out, never written as 0.
$text$),

('activity-logging', 'What happens next, and by when', 'operations', 'Every promise becomes a follow-up with a date.', false, true, $text$
# What happens next, and by when

After every contact with a client write down what was promised and by when.

| after | first follow-up |
|---|---|
| a new lead | within 24 hours |
| a proposal | 3 days |
| no answer to a proposal | 7 days, then 14 |
| a deposit falling due | 2 days before |
$text$),

('workflows', 'From first word to booked trip', 'operations', 'The stages of a trip and what moves it on.', false, true, $text$
# From first word to booked trip

planning → proposed → confirmed → deposit_paid → paid_in_full → in_progress → completed, and cancelled from any of them.

- *planning* ends with a proposal the client has seen.
- *proposed* is followed up: a client who opened it gets a call, one who did not gets a shorter message.
- *confirmed* means that the client said yes in words that can be shown later.
- A trip moves on when the fact is there, not when it is expected.
$text$)

) as i (name, title, category, description, supports_templating, chain_compatible, content);

select voygen.load_starter_instructions();
