// Low, medium and high of a trip as cards: the result of shortlist_hotels.
const tierNames = {low: "Low", medium: "Medium", high: "High"};

function factsOf(hotel) {
  const facts = [];
  if (hotel.stars) facts.push(element("span", "", `${Number(hotel.stars)} ★`));
  if (hotel.review_score) facts.push(element("span", "", `${Number(hotel.review_score)} of 10`));
  if (hotel.distance_to_center !== null && hotel.distance_to_center !== undefined)
    facts.push(element("span", "", `${Number(hotel.distance_to_center)} km`));
  if (hotel.refundable === true) facts.push(element("span", "good", "refundable"));
  if (hotel.refundable === false) facts.push(element("span", "", "not refundable"));
  return facts;
}

function commissionOf(hotel) {
  const commission = hotel.commission;
  if (!commission || commission.amount === null || commission.amount === undefined) return null;
  const percent = commission.percent === null || commission.percent === undefined ? "" : ` (${Number(commission.percent)} %)`;
  return element("p", "quiet commission", `earns ${money(commission.amount, hotel.currency)}${percent}`);
}

function card(hotel, cities) {
  const others = (hotel.also_at || []).length;
  const total = hotel.total_amount === null || hotel.total_amount === undefined ? "" : `${money(hotel.total_amount, hotel.currency)} in all`;
  const where = [cities.get(String(hotel.leg_id)), hotel.site, others ? `also at ${others} more` : "", total].filter(Boolean).join(" · ");
  return element(
    "article", "card",
    element("h3", "", hotel.name || hotel.hotel_key),
    element("p", "price", `${money(hotel.nightly_amount, hotel.currency)} a night`),
    element("p", "quiet", where),
    element("div", "facts", ...factsOf(hotel)),
    commissionOf(hotel),
    hotel.reason ? element("p", "quiet", hotel.reason) : null);
}

function tier(name, hotels, cities) {
  return element(
    "section", `tier ${name}`,
    element("h2", "", `${tierNames[name]} · ${hotels.length}`),
    ...(hotels.length ? hotels.map(hotel => card(hotel, cities)) : [element("p", "quiet", "No hotel in this tier.")]));
}

function cutsOf(shortlist) {
  if (!shortlist.cuts || shortlist.cuts.length !== 2) return null;
  const [low, high] = shortlist.cuts.map(cut => money(cut, shortlist.currency));
  return element("p", "quiet", `A night below ${low} is low, from ${high} high.`);
}

start("voygen-shortlist", shortlist => {
  const legs = shortlist.legs || [];
  const cities = new Map(legs.length > 1 ? legs.map(leg => [String(leg.leg_id), leg.city]) : []);
  replacePage(
    element("h1", "", "Shortlist"),
    element("p", "quiet", [shortlist.slug, legs.map(leg => leg.city).join(", ")].filter(Boolean).join(" · ")),
    ...[cutsOf(shortlist), shortlist.note ? element("p", "quiet", shortlist.note) : null].filter(Boolean),
    element("div", "tiers", ...Object.keys(tierNames).map(name => tier(name, shortlist.tiers[name] || [], cities))));
});
