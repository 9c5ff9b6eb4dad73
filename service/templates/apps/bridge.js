"use strict";
// What both pages share: the talk with the host that embeds them (MCP Apps, JSON-RPC by postMessage), and the building of
// elements. Words of a result only ever become text nodes; nothing here parses markup, fetches or opens anything.
const host = {locale: undefined, show: null};

function send(message) {
  window.parent.postMessage({jsonrpc: "2.0", ...message}, "*");
}

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  for (const child of children) if (child !== null && child !== undefined) made.append(child);
  return made;
}

// Digits are the currency's own. What is no number, or a currency nobody knows, is shown as it came.
function money(value, currency) {
  if (value === null || value === undefined) return "–";
  try {
    return new Intl.NumberFormat(host.locale, {style: "currency", currency}).format(value);
  } catch {
    return [String(value), currency].filter(Boolean).join(" ");
  }
}

function replacePage(...children) {
  document.getElementById("page").replaceChildren(...children);
  tellSize();
}

function tellSize() {
  const box = document.documentElement;
  send({method: "ui/notifications/size-changed", params: {width: Math.ceil(box.scrollWidth), height: Math.ceil(document.body.scrollHeight)}});
}

function applyContext(context) {
  if (!context || typeof context !== "object") return;
  const root = document.documentElement;
  if (context.theme === "light" || context.theme === "dark") root.dataset.theme = context.theme;
  if (typeof context.locale === "string") {
    try {
      host.locale = Intl.getCanonicalLocales(context.locale)[0];
      root.lang = host.locale;
    } catch {
      // a language nobody knows changes nothing
    }
  }
  const variables = (context.styles && context.styles.variables) || {};
  for (const [name, value] of Object.entries(variables))
    if (/^--(color|font|border|shadow)-[a-z0-9-]+$/.test(name) && typeof value === "string") root.style.setProperty(name, value);
}

// The result as data: the structured part, else the text of a host that passes on only that.
function dataOf(result) {
  if (result.structuredContent && typeof result.structuredContent === "object") return result.structuredContent;
  const first = (result.content || []).find(block => block.type === "text");
  try {
    return JSON.parse(first.text);
  } catch {
    return null;
  }
}

function showResult(result) {
  const text = ((result.content || []).find(block => block.type === "text") || {}).text;
  const data = result.isError ? null : dataOf(result);
  if (data === null) return replacePage(element("p", "fault", text || "There is no result to show."));
  try {
    host.show(data);
  } catch {
    replacePage(element("p", "fault", "The result is not one this page can show."));
  }
}

const heard = {
  "ui/notifications/tool-result": params => showResult(params || {}),
  "ui/notifications/tool-cancelled": () => replacePage(element("p", "quiet", "The call was cancelled.")),
  "ui/notifications/host-context-changed": applyContext,
};

function answerRequest(message) {
  if (message.method === "ui/resource-teardown" || message.method === "ping") send({id: message.id, result: {}});
  else send({id: message.id, error: {code: -32601, message: "Method not found"}});
}

function hear(event) {
  const message = event.data;
  if (event.source !== window.parent || !message || message.jsonrpc !== "2.0") return;
  if (typeof message.method === "string") {
    if (message.id !== undefined) answerRequest(message);
    else if (Object.hasOwn(heard, message.method)) heard[message.method](message.params);
  } else if (message.id === 1 && message.result) {
    applyContext(message.result.hostContext);
    send({method: "ui/notifications/initialized", params: {}});
    tellSize();
  }
}

function start(name, show) {
  host.show = show;
  window.addEventListener("message", hear);
  new ResizeObserver(tellSize).observe(document.body);
  send({
    id: 1,
    method: "ui/initialize",
    params: {appInfo: {name, version: "1.0.0"}, appCapabilities: {availableDisplayModes: ["inline"]}, protocolVersion: "2026-01-26"},
  });
}
