// What a trip earns: the result of calculate_trip_commission.
function figure(name, value) {
  return element("div", "figure", element("span", "quiet", name), element("b", "", value));
}

// Booked as a part of what could be earned; only a picture, so a plain number will do.
function bar(booked, potential) {
  if (!(Number(potential) > 0)) return null;
  const part = Math.min(1, Math.max(0, Number(booked) / Number(potential)));
  const fill = element("i");
  fill.style.width = `${Math.round(part * 100)}%`;
  return element("div", "bar", fill);
}

function table(headings, rows) {
  const head = element("tr", "", ...headings.map(([name, kind]) => element("th", kind, name)));
  const body = rows.map(cells => element("tr", "", ...cells.map((cell, place) => element("td", headings[place][1], cell))));
  return element("table", "rows", element("thead", "", head), element("tbody", "", ...body));
}

function section(title, rows, headings) {
  return rows.length ? [element("h2", "", title), table(headings, rows)] : [];
}

function legRow(leg, currency) {
  const best = [leg.best_hotel, leg.best_room].filter(Boolean).join(", ");
  const name = element("div", "", leg.leg || "no leg", best ? element("div", "quiet", `best: ${best}`) : null, bar(leg.booked, leg.potential));
  return [name, money(leg.booked, currency), money(leg.potential, currency)];
}

start("voygen-commission", report => {
  const currency = report.currency;
  const amounts = [["booked", "amount"], ["possible", "amount"]];
  const warnings = report.warnings || [];
  replacePage(
    element("h1", "", "Commission"),
    element("p", "quiet", report.slug),
    element("div", "figures",
      figure("Booked", money(report.booked, currency)),
      figure("Client pays for it", money(report.booked_total, currency)),
      figure("Possible", money(report.potential, currency))),
    ...section("By leg", (report.by_leg || []).map(leg => legRow(leg, currency)), [["leg", ""], ...amounts]),
    ...section("By site", (report.by_site || []).map(site => [site.site || "no site", money(site.booked, currency), money(site.potential, currency)]), [["site", ""], ...amounts]),
    ...section("Other currencies, not added", (report.other_currencies || []).map(other => [other.currency, money(other.booked, other.currency), money(other.booked_total, other.currency)]),
      [["currency", ""], ["commission", "amount"], ["price", "amount"]]),
    ...(warnings.length ? [element("h2", "", "To look at"), element("ul", "", ...warnings.map(warning => element("li", "", warning)))] : []));
});
