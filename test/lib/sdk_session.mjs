// An advisor's whole session by the official clients of the protocol, several at once.
//   NODE_PATH=…/node_modules node sdk_session.mjs <ASKED >ANSWERED
// ASKED is a list of sessions {sdk: v1 | v2, command: [program, arguments…] or url and token, client, elsewhere, hotels:
// [of each leg], budget}; ANSWERED is a list of what each has heard. Whatever a client itself finds wrong ends it.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { text } from 'node:stream/consumers';

const require = createRequire(`${process.env.NODE_PATH}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)));

const v1 = {
	...await load('@modelcontextprotocol/sdk/client/index.js'),
	...await load('@modelcontextprotocol/sdk/client/stdio.js'),
	...await load('@modelcontextprotocol/sdk/client/streamableHttp.js'),
	question: (await load('@modelcontextprotocol/sdk/types.js')).ElicitRequestSchema,
	options: {},
};
const v2 = {
	...await load('@modelcontextprotocol/client'),
	...await load('@modelcontextprotocol/client/stdio'),
	question: 'elicitation/create',
	options: { versionNegotiation: { mode: 'auto' } },
};

function transportOf(sdk, { command, url, token }) {
	if (command) return new sdk.StdioClientTransport({ command: command[0], args: command.slice(1), stderr: 'inherit' });
	return new sdk.StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { Authorization: `Bearer ${token}` } } });
}

// The revision the two have agreed on; the older client tells only its transport.
function noteRevision(transport, heard) {
	const before = transport.setProtocolVersion?.bind(transport);
	transport.setProtocolVersion = (version) => {
		heard.revision = version;
		before?.(version);
	};
}

// What a call has answered; text and structure have to say the same.
async function call(client, name, args) {
	const result = await client.callTool({ name, arguments: args });
	const said = JSON.parse(result.content[0].text);
	if (result.isError) return { refused: said };
	if (JSON.stringify(said) !== JSON.stringify(result.structuredContent)) throw new Error(`${name}: text and structure differ`);
	return said;
}

async function work(client, asked, heard, answers) {
	heard.tools = (await client.listTools()).tools;
	heard.clients = await call(client, 'find_clients', { query: asked.client });
	const client_id = heard.clients.clients[0].slug;
	heard.trips = await call(client, 'find_trips', { query: client_id });
	const trip_id = heard.trips.trips[0].slug;
	heard.trip = await call(client, 'get_trip', { trip_id });
	heard.ingested = [];
	for (const [i, hotels] of asked.hotels.entries()) {
		heard.ingested.push(await call(client, 'ingest_hotels', { trip_id, site: 'navitrip', leg_id: heard.trip.legs[i].leg_id, hotels }));
	}
	heard.shortlist = await call(client, 'shortlist_hotels', { trip_id, method: 'percentile', cuts: [25, 75], per_tier: 2 });
	heard.optimum = await call(client, 'optimize_commission', { trip_id, budget: asked.budget });
	heard.elsewhere = await call(client, 'get_trip', { trip_id: asked.elsewhere });
	heard.nowhere = await call(client, 'ingest_hotels', { trip_id, site: 'nowhere', hotels: asked.hotels[0] });
	heard.confirmed = await call(client, 'archive_activity', { trip_id, activity_id: heard.trip.activities[0].activity_id, confirm: true });
	answers.push({ action: 'decline' });
	heard.declined = await call(client, 'archive_client', { client_id });
	answers.push({ action: 'accept', content: { confirm: true } });
	heard.accepted = await call(client, 'archive_trip', { trip_id });
}

async function session(asked) {
	const sdk = { v1, v2 }[asked.sdk];
	const heard = { questions: [] };
	const answers = [];
	const client = new sdk.Client({ name: 'advisor', version: '1.0.0' }, { capabilities: { elicitation: {} }, ...sdk.options });
	client.onerror = (error) => { heard.error ??= String(error); };
	client.setRequestHandler(sdk.question, ({ params }) => {
		heard.questions.push(params.message);
		return answers.shift() ?? { action: 'cancel' };
	});
	try {
		const transport = transportOf(sdk, asked);
		noteRevision(transport, heard);
		await client.connect(transport);
		await work(client, asked, heard, answers);
		await transport.terminateSession?.();
	} catch (error) {
		heard.error = String(error.stack ?? error);
	} finally {
		client.onerror = undefined; // the older one complains of the stream that it closes itself
		await client.close();
	}
	return heard;
}

const asked = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(await Promise.all(asked.map(session))));
