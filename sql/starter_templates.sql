-- Letters and proposals a new agency begins with. Where a default says Demo Agency, the agency that gets the template puts its own name.
delete from voygen.starter_data where kind = 'template';

insert into voygen.starter_data (kind, name, body)
select 'template', t.name, jsonb_build_object('aliases', t.aliases, 'title', t.title, 'category', t.category, 'format', t.format, 'description', t.description, 'content', t.content,
                                              'variables_schema', t.variables_schema, 'default_values', t.default_values, 'usage_examples', t.usage_examples)
from (values

('client-welcome-email', array['client-welcome'], 'Welcome to a new client', 'client-communication', 'text', 'First letter after an enquiry: what was understood, and when the client hears more.',
$text$Subject: Your {trip_type} to {destination}

Dear {client_name},

thank you for asking us about {destination}. This is what we have noted:

- Where: {destination}
- When: {travel_dates}
- Who: {traveler_count}
{{#if budget_range}}- Budget: {budget_range}
{{/if}}
Is something missing or wrong? An answer to this letter is enough.

You will hear from us within {followup_timeframe} with first ideas.

Kind regards
{agent_name}
{agency_name}
{{#if contact_info}}{contact_info}
{{/if}}$text$,
$json${
  "type": "object",
  "properties": {
    "client_name": {"type": "string", "minLength": 1, "description": "How the client is addressed"},
    "destination": {"type": "string", "minLength": 1, "description": "Place or places of the trip"},
    "agent_name": {"type": "string", "minLength": 1, "description": "Who signs"},
    "trip_type": {"type": "string", "description": "Kind of trip: honeymoon, family holiday"},
    "travel_dates": {"type": "string", "description": "Dates as the client said them"},
    "traveler_count": {"type": "string", "description": "Who travels: 2 adults"},
    "budget_range": {"type": "string", "description": "What the client wants to spend; left out when unknown"},
    "followup_timeframe": {"type": "string", "description": "When the client hears more"},
    "agency_name": {"type": "string", "description": "Name of the agency"},
    "contact_info": {"type": "string", "description": "Telephone and address of the agent"}
  },
  "required": ["client_name", "destination", "agent_name"],
  "additionalProperties": false
}$json$::jsonb,
$json${"trip_type": "trip", "travel_dates": "dates to be agreed", "traveler_count": "party to be agreed", "budget_range": "", "followup_timeframe": "24-48 hours",
  "agency_name": "Demo Agency", "agent_name": "Your travel advisor", "contact_info": ""}$json$::jsonb,
$json$[
  {"name": "Two adults to Santorini",
   "variables": {"client_name": "Demo Client", "destination": "Santorini", "agent_name": "Demo Agent", "trip_type": "anniversary trip", "travel_dates": "June 15-22 2025",
                 "traveler_count": "2 adults", "budget_range": "$8,000-$12,000", "agency_name": "Sunny Trips", "contact_info": "+1 555 0100"},
   "expected": "Subject: Your anniversary trip to Santorini\n\nDear Demo Client,\n\nthank you for asking us about Santorini. This is what we have noted:\n\n- Where: Santorini\n- When: June 15-22 2025\n- Who: 2 adults\n- Budget: $8,000-$12,000\n\nIs something missing or wrong? An answer to this letter is enough.\n\nYou will hear from us within 24-48 hours with first ideas.\n\nKind regards\nDemo Agent\nSunny Trips\n+1 555 0100\n"},
  {"name": "Nothing but names", "variables": {"client_name": "Demo Client", "destination": "Lisbon", "agent_name": "Demo Agent", "agency_name": "Sunny Trips"},
   "expected": "Subject: Your trip to Lisbon\n\nDear Demo Client,\n\nthank you for asking us about Lisbon. This is what we have noted:\n\n- Where: Lisbon\n- When: dates to be agreed\n- Who: party to be agreed\n\nIs something missing or wrong? An answer to this letter is enough.\n\nYou will hear from us within 24-48 hours with first ideas.\n\nKind regards\nDemo Agent\nSunny Trips\n"}
]$json$::jsonb),

('three-tier-proposal', array['proposal-template'], 'Proposal with three offers', 'proposals', 'markdown', 'One trip in three ways: classic, premium and luxury.',
$text$# {destination} for {client_name}

{travel_dates} · {traveler_count} travelling

You can travel in three ways. Each price is for all travellers together.

## Classic: ${classic_price}

{classic_description}

- Included: {classic_inclusions}
- Hotels: {classic_hotels}
- To do: {classic_activities}

## Premium: ${premium_price}

{premium_description}

- Included: {premium_inclusions}
- Hotels: {premium_hotels}
- To do: {premium_activities}

## Luxury: ${luxury_price}

{luxury_description}

- Included: {luxury_inclusions}
- Hotels: {luxury_hotels}
- To do: {luxury_activities}

## What comes next

Tell us which one speaks to you, or what you would take from another. Prices hold until the hotels change them; we check again before you book.

{agent_signature}
$text$,
(select jsonb_build_object('type', 'object',
   'properties', $json${
     "client_name": {"type": "string", "minLength": 1, "description": "For whom the proposal is"},
     "destination": {"type": "string", "minLength": 1, "description": "Place or places of the trip"},
     "travel_dates": {"type": "string", "minLength": 1, "description": "Dates of the trip"},
     "traveler_count": {"type": ["string", "integer"], "description": "Who travels"},
     "agent_signature": {"type": "string", "description": "Lines the proposal ends with"}
   }$json$::jsonb || jsonb_object_agg(tier || '_' || part, definition),
   'required', '["client_name", "destination", "travel_dates", "traveler_count"]'::jsonb,
   'additionalProperties', false)
 from unnest(array['classic', 'premium', 'luxury']) as tier,
      (values ('price', '{"type": "number", "minimum": 0, "description": "Price for all travellers"}'::jsonb),
              ('description', '{"type": "string", "description": "What sets this offer apart"}'),
              ('inclusions', '{"type": "string", "description": "What the price covers"}'),
              ('hotels', '{"type": "string", "description": "Hotels of this offer"}'),
              ('activities', '{"type": "string", "description": "Tours and tickets of this offer"}')) as parts (part, definition)),
(select '{"agent_signature": "Kind regards\nYour travel advisor\nDemo Agency\nAn answer to this letter reaches us at any time."}'::jsonb || jsonb_object_agg(tier || '_' || part, text)
 from (values ('classic'), ('premium'), ('luxury')) as tiers (tier),
      (values ('price', to_jsonb(0)), ('description', to_jsonb('Details on request.'::text)), ('inclusions', to_jsonb('on request'::text)),
              ('hotels', to_jsonb('on request'::text)), ('activities', to_jsonb('on request'::text))) as parts (part, text)
 where part <> 'price'),
$json$[
  {"name": "Costa Rica for two",
   "variables": {"client_name": "Demo Clients", "destination": "Costa Rica", "travel_dates": "March 1-9 2026", "traveler_count": 2,
                 "classic_price": 4500, "classic_description": "Well-kept hotels close to the parks.", "classic_inclusions": "hotels, breakfast, shuttle",
                 "classic_hotels": "three-star lodges", "classic_activities": "hanging bridges",
                 "premium_price": 6750, "premium_description": "Rooms with a view of the volcano.", "premium_inclusions": "hotels, breakfast, private transfers",
                 "premium_hotels": "four-star resorts", "premium_activities": "hanging bridges, hot springs",
                 "luxury_price": 9500, "luxury_description": "Villas with a pool of their own.", "luxury_inclusions": "villas, all meals, private driver",
                 "luxury_hotels": "five-star villas", "luxury_activities": "private guide, hot springs, catamaran",
                 "agent_signature": "Kind regards\nDemo Agent"},
   "expected": "# Costa Rica for Demo Clients\n\nMarch 1-9 2026 · 2 travelling\n\nYou can travel in three ways. Each price is for all travellers together.\n\n## Classic: $4500\n\nWell-kept hotels close to the parks.\n\n- Included: hotels, breakfast, shuttle\n- Hotels: three-star lodges\n- To do: hanging bridges\n\n## Premium: $6750\n\nRooms with a view of the volcano.\n\n- Included: hotels, breakfast, private transfers\n- Hotels: four-star resorts\n- To do: hanging bridges, hot springs\n\n## Luxury: $9500\n\nVillas with a pool of their own.\n\n- Included: villas, all meals, private driver\n- Hotels: five-star villas\n- To do: private guide, hot springs, catamaran\n\n## What comes next\n\nTell us which one speaks to you, or what you would take from another. Prices hold until the hotels change them; we check again before you book.\n\nKind regards\nDemo Agent\n"}
]$json$::jsonb),

('followup-email', array[]::text[], 'Following up', 'client-communication', 'text', 'A friendly reminder of a proposal, with one clear next step.',
$text$Subject: Your {proposal_type} for {destination}

Dear {client_name},

{followup_message}

{{#if travel_dates}}Your dates: {travel_dates}{traveler_count?', '+traveler_count:''}
{{/if}}{{#if proposal_date}}Sent to you: {proposal_date}
{{/if}}
{call_to_action}

Kind regards
{agent_name}
$text$,
$json${
  "type": "object",
  "properties": {
    "client_name": {"type": "string", "minLength": 1, "description": "How the client is addressed"},
    "destination": {"type": "string", "minLength": 1, "description": "Place or places of the trip"},
    "followup_message": {"type": "string", "minLength": 1, "description": "Why we write"},
    "call_to_action": {"type": "string", "minLength": 1, "description": "What the client can do next"},
    "proposal_type": {"type": "string", "description": "What was sent"},
    "proposal_date": {"type": "string", "description": "When it was sent"},
    "travel_dates": {"type": "string", "description": "Dates of the trip"},
    "traveler_count": {"type": "string", "description": "Who travels"},
    "agent_name": {"type": "string", "description": "Who signs"}
  },
  "required": ["client_name", "destination", "followup_message", "call_to_action"],
  "additionalProperties": false
}$json$::jsonb,
$json${"proposal_type": "travel proposal", "proposal_date": "", "travel_dates": "", "traveler_count": "", "agent_name": "Your travel advisor"}$json$::jsonb,
$json$[
  {"name": "A week after a proposal for Japan",
   "variables": {"client_name": "Demo Client", "destination": "Japan", "followup_message": "A week ago we sent you our ideas for Kyoto and Tokyo. Have you had time to look at them?",
                 "call_to_action": "Shall we talk on Thursday? Tell us an hour that suits you.", "proposal_date": "September 2 2025", "travel_dates": "April 2026", "traveler_count": "2 adults"},
   "expected": "Subject: Your travel proposal for Japan\n\nDear Demo Client,\n\nA week ago we sent you our ideas for Kyoto and Tokyo. Have you had time to look at them?\n\nYour dates: April 2026, 2 adults\nSent to you: September 2 2025\n\nShall we talk on Thursday? Tell us an hour that suits you.\n\nKind regards\nYour travel advisor\n"}
]$json$::jsonb)

) as t (name, aliases, title, category, format, description, content, variables_schema, default_values, usage_examples);

-- Agencies that have the examples from before these said what has to come out get them as they are now. Whoever has changed an example or
-- the text keeps his own; texts themselves are never replaced.
update voygen.template_definitions as t
set usage_examples = s.body->'usage_examples'
from voygen.starter_data as s
join (values
  ('client-welcome-email', 'c89cc3c5d0428eccf6eebe4123df47cd'),
  ('three-tier-proposal', '32719cbd42e936cf681874a9e3202a68'),
  ('followup-email', '72055b387dcc56251bc04fcaaaba43a5')) as before (name, digest) using (name)
where s.kind = 'template'
  and t.name = s.name
  and md5(t.usage_examples::text) = before.digest
  and t.content = s.body->>'content'
  and t.variables_schema = s.body->'variables_schema';
